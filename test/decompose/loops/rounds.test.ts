import { expect, test } from 'vitest'
import { decompose } from '../../../src/decompose/decompose.ts'
import { encodeProgram } from '../../../src/decompose/program-bytes.ts'
import { loadProgram } from '../../../src/decompose/runtime/program.ts'
import { decodeOutcome } from '../../../src/execute/codec/outcome.ts'
import { familyOf, HastyHost, rootCall } from './kept-runs.ts'

const source = `function move(c, p) { let m = c; for (let k = 0; k < 3; k++) m = (m * 31 + p + k) % 1009; return m }
export default async function ({ points, rounds }) {
  let centres = [3, 700]; const history = [];
  for (let r = 0; r < rounds; r++) {
    const groups = points.map((p) => Math.abs(p - centres[0]) < Math.abs(p - centres[1]) ? 0 : 1);
    for (let i = 0; i < groups.length; i++) centres[groups[i]] = move(centres[groups[i]], points[i]);
    history.push([...centres, Math.random()]);
    if (r % 4 === 3) centres = [...centres].reverse();
  }
  return [centres, history];
}`

test('rounds of a sequential loop around families go on in the middle: families before are not asked for again', async () => {
  const bytes = encodeProgram(decompose(source, 'rounds.js'))
  const input = { points: Array.from({ length: 30 }, (_, i) => (i * 379) % 1000), rounds: 14 }
  const run = async (restored: Uint8Array | null) => {
    const host = new HastyHost()
    const sequences: number[] = []
    const { random } = Math
    Math.random = () => host.random.next()
    const spawn: ReturnType<typeof rootCall>['spawn'] = (spawned) => {
      sequences.push(spawned.sequence)
      return familyOf(bytes, spawned)
    }
    const outcome = await loadProgram(bytes)
      .runRoot({ ...rootCall(input, restored), chunks: 3, spawn }, host)
      .finally(() => {
        Math.random = random
      })
    return { outcome: decodeOutcome(outcome), kept: host.kept, sequences, logs: host.logs }
  }
  const whole = await run(null)
  expect(whole.logs).toEqual([])
  expect(whole.outcome.kind).toBe('value')
  expect(whole.sequences.length).toBeGreaterThanOrEqual(14)
  for (const { state } of whole.kept.filter((_, index) => index % 8 === 0)) {
    const resumed = await run(state)
    expect(resumed.outcome).toEqual(whole.outcome)
    // Those of the first rounds come again until the loop's objects were noted; then it is only what is left.
    expect(whole.sequences).toEqual(expect.arrayContaining(resumed.sequences))
    expect(resumed.sequences.at(-1)).toBe(whole.sequences.at(-1))
  }
  const last = await run(whole.kept.at(-1)?.state ?? null)
  expect(last.sequences.length).toBeLessThan(whole.sequences.length / 2)
})
