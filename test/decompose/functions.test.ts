import { readdirSync, readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { decompose } from '../../src/decompose/decompose.ts'
import { runProgram } from './harness.ts'
import { runPlain } from './plain.ts'

/**
 * Functions as users write them, with what was judged by hand in comments: `//: verdicts [reasons] tier`. Any of the
 * verdicts is right; `core` must be found, `stretch` is a bonus, `must-not` must stay in order for one of the reasons.
 */
const folder = new URL('./functions/', import.meta.url)

interface Judged {
  readonly file: string
  readonly line: number
  readonly verdicts: readonly string[]
  readonly reasons: readonly string[]
  readonly tier: string
}

const files = readdirSync(folder).sort()
const sources = new Map(files.map((file) => [file, readFileSync(new URL(file, folder), 'utf8')]))
const judged = [...sources].flatMap(([file, source]) => judgedIn(file, source))

function judgedIn(file: string, source: string): Judged[] {
  return source.split('\n').flatMap((text, index) => {
    const [, given] = /\/\/: (.*)$/.exec(text) ?? []
    if (given === undefined) return []
    const words = given.trim().split(' ')
    const [verdicts = '', reasons = ''] = words.slice(0, -1)
    const tier = words.at(-1) ?? ''
    return [{ file, line: index + 1, verdicts: verdicts.split(','), reasons: reasons.split(','), tier }]
  })
}

/** The spot of the line that is as judged; the first one when none is. */
function found({ file, line, verdicts }: Judged) {
  const spots = programOf(file).spots.filter((spot) => spot.line === line)
  return spots.find(({ verdict }) => verdicts.includes(verdict)) ?? spots[0]
}

const programs = new Map<string, ReturnType<typeof decompose>>()
function programOf(file: string) {
  const held = programs.get(file) ?? decompose(sources.get(file) ?? '', file)
  programs.set(file, held)
  return held
}

const shown = (spots: readonly Judged[]): string[] =>
  spots.map((spot) => {
    const { verdict, reason, text } = found(spot) ?? { verdict: 'none', reason: '', text: '' }
    return `${spot.file}:${spot.line} ${verdict} ${reason} (${text})`
  })

const isRight = (spot: Judged): boolean => spot.verdicts.includes(found(spot)?.verdict ?? 'none')

test('there are enough of them', () => {
  expect(files.length).toBeGreaterThanOrEqual(40)
  expect(judged.filter(({ tier }) => tier === 'core').length).toBeGreaterThanOrEqual(60)
  expect(judged.filter(({ tier }) => tier === 'must-not').length).toBeGreaterThanOrEqual(30)
})

test('every core spot is found', () => {
  expect(shown(judged.filter((spot) => spot.tier === 'core' && !isRight(spot)))).toEqual([])
})

test('what must not be sharded is not, and the reasons are the right ones', () => {
  const must = judged.filter(({ tier }) => tier === 'must-not')
  expect(
    shown(must.filter((spot) => found(spot)?.verdict !== 'sequential' && found(spot)?.verdict !== 'inner')),
  ).toEqual([])
  const wrong = must.filter((spot) => {
    const reason = found(spot)?.reason ?? ''
    return reason !== '' && !spot.reasons.includes(reason)
  })
  expect(shown(wrong).slice(0, Math.max(0, wrong.length - must.length / 10))).toEqual([])
})

test('more than half of what is hard is found', () => {
  const stretch = judged.filter(({ tier }) => tier === 'stretch')
  const missed = stretch.filter((spot) => !isRight(spot))
  expect(missed.length / stretch.length, shown(missed).join('\n')).toBeLessThan(0.5)
})

test.each(files)('%s: the sharded result is the plain one', async (file) => {
  const source = sources.get(file) ?? ''
  const program = programOf(file)
  for (const scale of [1, 2]) {
    const plain = await runPlain(source, file, scale)
    for (const [chunks, order] of [
      [1, 'reverse'],
      [2, 'shuffled'],
      [3, 'reverse'],
      [7, 'shuffled'],
      [16, 'reverse'],
      [null, 'forward'],
    ] as const) {
      const run = await runProgram(program, { scale }, { chunks, order, audit: chunks === 3 })
      expect(run.thrown?.stack).toBeUndefined()
      expect(
        isDeepStrictEqual(run.value, plain),
        `scale ${scale}, chunks ${chunks}, ${order}: ${run.logs.join('; ')}`,
      ).toBe(true)
    }
  }
})
