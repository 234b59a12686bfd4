/** What functions take is learned from own runs, told with beacons, and stands in for what a new job does not say. */
import { expect, test } from 'vitest'
import { FunctionProfiles } from '../../src/cost/profile.ts'
import { shardWorkMs } from '../../src/hub/job.ts'
import { toldProfiles } from '../../src/hub/learning.ts'
import { auction, forecastLimits } from '../../src/limits.ts'
import { Pair } from './pair.ts'

const program = { kind: 'blob', cid: 'bafyprogram', size: 5000 } as const
const plan = { shards: 4, workMs: () => 10, isCostKnown: false }

test('what another hub learned of a function stands in for work that nobody estimated', () => {
  const first = new Pair()
  first.knowJob(plan, program)
  expect(shardWorkMs(first.view(), 0)).toBe(auction.unknownWorkMs)

  const second = new Pair()
  second.beaconOfB({ profiles: [{ code: `bafyprogram/${first.view().spec.spot}`, count: 40, meanMs: 70, p90Ms: 90 }] })
  second.knowJob(plan, program)
  const { cut } = second.view().spec
  expect(shardWorkMs(second.view(), 0)).toBeCloseTo((70 * cut.items) / cut.starts.length)
})

test('beacons tell all profiles in turn, the latest every time, never more than a few', () => {
  const profiles = new FunctionProfiles()
  for (let code = 0; code < 11; code++) profiles.observe(`code${code}`, 1, 1)
  const told = Array.from({ length: 12 }, (_, beaconSequence) => {
    const state = Object.assign(new Pair().hub.state, { beaconSequence })
    return toldProfiles(Object.assign(state, { profiles })).map(({ code }) => code)
  })
  for (const codes of told) {
    expect(codes.slice(0, 2)).toEqual(['code10', 'code9'])
    expect(codes.length).toBeLessThanOrEqual(forecastLimits.profilesPerBeacon)
    expect(new Set(codes).size).toBe(codes.length)
  }
  expect(new Set(told.flat()).size).toBe(11)
})

test('a hub without experience tells nothing', () => {
  expect(toldProfiles(new Pair().hub.state)).toEqual([])
})
