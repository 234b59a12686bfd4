/** Membership by its numbered invariants. */
import { expect, test } from 'vitest'
import { type Beacon, noLoad } from '../../src/hub/beacon.ts'
import { Membership } from '../../src/hub/membership.ts'
import { durations } from '../../src/limits.ts'

function beacon(change: Partial<Beacon> = {}): Beacon {
  const machine = { slots: 1, cores: 1, speed: 1, compute: true, labels: {} }
  const life = { hub: 'b', boot: 'b1', incarnation: 1, sequence: 1, leaving: false }
  return { ...machine, ...life, slotFreeInMs: [0], report: noLoad, ...change }
}

function membersWithB(): Membership {
  const members = new Membership('a', 'a1', 1)
  members.beaconHeard(beacon(), 0)
  return members
}

test('M1: a silent hub is suspect, then dead, and alive with its next word', () => {
  const members = membersWithB()
  expect(members.sweep(durations.suspectAfterMs - 1)).toEqual([])
  expect(members.sweep(durations.suspectAfterMs)).toEqual([{ hub: 'b', state: 'suspect' }])
  expect(members.isVoid('b', 'b1')).toBe(true)
  expect(members.sweep(durations.deadAfterMs)).toEqual([{ hub: 'b', state: 'dead' }])
  expect(members.beaconHeard(beacon({ sequence: 2 }), 20_000)).toEqual({ hub: 'b', state: 'alive' })
  expect(members.isVoid('b', 'b1')).toBe(false)
})

test('M1: a broken connection makes suspicious sooner, unless a beacon comes by another way', () => {
  const members = membersWithB()
  members.connected('b', 0)
  members.disconnected('b', 100)
  expect(members.nextSuspicionMs()).toBe(100 + durations.suspectAfterDisconnectMs)
  expect(members.sweep(100 + durations.suspectAfterDisconnectMs)).toEqual([{ hub: 'b', state: 'suspect' }])
  members.beaconHeard(beacon({ sequence: 2 }), 600)
  expect(members.sweep(700)).toEqual([])
})

test('M2: beacons of an earlier life, and doubled or late ones, change nothing', () => {
  const members = membersWithB()
  members.beaconHeard(beacon({ boot: 'b2', incarnation: 2, sequence: 1, speed: 3 }), 10)
  members.beaconHeard(beacon({ sequence: 99 }), 20)
  members.beaconHeard(beacon({ boot: 'b2', incarnation: 2, sequence: 1, speed: 7 }), 30)
  expect(members.get('b')).toMatchObject({ boot: 'b2', incarnation: 2, heardMs: 10 })
  expect(members.get('b')?.beacon?.speed).toBe(3)
})

test('M2: of two lives with one key and one incarnation all believe the same one, whoever spoke last', () => {
  const [first, second] = [membersWithB(), membersWithB()]
  for (const sequence of [2, 3, 4]) {
    first.beaconHeard(beacon({ boot: 'b2', sequence }), 10 * sequence)
    first.beaconHeard(beacon({ boot: 'b1', sequence }), 10 * sequence)
    second.beaconHeard(beacon({ boot: 'b1', sequence }), 10 * sequence)
    second.beaconHeard(beacon({ boot: 'b2', sequence }), 10 * sequence)
  }
  expect([first.get('b')?.boot, second.get('b')?.boot]).toEqual(['b2', 'b2'])
  expect(first.isVoid('b', 'b1')).toBe(true)
})

test('M3: a new boot voids what the earlier one held', () => {
  const members = membersWithB()
  const before = members.version
  members.beaconHeard(beacon({ boot: 'b2', incarnation: 2 }), 10)
  expect([members.isVoid('b', 'b1'), members.isVoid('b', 'b2')]).toEqual([true, false])
  expect(members.version).toBeGreaterThan(before)
})

test('an earlier boot of this very hub holds nothing', () => {
  const members = membersWithB()
  expect([members.isVoid('a', 'a0'), members.isVoid('a', 'a1')]).toEqual([true, false])
})

test('who said that it leaves has left once it is silent, even where this hub slept as the connection broke', () => {
  const members = new Membership('a', 'a1', 1)
  members.beaconHeard(beacon({ sequence: 1 }), 0)
  members.connected('b', 0)
  members.beaconHeard(beacon({ sequence: 2, leaving: true }), 10)
  members.slept(5_000, 5_010)
  members.disconnected('b', 5_020)
  expect(members.sweep(5_030)).toEqual([])
  expect(members.sweep(5_020 + durations.suspectAfterMs)).toEqual([{ hub: 'b', state: 'left' }])
})

test('M4: a hub that slept itself does not call the others dead', () => {
  const members = membersWithB()
  members.slept(20_000, 20_000)
  expect(members.sweep(20_100)).toEqual([])
  expect(members.sweep(20_000 + durations.suspectAfterMs)).toEqual([{ hub: 'b', state: 'suspect' }])
})

test('M4: connections that break as a hub wakes from its own sleep are no evidence; later ones are', () => {
  const members = membersWithB()
  members.connected('b', 0)
  members.slept(5_000, 5_000)
  members.disconnected('b', 5_010)
  expect(members.sweep(5_010 + durations.suspectAfterDisconnectMs)).toEqual([])
  expect(members.sweep(5_000 + durations.suspectAfterMs)).toEqual([{ hub: 'b', state: 'suspect' }])
  members.connected('b', 7_000)
  members.disconnected('b', 7_010)
  expect(members.sweep(7_010 + durations.suspectAfterDisconnectMs)).toEqual([{ hub: 'b', state: 'suspect' }])
})

test('a hub that leaves in order is gone with its connection', () => {
  const members = membersWithB()
  members.connected('b', 0)
  members.beaconHeard(beacon({ sequence: 2, leaving: true }), 10)
  members.disconnected('b', 20)
  expect(members.sweep(21)).toEqual([{ hub: 'b', state: 'left' }])
})

test('the dead are forgotten in the end', () => {
  const members = membersWithB()
  members.sweep(durations.forgetAfterMs + 1)
  expect(members.get('b')).toBeUndefined()
  expect(members.all().map(({ hub }) => hub)).toEqual(['a'])
})
