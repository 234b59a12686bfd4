/** A shard that took down every hub it ran on is not run once more in the root: its verdict is what the function throws. */
import { expect, test } from 'vitest'
import { encodeOutcome, thrownFrom } from '../../src/execute/codec/outcome.ts'
import { runSharded } from './harness.ts'

const BAD = 3

/** As a hub writes it. */
function verdict(code: string): Uint8Array {
  const condemned = Object.assign(new Error('it ended its slot on 3 hubs'), { name: 'ShoalError', code })
  return encodeOutcome({ kind: 'error', error: { ...thrownFrom(condemned, -1), stack: '' } })
}

const bodies = {
  'an array call': 'return xs.map((x) => work(x))',
  'a loop': 'const out = []\n  for (const x of xs) out.push(work(x))\n  return out',
  'a sum': 'let sum = 0\n  for (const x of xs) sum += work(x)\n  return sum',
  'calls side by side': 'return await Promise.all(xs.map(async (x) => work(x)))',
}

test.each(Object.entries(bodies))('%s', async (_, body) => {
  const source = `function work(x) {
  if (x === ${BAD}) throw new Error('run in the root, where it was not to run')
  return x * 2
}
export default async function (xs) {
  ${body}
}
`
  const xs = Array.from({ length: 8 }, (_unused, index) => index)
  const decided = ({ index }: { index: number }) => (index === BAD ? verdict('SHOAL_SHARD_POISON') : null)
  const { thrown, spawns, shard } = await runSharded(source, 'poisoned.js', { value: xs }, { chunks: 8, decided })
  expect(spawns.length).toBeGreaterThan(0)
  expect(thrown).toMatchObject({ name: 'ShoalError', message: 'it ended its slot on 3 hubs' })
  expect(shard).toEqual({ sequence: spawns[0]?.sequence, index: BAD })
})

test('what user code throws is still found out in place, even if it looks like a verdict', async () => {
  const source = `export default async function (xs) {
  return xs.map((x) => {
    if (x === ${BAD}) throw Object.assign(new Error('mine'), { name: 'ShoalError', code: 'SHOAL_SHARD_POISON' })
    return x * 2
  })
}
`
  const { thrown } = await runSharded(source, 'own.js', { value: [0, 1, 2, 3, 4] }, { chunks: 5 })
  expect(thrown?.message).toBe('mine')
  expect(thrown?.stack).toContain('own.js:3')
})
