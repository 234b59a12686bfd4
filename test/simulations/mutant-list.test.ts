/** The planted bugs must fit the sources, or nothing is planted: a sweep of them takes minutes to say so. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { mutants } from '../../simulations/mutant-list.ts'

test('what each planted bug replaces occurs once', () => {
  const misfits = mutants.filter(({ file, find }) => {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
    return text.split(find).length !== 2
  })
  expect(misfits.map(({ name }) => name)).toEqual([])
})
