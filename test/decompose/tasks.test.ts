import { expect, test } from 'vitest'
import { decompose } from '../../src/decompose/decompose.ts'
import { runProgram } from './harness.ts'
import { runPlain } from './plain.ts'

const FUNCTIONS = `
function hash(text, seed) { let h = seed; for (let i = 0; i < text.length; i++) h = (h * 31 + text.charCodeAt(i)) % 65521; return h }
function mean(xs) { let s = 0.5; for (const x of xs) s += x / 3; return s }
function squares(xs) { return xs.map((x) => x * x) }
let calls = 0
function counted(xs) { calls += 1; let h = 1; for (const x of xs) h = (h * 7 + x) % 97; return h }
function drawn(xs) { let h = 0; for (const x of xs) h = h * 3 + Math.random(); return h }
async function slow(xs) { let h = 0; for (const x of xs) h = (h * 5 + x) % 89; return h }
async function broken(xs) { let h = 0; for (const x of xs) { h = h * 2 + x; if (h > 20) throw new RangeError('at ' + x) } return h }
`
const INPUT = "export const input = () => ({ text: 'the quick brown fox', xs: [3, 1, 4, 1, 5, 9, 2, 6] })"

function moduleOf(body: string): string {
  return `${FUNCTIONS}export default async function ({ text, xs }) {\n${body}\n}\n${INPUT}`
}

/** Verdicts by line of the body, from 1. */
function verdicts(body: string): Record<number, string> {
  const first = FUNCTIONS.split('\n').length
  const { spots } = decompose(moduleOf(body), 'tasks.mjs')
  return Object.fromEntries(
    spots.flatMap(({ line, verdict, reason }) =>
      line > first ? [[line - first, reason === '' ? verdict : `${verdict} ${reason}`]] : [],
    ),
  )
}

test('calls in a row that share nothing are tasks, and run as shards of one family', async () => {
  const body = 'const a = hash(text, 1)\nconst b = mean(xs)\nlet c = await slow(xs)\nreturn [a, b, c]'
  expect(verdicts(body)).toEqual({ 1: 'tasks', 2: 'tasks', 3: 'tasks' })
  const source = moduleOf(body)
  const run = await runProgram(decompose(source, 'tasks.mjs'), { scale: 1 }, { chunks: 3, audit: true })
  expect(run.value).toEqual(await runPlain(source, 'tasks.mjs', 1))
  expect(run.spawns.map(({ cut }) => cut)).toEqual([{ items: 3, starts: [0, 1, 2] }])
  expect(run.logs).toEqual([])
})

test('a call that needs what an earlier one gave begins a new group', () => {
  const body =
    'const a = hash(text, 1)\nconst b = hash(text, 2)\nconst c = hash(text, a)\nconst d = mean(xs)\nreturn [a, b, c, d]'
  expect(verdicts(body)).toEqual({ 1: 'tasks', 2: 'tasks', 3: 'tasks', 4: 'tasks' })
  expect(verdicts('const a = hash(text, 1)\nconst b = hash(text, a)\nreturn [a, b]')).toEqual({})
})

test('calls that change or draw stay in order, with the reason', () => {
  expect(verdicts('const a = counted(xs)\nconst b = counted(xs)\nconst c = drawn(xs)\nreturn [a, b, c]')).toEqual({
    1: 'sequential mutated-capture',
    2: 'sequential mutated-capture',
    3: 'sequential random',
  })
})

test('loops that are sharded by themselves run in the root, beside the tasks', async () => {
  const body = 'const a = squares(xs)\nconst b = hash(text, 1)\nconst c = mean(xs)\nreturn [a, b, c]'
  expect(verdicts(body)).toEqual({ 1: 'tasks', 2: 'tasks', 3: 'tasks' })
  const source = moduleOf(body)
  const program = decompose(source, 'tasks.mjs')
  const run = await runProgram(program, { scale: 1 }, { chunks: 2 })
  expect(run.value).toEqual(await runPlain(source, 'tasks.mjs', 1))
  const lines = run.spawns.map(({ spot }) => program.spots[spot]?.verdict)
  expect(lines).toEqual(['tasks', 'parallel'])
})

test('what earlier jobs showed sends all tasks out at once; without it the first one is the sample', async () => {
  const source = moduleOf('const a = hash(text, 1)\nconst b = mean(xs)\nreturn [a, b]')
  const program = decompose(source, 'tasks.mjs')
  const spot = program.chunks[0]?.spot ?? -1
  const known = await runProgram(program, { scale: 1 }, { profile: new Map([[spot, 500]]) })
  expect(known.spawns.map(({ cut }) => cut.starts)).toEqual([[0, 1]])
  const unknown = await runProgram(program, { scale: 1 })
  expect(unknown.spawns).toEqual([])
  expect(unknown.value).toEqual(known.value)
})

test('gathered calls are tasks; when some fail, the failure that comes first is the answer', async () => {
  const gathered = 'const [a, b] = await Promise.all([slow(xs), slow([1, 2])])\nreturn [a, b]'
  expect(verdicts(gathered)).toEqual({ 1: 'tasks' })
  for (const body of [
    gathered,
    'return Promise.all([1]).then(() => 1)',
    'try { await Promise.all([slow(xs), broken(xs), broken([9, 9])]) } catch (error) { return error.message }',
  ]) {
    const source = moduleOf(body)
    const run = await runProgram(decompose(source, 'tasks.mjs'), { scale: 1 }, { chunks: 3 })
    expect(run.value).toEqual(await runPlain(source, 'tasks.mjs', 1))
  }
})
