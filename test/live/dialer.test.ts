/** When the dialer tries which hub, on a clock advanced by hand. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { liveLimits } from '../../src/limits.ts'
import { Dialer } from '../../src/live/dialer.ts'
import { TestLog } from './hubs.ts'

const ADDRESS = '/ip4/10.0.0.2/tcp/4000'

interface Attempt {
  readonly atMs: number
  readonly hub: string | null
  readonly addresses: readonly string[]
}

let attempts: Attempt[] = []
let dialer: Dialer
let answer: (hub: string | null) => Promise<string> = () => Promise.reject(new Error('unreachable on purpose'))
let isFull = false
const connected = new Set<string>()

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
  attempts = []
  isFull = false
  connected.clear()
  answer = () => Promise.reject(new Error('unreachable on purpose'))
  dialer = new Dialer({
    self: 'M',
    dial: (hub, addresses) => {
      attempts.push({ atMs: Date.now(), hub, addresses })
      return answer(hub)
    },
    isConnected: (hub) => connected.has(hub),
    isRemoved: (hub) => hub === 'removed',
    isFull: () => isFull,
    onFailure: () => undefined,
    nowMs: Date.now,
    random: () => 0.5,
    log: new TestLog(),
  })
  dialer.start()
})

afterEach(() => {
  dialer.stop()
  vi.useRealTimers()
})

test('of two hubs that hear each other the lower id dials at once, the higher after three seconds', async () => {
  dialer.learn('Z', [ADDRESS], 'heard')
  dialer.learn('A', [ADDRESS], 'heard')
  await vi.advanceTimersByTimeAsync(500)
  expect(attempts.map(({ hub }) => hub)).toContain('Z')
  expect(attempts.map(({ hub }) => hub)).not.toContain('A')
  await vi.advanceTimersByTimeAsync(liveLimits.dialSecondAfterMs)
  expect(attempts.map(({ hub }) => hub)).toContain('A')
})

test('tries double their wait up to the maximum and never end', async () => {
  dialer.learn('Z', [ADDRESS], 'remembered')
  await vi.advanceTimersByTimeAsync(200_000)
  const waits = attempts.slice(1).map(({ atMs }, i) => atMs - (attempts[i]?.atMs ?? 0))
  expect(waits.length).toBeGreaterThan(8)
  expect(waits[0]).toBeLessThan(1_000)
  expect(Math.max(...waits)).toBeLessThanOrEqual(liveLimits.dialBackoffMsMax + 200)
  expect(waits.at(-1)).toBeGreaterThanOrEqual(liveLimits.dialBackoffMsMax)
})

test('a hub heard again is tried within seconds, whatever its back-off', async () => {
  dialer.learn('Z', [ADDRESS], 'remembered')
  await vi.advanceTimersByTimeAsync(60_000)
  const before = attempts.length
  dialer.learn('Z', [ADDRESS], 'heard')
  await vi.advanceTimersByTimeAsync(liveLimits.dialHeardBackoffMsMax + 200)
  expect(attempts.length).toBeGreaterThan(before)
  dialer.learn('Z', ['/ip4/10.0.0.9/tcp/1'], 'heard')
  await vi.advanceTimersByTimeAsync(200)
  expect(attempts.at(-1)?.addresses[0]).toBe('/ip4/10.0.0.9/tcp/1')
})

test('a refused hub is left alone for a minute, however often it is heard, unless the user says so', async () => {
  dialer.learn('Z', [ADDRESS], 'heard')
  await vi.advanceTimersByTimeAsync(100)
  dialer.refused('Z')
  const before = attempts.length
  for (let s = 0; s < 50; s++) {
    dialer.learn('Z', [ADDRESS], 'heard')
    await vi.advanceTimersByTimeAsync(1_000)
  }
  expect(attempts.length).toBe(before)
  dialer.learn('Z', [ADDRESS], 'told')
  await vi.advanceTimersByTimeAsync(200)
  expect(attempts.length).toBe(before + 1)
})

test('after a loss the hub is dialled at once', async () => {
  answer = async () => 'Z'
  dialer.learn('Z', [ADDRESS], 'heard')
  await vi.advanceTimersByTimeAsync(200)
  connected.add('Z')
  dialer.connected('Z')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(attempts).toHaveLength(1)
  connected.delete('Z')
  dialer.disconnected('Z')
  await vi.advanceTimersByTimeAsync(200)
  expect(attempts).toHaveLength(2)
})

test('an address without a hub id is dialled, and kept for the hub that answers', async () => {
  answer = async () => 'Z'
  dialer.tell(ADDRESS)
  await vi.advanceTimersByTimeAsync(200)
  expect(attempts).toEqual([{ atMs: 100, hub: null, addresses: [ADDRESS] }])
  dialer.disconnected('Z')
  await vi.advanceTimersByTimeAsync(200)
  expect(attempts.at(-1)).toMatchObject({ hub: 'Z', addresses: [ADDRESS] })
})

test('when another hub lives at a told address, it is found after some failures', async () => {
  answer = async () => 'Z'
  dialer.tell(ADDRESS)
  await vi.advanceTimersByTimeAsync(200)
  answer = async (hub) => {
    if (hub !== null) throw new Error('another identity answered')
    return 'Y'
  }
  dialer.disconnected('Z')
  await vi.advanceTimersByTimeAsync(20_000)
  expect(attempts.at(-1)?.hub).not.toBe('Z')
})

test('ten thousand announced hubs from one machine cost a bounded number of tries', async () => {
  for (let i = 0; i < 10_000; i++) dialer.learn(`Z${i}`, [`/ip4/10.0.0.66/tcp/${i + 1}`], 'heard')
  dialer.learn('Y', [ADDRESS], 'heard')
  await vi.advanceTimersByTimeAsync(2_000)
  expect(new Set(attempts.map(({ hub }) => hub)).size).toBeLessThanOrEqual(liveLimits.heardPerHostMax + 1)
  expect(attempts.map(({ hub }) => hub)).toContain('Y')
})

test('this hub itself and removed hubs are not dialled; a goodbye ends the search', async () => {
  dialer.learn('M', [ADDRESS], 'heard')
  dialer.learn('removed', [ADDRESS], 'heard')
  dialer.learn('Z', [ADDRESS], 'heard')
  dialer.unlearn('Z')
  await vi.advanceTimersByTimeAsync(10_000)
  expect(attempts).toEqual([])
})

test('hubs that are only said to be there cost a few dials a second, however often they are announced', async () => {
  for (let round = 0; round < 100; round++) {
    for (let n = 0; n < 60; n++)
      dialer.learn(`Z${n}`, [`/ip4/10.0.0.2/tcp/${1 + ((round * 60 + n) % 60_000)}`], 'heard')
    await vi.advanceTimersByTimeAsync(100)
  }
  const perSecond = liveLimits.vainDialsPerHostPerSecond
  expect(attempts.length).toBeLessThanOrEqual(liveLimits.vainDialsPerHostBurst + 10 * perSecond + 1)
  expect(attempts.length).toBeGreaterThan(liveLimits.vainDialsPerHostBurst)
})

test('they keep no dial from hubs on other machines, nor from those that are known', async () => {
  for (let n = 0; n < 60; n++) dialer.learn(`Z${n}`, [`/ip4/10.0.0.2/tcp/${n + 1}`], 'heard')
  await vi.advanceTimersByTimeAsync(3_000)
  dialer.learn('Zother', ['/ip4/10.0.0.3/tcp/1'], 'heard')
  dialer.learn('Zknown', ['/ip4/10.0.0.2/tcp/99'], 'remembered')
  await vi.advanceTimersByTimeAsync(300)
  expect(attempts.map(({ hub }) => hub)).toEqual(expect.arrayContaining(['Zother', 'Zknown']))
})

test('dials that reach their hub use nothing up: a machine may have many', async () => {
  const many = 3 * liveLimits.vainDialsPerHostBurst
  answer = (hub) => {
    connected.add(hub ?? '')
    return Promise.resolve(hub ?? '')
  }
  // So many may be heard of one machine at a time.
  for (let n = 0; n < many; n++) {
    dialer.learn(`Z${n}`, ['/ip4/10.0.0.2/tcp/1'], 'heard')
    if (n % 30 === 29) for (let at = n - 29; at <= n; at++) await vi.advanceTimersByTimeAsync(20)
    if (n % 30 === 29) for (const hub of connected) dialer.unlearn(hub)
  }
  await vi.advanceTimersByTimeAsync(1_000)
  expect(connected.size).toBe(many)
})

test('a hub that others introduced is looked for, the lower id first, unless there are links enough', async () => {
  isFull = true
  dialer.learn('Z', [ADDRESS], 'introduced')
  dialer.learn('A', [ADDRESS], 'introduced')
  await vi.advanceTimersByTimeAsync(5_000)
  expect(attempts).toEqual([])
  isFull = false
  await vi.advanceTimersByTimeAsync(200)
  expect(attempts.map(({ hub }) => hub)).toEqual(['Z', 'A'])
})

test('what a member says of itself costs a bounded number of dials, however often it changes or comes and goes', async () => {
  for (let round = 0; round < 600; round++) {
    dialer.learn('Z', [`/ip4/203.0.113.5/tcp/${round + 1}`], 'introduced')
    dialer.disconnected('Z')
    await vi.advanceTimersByTimeAsync(100)
  }
  expect(attempts.length).toBeLessThanOrEqual(liveLimits.memberDialsBurst + 60 * liveLimits.memberDialsPerSecond + 1)
})

test('the address by which a hub was reached stays the first, whatever it says of itself', async () => {
  dialer.learn('Z', [ADDRESS], 'remembered')
  for (let n = 0; n < 20; n++) dialer.learn('Z', [`/ip4/192.168.7.7/tcp/${n + 1}`], 'introduced')
  await vi.advanceTimersByTimeAsync(200)
  expect(attempts[0]?.addresses[0]).toBe(ADDRESS)
  expect(attempts[0]?.addresses).toHaveLength(liveLimits.addressesPerCandidateMax)
})
