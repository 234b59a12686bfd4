/** Keeps trying to reach every hub it knows of: at once after a loss, then with back-off, never two ends at the same moment. */
import { liveLimits } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import { hubOfAddress, withoutHub } from './address-book.ts'
import { Budget } from './budget.ts'
import { errorFields, type Log } from './log.ts'
import { hostOf } from './refusals.ts'

/** How a candidate came to be known; told addresses are never forgotten, remembered ones are the last resort, members introduce others. */
export type CandidateSource = 'told' | 'heard' | 'remembered' | 'introduced'

export interface DialerInit {
  readonly self: HubId
  /** Opens a connection; `addresses` carry no hub id, `hub` is null when only the address is known. */
  readonly dial: (hub: HubId | null, addresses: readonly string[], signal: AbortSignal) => Promise<HubId>
  readonly isConnected: (hub: HubId) => boolean
  readonly isRemoved: (hub: HubId) => boolean
  /** Whether there are links enough: hubs that others introduced are not looked for then. */
  readonly isFull: () => boolean
  readonly onFailure: (hub: HubId | null, address: string, error: unknown) => void
  readonly nowMs: () => number
  readonly random: () => number
  readonly log: Log
}

interface Candidate {
  hub: HubId | null
  source: CandidateSource
  /** Newest first. */
  addresses: string[]
  failures: number
  dueMs: number
  heardMs: number
  dialing: boolean
  /** Nothing but time brings a refused hub back: hearing it again does not. */
  refused: boolean
}

const TICK_MS = 100
const FAILURES_BEFORE_ANY_HUB = 3

export class Dialer {
  readonly #init: DialerInit
  readonly #candidates = new Map<string, Candidate>()
  readonly #stopped = new AbortController()
  /** Anybody can announce hubs that are not there, again and again: dials that reach nobody are few for each machine. */
  readonly #vain: Budget
  /** The same for members, who may say of themselves whatever they like. */
  readonly #vainMembers: Budget
  #timer: NodeJS.Timeout | null = null
  #dialing = 0
  #isStarting = false

  constructor(init: DialerInit) {
    this.#init = init
    this.#vain = new Budget({
      burst: liveLimits.vainDialsPerHostBurst,
      perSecond: liveLimits.vainDialsPerHostPerSecond,
      burstAll: liveLimits.vainDialsBurst,
      perSecondAll: liveLimits.vainDialsPerSecond,
      sendersMax: liveLimits.mdnsHostsMax,
      nowMs: init.nowMs,
    })
    this.#vainMembers = new Budget({
      burst: liveLimits.memberDialsBurst,
      perSecond: liveLimits.memberDialsPerSecond,
      burstAll: liveLimits.memberDialsBurstAll,
      perSecondAll: liveLimits.memberDialsPerSecondAll,
      sendersMax: liveLimits.candidatesMax,
      nowMs: init.nowMs,
    })
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#stopped.abort(new Error('the network stops'))
  }

  /** Adds a way to a hub; false when there is no room for it. A hub heard on the LAN is alive, so its back-off is cut short. */
  learn(hub: HubId | null, addresses: readonly string[], source: CandidateSource): boolean {
    if (hub === this.#init.self || addresses.length === 0) return true
    const nowMs = this.#init.nowMs()
    const candidate = this.#find(hub ?? addresses.join(), { hub, addresses, source })
    if (candidate === null) return false
    const fresh = addresses.filter((address) => !candidate.addresses.includes(address))
    const known = candidate.addresses.filter((address) => !addresses.includes(address))
    // what a hub says of itself may lead nowhere from here: the address that is first, because it worked, stays so
    const kept = source === 'introduced' ? known.splice(0, 1) : []
    candidate.addresses = [...kept, ...addresses, ...known].slice(0, liveLimits.addressesPerCandidateMax)
    if (source === 'told') Object.assign(candidate, { source, refused: false, dueMs: nowMs })
    if (source === 'heard') this.#hear(candidate, fresh.length > 0)
    return true
  }

  /** Adds an address from the command line or a token, with or without a hub id. */
  tell(address: string): void {
    this.learn(hubOfAddress(address), [withoutHub(address)], 'told')
  }

  /** A hub said goodbye: it is not looked for until it is heard again. */
  unlearn(hub: HubId): void {
    if (this.#candidates.get(hub)?.source !== 'told') this.#candidates.delete(hub)
  }

  /** The hub is connected: the next loss starts with a clean slate. */
  connected(hub: HubId): void {
    const candidate = this.#candidates.get(hub)
    if (candidate === undefined) return
    candidate.failures = 0
    candidate.refused = false
  }

  /** The last connection is gone: try again at once. */
  disconnected(hub: HubId): void {
    const candidate = this.#candidates.get(hub)
    if (candidate === undefined || candidate.refused) return
    candidate.failures = 0
    const waits = candidate.hub !== null && this.#init.self > candidate.hub
    candidate.dueMs = this.#init.nowMs() + (waits ? liveLimits.redialSecondAfterMs : this.#init.random() * TICK_MS)
  }

  /** One side turned the other down: leave it alone for a while. */
  refused(hub: HubId): void {
    const candidate = this.#candidates.get(hub)
    if (candidate === undefined) return
    candidate.refused = true
    candidate.dueMs = this.#init.nowMs() + liveLimits.dialRefusedBackoffMs
  }

  /** Membership changed: whoever was refused may be welcome now. */
  reconsider(): void {
    for (const candidate of this.#candidates.values()) {
      if (!candidate.refused) continue
      candidate.refused = false
      candidate.dueMs = this.#init.nowMs()
    }
  }

  #hear(candidate: Candidate, isFresh: boolean): void {
    const nowMs = this.#init.nowMs()
    if (candidate.source !== 'told') candidate.source = 'heard'
    candidate.heardMs = nowMs
    if (candidate.refused) return
    const patience = isFresh ? 0 : liveLimits.dialHeardBackoffMsMax
    candidate.dueMs = Math.min(candidate.dueMs, nowMs + Math.max(patience, this.#courtesyMs(candidate)))
  }

  #find(
    key: string,
    init: Pick<Candidate, 'hub' | 'source'> & { readonly addresses: readonly string[] },
  ): Candidate | null {
    const { hub, source, addresses } = init
    const known = this.#candidates.get(key)
    if (known !== undefined) return known
    if (source === 'heard' && this.#isCrowded(addresses)) return null
    if (this.#candidates.size >= liveLimits.candidatesMax && !this.#evict()) return null
    const nowMs = this.#init.nowMs()
    const candidate: Candidate = {
      hub,
      source,
      addresses: [],
      failures: 0,
      dueMs: nowMs,
      heardMs: nowMs,
      dialing: false,
      refused: false,
    }
    candidate.dueMs += this.#courtesyMs(candidate)
    this.#candidates.set(key, candidate)
    return candidate
  }

  /** Hubs that hear each other would dial at the same moment: the lower id does, the other waits. */
  #courtesyMs({ source, hub }: Candidate): number {
    if (hub === null || this.#init.self < hub) return 0
    if (source === 'introduced') return liveLimits.redialSecondAfterMs
    return source === 'heard' ? liveLimits.dialSecondAfterMs : 0
  }

  /** Anybody on the LAN can announce any number of hubs; one machine has only so many. */
  #isCrowded(addresses: readonly string[]): boolean {
    const hosts = new Set(addresses.map(hostOf))
    let heard = 0
    for (const { source, addresses: theirs } of this.#candidates.values()) {
      if (source === 'heard' && theirs.some((address) => hosts.has(hostOf(address)))) heard++
    }
    return heard >= liveLimits.heardPerHostMax
  }

  /** Makes room: the hub longest unheard that nobody told us of and that is not connected. */
  #evict(): boolean {
    let oldest: [string, Candidate] | null = null
    for (const entry of this.#candidates) {
      const [, { source, hub, heardMs }] = entry
      if (source === 'told' || (hub !== null && this.#init.isConnected(hub))) continue
      if (oldest === null || heardMs < oldest[1].heardMs) oldest = entry
    }
    return oldest !== null && this.#candidates.delete(oldest[0])
  }

  #tick(): void {
    if (this.#isStarting) return
    this.#isStarting = true
    this.#startEach([...this.#candidates.values()].filter((candidate) => this.#isDue(candidate)))
  }

  /** To begin a dial takes about a millisecond: what else there is to do gets its turn between two. */
  #startEach([candidate, ...others]: readonly Candidate[]): void {
    const isFull = this.#dialing >= liveLimits.parallelDialsMax
    this.#isStarting = candidate !== undefined && !isFull && !this.#stopped.signal.aborted
    if (candidate === undefined || !this.#isStarting) return
    if (this.#isDue(candidate) && this.#isWithinBudget(candidate)) void this.#dial(candidate)
    setImmediate(() => this.#startEach(others))
  }

  #isDue({ hub, source, dialing, dueMs }: Candidate): boolean {
    if (dialing || dueMs > this.#init.nowMs() || (source === 'introduced' && this.#init.isFull())) return false
    return hub === null || !(this.#init.isConnected(hub) || this.#init.isRemoved(hub))
  }

  #isWithinBudget(candidate: Candidate): boolean {
    const [budget, key] = this.#budgetOf(candidate)
    if (budget === null || budget.take(key)) return true
    candidate.dueMs = this.#init.nowMs() + 1_000 / liveLimits.vainDialsPerHostPerSecond
    return false
  }

  /** Multicast tells of machines, members of themselves; what the user says is dialled as it is. */
  #budgetOf({ source, hub, addresses }: Candidate): [Budget | null, string] {
    if (source === 'heard') return [this.#vain, hostOf(addresses[0] ?? '')]
    return [source === 'told' ? null : this.#vainMembers, hub ?? '']
  }

  async #dial(candidate: Candidate): Promise<void> {
    candidate.dialing = true
    this.#dialing++
    try {
      const timeout = AbortSignal.timeout(liveLimits.dialTimeoutMs)
      const signal = AbortSignal.any([timeout, this.#stopped.signal])
      // whoever lives at a told address counts: after some failures not only the hub that did
      const anyHub = candidate.source === 'told' && candidate.failures >= FAILURES_BEFORE_ANY_HUB
      const hub = await this.#init.dial(anyHub ? null : candidate.hub, candidate.addresses, signal)
      this.#reached(candidate, hub)
    } catch (error) {
      if (!this.#stopped.signal.aborted) this.#failed(candidate, error)
    } finally {
      candidate.dialing = false
      this.#dialing--
    }
  }

  /** The connection stands, the hello may still fail: a next try waits as after a failure until `connected` clears it. */
  #reached(candidate: Candidate, hub: HubId): void {
    const [budget, key] = this.#budgetOf(candidate)
    budget?.charge(key, -1)
    const reached = candidate.hub === hub ? candidate : this.#identified(candidate, hub)
    reached.dueMs = Math.max(reached.dueMs, this.#init.nowMs() + liveLimits.helloWindowMs)
  }

  /** Somebody answered at a told address whose hub was unknown, or is another now. */
  #identified(candidate: Candidate, hub: HubId): Candidate {
    for (const [key, one] of this.#candidates) if (one === candidate) this.#candidates.delete(key)
    const known = this.#find(hub, { hub, source: 'told', addresses: candidate.addresses })
    if (known === null) return candidate
    known.source = 'told'
    known.addresses = [...new Set([...candidate.addresses, ...known.addresses])]
    return known
  }

  #failed(candidate: Candidate, error: unknown): void {
    const { failures, source } = candidate
    const isHeard = this.#init.nowMs() - candidate.heardMs < liveLimits.mdnsSlowMs * 2 && source === 'heard'
    const longestMs = isHeard ? liveLimits.dialHeardBackoffMsMax : liveLimits.dialBackoffMsMax
    const waitMs = Math.min(longestMs, liveLimits.dialBackoffMs * 2 ** failures)
    candidate.failures = failures + 1
    candidate.dueMs = this.#init.nowMs() + waitMs * (0.5 + this.#init.random())
    this.#init.log.debug({ hub: candidate.hub, ...errorFields(error) }, 'could not reach a hub')
    this.#init.onFailure(candidate.hub, candidate.addresses.join(' '), error)
  }
}
