/** Who is there: one record per hub ever heard of, and the rules by which silence becomes suspicion and death. */
import { noSpeedRecord, type SpeedRecord, withObserved } from '../cost/trust.ts'
import { assert } from '../errors.ts'
import { counts, durations } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import type { Beacon } from './beacon.ts'
import { beaconFactor } from './pace.ts'

export type MemberState = 'alive' | 'suspect' | 'dead' | 'left'

export interface Member {
  readonly hub: HubId
  boot: string
  incarnation: number
  state: MemberState
  /** Null until its first beacon: known only by its records. */
  beacon: Beacon | null
  connected: boolean
  /** Own clock, when it last gave a sign of life. */
  heardMs: number
  /** Own clock, when its newest beacon came. */
  beaconMs: number
  /** Own clock, when its newest load report came: a beacon may repeat an old one. */
  reportMs: number
  /** How fast it was, beside its word. */
  speedRecord: SpeedRecord
  /** Own clock, when its connection broke; null while connected or never connected. */
  lostMs: number | null
  /** Own clock: when each of its slots has done all that was claimed for it. */
  slotFreeMs: number[]
}

/** A change of state worth telling. */
export interface MemberChange {
  readonly hub: HubId
  readonly state: MemberState
}

/**
 * The hubs of the swarm as this hub sees them.
 * M1: a hub heard within `suspectAfterMs` is alive. M2: a beacon of an earlier incarnation changes nothing; of two lives with
 * one the higher boot id counts.
 * M3: a new boot voids everything an earlier boot held, at once. M4: suspicion is this hub's own opinion and ends with the next sign of life.
 */
export class Membership {
  readonly #members = new Map<HubId, Member>()
  /** Sorted by id; rebuilt after the table or a state changed. */
  #sorted: readonly Member[] | null = null
  #alive: readonly Member[] | null = null
  readonly #self: HubId
  /** Grows with every change that can void or revive a claim. */
  get version(): number {
    return this.#version
  }
  /** When this hub was last away and came back. */
  #wokeMs = Number.NEGATIVE_INFINITY
  #version = 0
  #speedRecords: SpeedRecord = noSpeedRecord

  constructor(self: HubId, boot: string, incarnation: number) {
    this.#self = self
    const member = newMember(self, boot, 0)
    member.incarnation = incarnation
    this.#members.set(self, member)
  }

  get self(): Member {
    const self = this.#members.get(this.#self)
    assert(self, 'a hub is a member of its own swarm')
    return self
  }

  get(hub: HubId): Member | undefined {
    return this.#members.get(hub)
  }

  /** All members, sorted by id: iteration order must not depend on arrival. */
  all(): readonly Member[] {
    this.#sorted ??= [...this.#members.values()].sort((a, b) => (a.hub < b.hub ? -1 : 1))
    return this.#sorted
  }

  /** Members that are alive, this hub included, sorted by id. */
  alive(): readonly Member[] {
    this.#alive ??= this.all().filter((member) => member.state === 'alive')
    return this.#alive
  }

  /** Alive hubs besides this one. */
  others(): Member[] {
    return this.alive().filter((member) => member.hub !== this.#self)
  }

  /** Whether a claim of this author no longer holds anything. */
  isVoid(hub: HubId, boot: string): boolean {
    const member = this.#members.get(hub)
    if (member === undefined || member.state !== 'alive') return true
    // Until its first beacon nobody knows which of its boots lives.
    return member.boot !== boot && (member.beacon !== null || hub === this.#self)
  }

  /** Applies a beacon; returns the change of state, if any. */
  beaconHeard(beacon: Beacon, nowMs: number): MemberChange | null {
    if (beacon.hub === this.#self) return null
    const member = this.#ensure(beacon.hub, beacon.boot, nowMs)
    if (member === null || isStale(member, beacon)) return null
    if (member.boot !== beacon.boot || member.beacon === null) this.#changed()
    member.boot = beacon.boot
    member.incarnation = beacon.incarnation
    if (isNewReport(beacon, member.beacon)) member.reportMs = nowMs
    member.beacon = beacon
    member.beaconMs = nowMs
    member.slotFreeMs = beacon.slotFreeInMs.map((inMs) => nowMs + inMs)
    return this.heard(beacon.hub, nowMs)
  }

  /** Any direct sign of life. */
  heard(hub: HubId, nowMs: number): MemberChange | null {
    const member = this.#members.get(hub)
    if (member === undefined || hub === this.#self) return null
    member.heardMs = nowMs
    return this.#become(member, 'alive')
  }

  connected(hub: HubId, nowMs: number): MemberChange | null {
    const member = this.#ensure(hub, '', nowMs)
    if (member === null) return null
    member.connected = true
    member.lostMs = null
    return this.heard(hub, nowMs)
  }

  disconnected(hub: HubId, nowMs: number): void {
    const member = this.#members.get(hub)
    if (member === undefined) return
    member.connected = false
    // Connections that break as this hub wakes broke for its own absence: only silence counts then.
    member.lostMs = nowMs < this.#wokeMs + durations.suspectAfterMs ? null : nowMs
  }

  /** An author of records was seen; it counts as alive until it is silent too long from now on. */
  noticed(hub: HubId, boot: string, nowMs: number): void {
    if (!this.#members.has(hub)) this.#ensure(hub, boot, nowMs)
  }

  /** A claim by a hub moves the end of its emptiest slot, until its next beacon says better. */
  occupied(hub: HubId, workMs: number, nowMs: number): void {
    const slots = this.#members.get(hub)?.slotFreeMs
    if (slots === undefined || slots.length === 0) return
    const first = slots.indexOf(Math.min(...slots))
    slots[first] = Math.max(nowMs, slots[first] ?? nowMs) + workMs
  }

  /** Work that a hub had claimed is another's: the end of its fullest slot comes sooner. */
  released(hub: HubId, workMs: number, nowMs: number): void {
    const slots = this.#members.get(hub)?.slotFreeMs
    if (slots === undefined || slots.length === 0) return
    const last = slots.indexOf(Math.max(...slots))
    slots[last] = Math.max(nowMs, (slots[last] ?? nowMs) - workMs)
  }

  /** A sign of life with a hub's own word of when its slots fall free: each letter has it, and a thousand hubs hear millions. Undefined for strangers. */
  told(hub: HubId, slotFreeInMs: readonly number[], nowMs: number): MemberChange | null | undefined {
    const member = this.#members.get(hub)
    if (member === undefined || hub === this.#self) return undefined
    const { slotFreeMs } = member
    slotFreeMs.length = slotFreeInMs.length
    for (let slot = 0; slot < slotFreeInMs.length; slot++) slotFreeMs[slot] = nowMs + (slotFreeInMs[slot] ?? 0)
    member.heardMs = nowMs
    return this.#become(member, 'alive')
  }

  /** A hub, or this one, was seen to work: how long a piece should have taken by its own word, and how long it took. */
  observed(member: Member, expectedMs: number, observedMs: number): void {
    const before = member.speedRecord
    member.speedRecord = withObserved(before, expectedMs, observedMs)
    this.#speedRecords = replaced(this.#speedRecords, before, member.speedRecord)
  }

  /** The speed records of all hubs together. */
  get speedRecords(): SpeedRecord {
    return this.#speedRecords
  }

  /** This hub itself was away for so long (suspended, or its event loop blocked): that others were silent says nothing. */
  slept(forMs: number, nowMs: number): void {
    this.#wokeMs = nowMs
    for (const member of this.#members.values()) {
      if (member.state !== 'alive') continue
      member.heardMs += forMs
      if (member.lostMs !== null) member.lostMs += forMs
    }
  }

  /** Judges silence; returns what changed. */
  sweep(nowMs: number): MemberChange[] {
    const changes: MemberChange[] = []
    const factor = beaconFactor(this.#members.size)
    for (const member of this.all()) {
      if (member.hub === this.#self) continue
      const change = this.#become(member, judge(member, nowMs, factor))
      if (change !== null) changes.push(change)
      if (nowMs - member.heardMs > durations.forgetAfterMs) this.#forget(member)
    }
    return changes
  }

  /** Own clock: the earliest moment at which a sweep could change something because of a broken connection. */
  nextSuspicionMs(): number | null {
    const factor = beaconFactor(this.#members.size)
    const due = this.all()
      .filter((member) => member.state === 'alive' && member.lostMs !== null)
      .map((member) => suspectAtMs(member, factor))
    return due.length === 0 ? null : Math.min(...due)
  }

  #become(member: Member, state: MemberState): MemberChange | null {
    if (member.state === state) return null
    member.state = state
    this.#changed()
    return { hub: member.hub, state }
  }

  #ensure(hub: HubId, boot: string, nowMs: number): Member | null {
    const known = this.#members.get(hub)
    if (known !== undefined) return known
    if (this.#members.size >= counts.hubsMax) return null
    const member = newMember(hub, boot, nowMs)
    this.#members.set(hub, member)
    this.#changed()
    return member
  }

  #forget(member: Member): void {
    this.#members.delete(member.hub)
    this.#speedRecords = replaced(this.#speedRecords, member.speedRecord, noSpeedRecord)
    this.#changed()
  }

  #changed(): void {
    this.#version++
    this.#sorted = null
    this.#alive = null
  }
}

function newMember(hub: HubId, boot: string, nowMs: number): Member {
  return {
    hub,
    boot,
    incarnation: 0,
    state: 'alive',
    beacon: null,
    connected: false,
    heardMs: nowMs,
    beaconMs: nowMs,
    lostMs: null,
    reportMs: nowMs,
    speedRecord: noSpeedRecord,
    slotFreeMs: [],
  }
}

/** A report without a number is new each time. */
function isNewReport({ report }: Beacon, before: Beacon | null): boolean {
  return report.sequence === undefined || report.sequence !== before?.report.sequence
}

/** A sum of records in which one has become another. */
function replaced(all: SpeedRecord, before: SpeedRecord, after: SpeedRecord): SpeedRecord {
  return {
    expectedMs: all.expectedMs - before.expectedMs + after.expectedMs,
    observedMs: all.observedMs - before.observedMs + after.observedMs,
    seen: all.seen - before.seen + after.seen,
  }
}

function isStale(member: Member, beacon: Beacon): boolean {
  if (member.beacon === null) return false
  if (beacon.incarnation !== member.incarnation) return beacon.incarnation < member.incarnation
  // Two lives with one key, begun at once: all hubs must believe the same one, and go on believing it.
  if (beacon.boot !== member.boot) return beacon.boot < member.boot
  return beacon.sequence <= member.beacon.sequence
}

function judge(member: Member, nowMs: number, factor: number): MemberState {
  const isSilent = nowMs >= suspectAtMs(member, factor)
  // Connections that break while this hub wakes are not noted: whoever has said that it leaves, and is silent, has left.
  if (member.beacon?.leaving === true && (member.lostMs !== null || isSilent)) return 'left'
  if (member.state === 'left') return 'left'
  if (nowMs - member.heardMs >= durations.deadAfterMs * factor) return 'dead'
  if (isSilent) return member.state === 'dead' ? 'dead' : 'suspect'
  return 'alive'
}

function suspectAtMs(member: Member, factor: number): number {
  const bySilenceMs = member.heardMs + durations.suspectAfterMs * factor
  // A broken connection without a beacon by another way since then: most likely the process is gone.
  const cut = member.lostMs !== null && member.heardMs <= member.lostMs + durations.suspectAfterDisconnectMs
  return cut && member.lostMs !== null
    ? Math.min(bySilenceMs, member.lostMs + durations.suspectAfterDisconnectMs)
    : bySilenceMs
}
