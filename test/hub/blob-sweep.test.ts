/** The search for blobs that no job needs: everything that the records of a job name is needed. */
import { expect, test } from 'vitest'
import type { LedgerRecord } from '../../src/ledger/record.ts'
import { durations } from '../../src/limits.ts'
import type { Ref } from '../../src/program/ref.ts'
import { doneOf, only, Pair } from './pair.ts'

const blob = (cid: string): Ref => ({ kind: 'blob', cid, size: 10 })
const place = { generation: 0, family: 'f1', shard: 1, epoch: 0 } as const
const checkpointOf = (progress: number): LedgerRecord => {
  return { kind: 'checkpoint', ...place, progress, ref: blob(`checkpoint-${progress}`) }
}

/** Time passes at once, as it does for a machine that slept. */
function sweeps(pair: Pair, afterMs: number): ReadonlySet<string>[] {
  pair.nowMs += afterMs
  return only(pair.input({ type: 'timer', timer: 'beacon' }), 'sweep-blobs').map(({ needed }) => needed)
}

test('a search leaves the program, results and the last two checkpoints, of results also those that lost', () => {
  const pair = new Pair()
  pair.knowJob({ shards: 2, workMs: () => 1_000 }, blob('program'))
  pair.fromB(doneOf({ ref: blob('result'), cost: 10 }), doneOf({ ref: blob('late result'), cost: 20 }))
  pair.fromB(checkpointOf(1), checkpointOf(2), checkpointOf(3))
  const [needed, ...more] = sweeps(pair, durations.blobSweepMs)
  expect(more).toEqual([])
  expect([...(needed ?? [])].sort()).toEqual(['checkpoint-2', 'checkpoint-3', 'late result', 'program', 'result'])
})

test('a search is rare', () => {
  const pair = new Pair()
  expect(sweeps(pair, durations.blobSweepMs)).toHaveLength(1)
  expect(sweeps(pair, durations.blobSweepMs / 2)).toEqual([])
  expect(sweeps(pair, durations.blobSweepMs / 2)).toHaveLength(1)
})
