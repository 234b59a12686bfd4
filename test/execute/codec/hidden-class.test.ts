/** Questions to the engine are compiled once, with syntax that is off afterwards: they must stay compiled. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { hiddenClasses, isOrdinaryArray, isPackedArray } from '../../../src/execute/codec/hidden-class.ts'

test('a hub that encoded nothing for many collections still can', async () => {
  setFlagsFromString('--expose-gc')
  const collect: (options: object) => void = runInNewContext('gc')
  for (let round = 0; round < 16; round++) {
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(hiddenClasses).not.toBe(null)
  expect(isPackedArray([1, 2])).toBe(true)
  const holey = ['a']
  holey.length = 2
  expect(isOrdinaryArray(holey)).toBe(true)
  expect(hiddenClasses?.same({ a: 1 }, { a: 2 })).toBe(true)
  expect(hiddenClasses?.listed({ a: 1 })).toBe(true)
})
