/** How hubs come to know where all others are: a swarm of these alone, on a clock and links that the test holds. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { liveLimits } from '../../src/limits.ts'
import { signAddresses } from '../../src/live/address-record.ts'
import { createIdentity, type Identity } from '../../src/live/admission/identity.ts'
import { Introductions } from '../../src/live/introductions.ts'
import { at } from './hubs.ts'

class Member {
  readonly identity: Identity
  readonly neighbours = new Map<string, Member>()
  readonly learned = new Map<string, readonly string[]>()
  readonly introductions: Introductions
  addresses: string[]
  sent = 0
  sentBytes = 0
  isMember = (_hub: string): boolean => true

  constructor(identity: Identity, addresses: string[], wallMs: () => number = Date.now) {
    this.identity = identity
    this.addresses = addresses
    this.introductions = new Introductions({
      identity,
      addresses: () => this.addresses,
      isMember: (hub) => this.isMember(hub),
      neighbours: () => [...this.neighbours.keys()],
      send: (to, bytes) => {
        this.sent++
        this.sentBytes += bytes.byteLength
        this.neighbours.get(to)?.introductions.hear(identity.hub, bytes)
      },
      learned: (hub, told) => void this.learned.set(hub, told),
      nowMs: Date.now,
      wallMs,
      random: () => 0.5,
    })
    this.introductions.start()
    started.push(this)
  }

  meet(other: Member): void {
    this.neighbours.set(other.identity.hub, other)
    other.neighbours.set(this.identity.hub, this)
    this.introductions.greet(other.identity.hub)
    other.introductions.greet(this.identity.hub)
  }
}

let started: Member[] = []

beforeEach(() => {
  started = []
  vi.useFakeTimers({ now: 1_000_000 })
})

afterEach(() => {
  for (const { introductions } of started) introductions.stop()
  vi.useRealTimers()
})

/** That know each other as members, and no more. */
async function members(count: number): Promise<Member[]> {
  const identities = await Promise.all(Array.from({ length: count }, createIdentity))
  return identities.map((identity, i) => new Member(identity, [addressOf(i)]))
}

function addressOf(i: number): string {
  return `/ip4/10.0.${i >> 7}.${1 + (i & 0x7f)}/tcp/4207`
}

/** Lists of addresses as another sends them. */
function frame(records: readonly { signed: unknown }[]): Uint8Array {
  return Buffer.from(JSON.stringify({ records: records.map(({ signed }) => signed), known: null }))
}

test('hubs that met one and the same learn of each other, whoever came first', async () => {
  const [a, b, c] = (await members(3)) as [Member, Member, Member]
  b.meet(a)
  c.meet(a)
  await vi.advanceTimersByTimeAsync(2 * liveLimits.addressAskMs)
  expect(b.learned.get(c.identity.hub)).toEqual([addressOf(2)])
  expect(c.learned.get(b.identity.hub)).toEqual([addressOf(1)])
})

test('a chain of hubs, each met by the next, becomes known to all', async () => {
  const hubs = await members(8)
  for (const [i, hub] of hubs.slice(1).entries()) hub.meet(at(hubs, i))
  await vi.advanceTimersByTimeAsync(20 * liveLimits.addressAskMs)
  for (const hub of hubs) expect(hub.learned.size).toBe(hubs.length - 1)
})

test('of a swarm of three hundred a new hub learns all within seconds, in bounded messages; then all are silent but for questions', async () => {
  const hubs = await members(300)
  const [first, late] = [at(hubs, 0), at(hubs, 299)]
  for (const hub of hubs.slice(1, 299)) first.introductions.hear(hub.identity.hub, frame([recordOf(hub, 5)]))
  const before = first.sentBytes
  late.meet(first)
  expect(first.sentBytes - before).toBeLessThan(liveLimits.addressRecordsPerMessageMax * 1024)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(late.learned.size).toBe(299)
  const sent = first.sent + late.sent
  await vi.advanceTimersByTimeAsync(60_000)
  expect(first.sent + late.sent - sent).toBeLessThan(2 * (60_000 / liveLimits.addressAskMs))
})

function recordOf({ identity, addresses }: Member, sequence: number) {
  return signAddresses({ hub: identity.hub, sequence, addresses }, identity)
}

test('an address that changed reaches all neighbours, and an older record changes nothing', async () => {
  const [a, b] = (await members(2)) as [Member, Member]
  a.meet(b)
  const old = recordOf(b, 5)
  b.addresses = ['/ip4/10.9.9.9/tcp/5000']
  await vi.advanceTimersByTimeAsync(3 * liveLimits.addressRecordGapMs + liveLimits.addressAskMs)
  expect(a.learned.get(b.identity.hub)).toEqual(b.addresses)
  a.introductions.hear(b.identity.hub, frame([old]))
  expect(a.learned.get(b.identity.hub)).toEqual(b.addresses)
})

test('a hub whose clock was ahead in an earlier life is still believed', async () => {
  const [a, b, c] = (await members(3)) as [Member, Member, Member]
  a.introductions.hear(c.identity.hub, frame([recordOf(c, Date.now() + 1e9)]))
  await vi.advanceTimersByTimeAsync(liveLimits.addressRecordGapMs)
  c.addresses = ['/ip4/10.9.9.9/tcp/5000']
  c.meet(a)
  b.meet(a)
  await vi.advanceTimersByTimeAsync(4 * liveLimits.addressAskMs)
  expect(a.learned.get(c.identity.hub)).toEqual(c.addresses)
  expect(b.learned.get(c.identity.hub)).toEqual(c.addresses)
})

test('strangers are not introduced, and who speaks in the name of another breaks the protocol', async () => {
  const [a, b, c] = (await members(3)) as [Member, Member, Member]
  a.isMember = (hub) => hub !== c.identity.hub
  a.introductions.hear(b.identity.hub, frame([recordOf(c, 5)]))
  expect(a.learned.size).toBe(0)
  const forged = signAddresses({ hub: b.identity.hub, sequence: 6, addresses: [addressOf(9)] }, c.identity)
  expect(() => a.introductions.hear(c.identity.hub, frame([forged]))).toThrow('in the name of another hub')
  expect(() => a.introductions.hear(c.identity.hub, Buffer.from('{}'))).toThrow('does not read as one')
  expect(a.learned.size).toBe(0)
})

test('a hub that says something else all the time is followed now and then, one that asks all the time answered now and then', async () => {
  const [a, b, c] = (await members(3)) as [Member, Member, Member]
  const learn = vi.spyOn(a.learned, 'set')
  a.introductions.hear(c.identity.hub, frame([recordOf(c, 1)]))
  const hello = a.sent
  a.neighbours.set(b.identity.hub, b)
  for (let i = 0; i < 1_000; i++) {
    a.introductions.hear(b.identity.hub, frame([recordOf(b, i)]))
    a.introductions.hear(b.identity.hub, Buffer.from(JSON.stringify({ records: [], known: '' })))
    await vi.advanceTimersByTimeAsync(10)
  }
  expect(learn.mock.calls.length).toBeLessThanOrEqual(2 + 10_000 / liveLimits.addressRecordGapMs)
  const questions = 1 + 10_000 / (liveLimits.addressAskMs / 2)
  expect(a.sent - hello).toBeLessThanOrEqual(
    liveLimits.addressAnswersBurst + 10 * liveLimits.addressAnswersPerSecond + questions,
  )
})
