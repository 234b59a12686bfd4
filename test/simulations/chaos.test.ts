/** A short sweep of chaos, and what makes its verdicts worth something: it replays, and it hits its faults. */
import { expect, test } from 'vitest'
import { runChaos } from '../../simulations/chaos.ts'
import { faultNames } from '../../simulations/nemesis.ts'
import { sweep } from '../../simulations/sweep.ts'

/** As many as it takes: some faults need a rare moment. */
const seeds = Array.from({ length: 24 }, (_, index) => index + 1)

const small = { hubs: 5, shards: 60, faults: faultNames }

test('no invariant breaks over a sweep', () => {
  const report = sweep({ ...small, seed: 1, seeds: 20 }, () => performance.now())
  expect(report.failed).toEqual([])
})

/** What the guard of the real ledger keeps out; its stand-in has none. */
const guarded: ReadonlySet<string> = new Set(['forgery', 'stranger', 'observer'])

test('every kind of fault happens when it alone is on, and is survived', () => {
  const never = faultNames.filter((fault) => {
    return seeds.every((seed) => {
      const { faults: counts, violations } = runChaos(seed, {
        hubs: 4,
        shards: 60,
        faults: [fault],
        isExact: true,
        ledger: guarded.has(fault) ? 'yjs' : 'replica',
      })
      expect(violations, `${fault}, seed ${seed}`).toEqual([])
      return !counts.has(fault)
    })
  })
  expect(never).toEqual([])
})

test('without faults the work is done once', () => {
  const report = sweep({ ...small, faults: [], seed: 1, seeds: 15 }, () => performance.now())
  expect(report.failed).toEqual([])
})

test('the same seed gives the same history', () => {
  const hashes = [3, 4].map((seed) => [0, 1].map(() => runChaos(seed, small).world.history.hash))
  expect(hashes.map(([first, second]) => first === second)).toEqual([true, true])
  expect(hashes[0]?.[0]).not.toBe(hashes[1]?.[0])
})

test('the faults of a seed can be repeated: all of them give the same history, fewer give another', () => {
  for (const seed of [3, 4, 11]) {
    const { world, happened } = runChaos(seed, small)
    const only = happened.map((_, index) => index)
    expect(runChaos(seed, { ...small, only }).world.history.hash).toBe(world.history.hash)
    const fewer = runChaos(seed, { ...small, only: only.slice(1) })
    expect(fewer.happened).toHaveLength(happened.length - 1)
    expect(fewer.violations).toEqual([])
  }
})

test('seeds run on real Yjs ledgers, of mixed ones every twentieth, and replay as well', () => {
  const two = { ...small, seed: 19, seeds: 2 }
  expect(sweep(two, () => performance.now()).ledgers).toEqual({ yjs: 2, replica: 0 })
  expect(sweep({ ...two, ledger: 'mixed' }, () => performance.now()).ledgers).toEqual({ yjs: 1, replica: 1 })
  const hashes = [0, 1].map(() => runChaos(5, { ...small, ledger: 'yjs' }).world.history.hash)
  expect(hashes[0]).toBe(hashes[1])
})
