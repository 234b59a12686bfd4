import { expect, test } from 'vitest'
import { decompose } from '../../src/decompose/decompose.ts'
import { runProgram } from './harness.ts'
import { runPlain } from './plain.ts'

const INPUT = 'export const input = () => [5, 3, 8, 1, 9, 2, 7, 4, 6]'

function moduleOf(expression: string): string {
  return `export default async function (xs) { return ${expression} }\n${INPUT}`
}

async function familiesOf(expression: string): Promise<{ families: number; logs: readonly string[] }> {
  const source = moduleOf(expression)
  const run = await runProgram(decompose(source, 'pipe.mjs'), { scale: 1 }, { chunks: 3, audit: true })
  expect(run.value).toEqual(await runPlain(source, 'pipe.mjs', 1))
  return { families: run.spawns.length, logs: run.logs }
}

test('array calls in a row are one family of shards', async () => {
  expect(await familiesOf('xs.map((x) => x * 3).filter((x) => x % 2).map((x) => [x])')).toEqual({
    families: 1,
    logs: [],
  })
  expect(await familiesOf('xs.map((x, i) => x + i).filter((x, i) => i % 2).flatMap((x) => [x, x])')).toEqual({
    families: 1,
    logs: [],
  })
})

test('an index behind a stage that drops items begins a new family', async () => {
  expect(await familiesOf('xs.filter((x) => x > 3).map((x, i) => [x, i]).filter((x) => x)')).toEqual({
    families: 2,
    logs: [],
  })
})

test('a call that stays in order, or is none of these, parts a pipeline', async () => {
  expect(
    (await familiesOf('xs.map((x) => x + 1).sort((a, b) => a - b).filter((x) => x > 2).map((x) => -x)')).families,
  ).toBe(2)
  expect((await familiesOf('xs.map((x) => x + 1).slice(1).map((x) => -x)')).families).toBe(2)
})

test('all of an earlier call fails before any of a later one', async () => {
  const source = moduleOf(
    "xs.map((x) => { if (x === 6) throw new RangeError('first call, last item'); return x }).filter((x) => { if (x === 5) throw new TypeError('second call, first item'); return true })",
  )
  for (const order of ['forward', 'reverse'] as const) {
    for (const chunks of [1, 2, 4, null]) {
      const run = await runProgram(decompose(source, 'pipe.mjs'), { scale: 1 }, { chunks, order })
      expect(run.thrown?.message).toBe('first call, last item')
      expect(run.thrown?.stack).toContain('pipe.mjs:1:')
    }
  }
})

test('the calls before the last are shown as its stages', () => {
  const { spots, chunks } = decompose(moduleOf('xs.map((x) => x * 2).filter((x) => x > 3)'), 'pipe.mjs')
  expect(spots.map(({ verdict }) => verdict)).toEqual(['parallel', 'parallel'])
  expect(spots.map(({ text }) => text.includes('in one shard with the calls after it'))).toContain(true)
  expect(chunks.length).toBe(1)
})
