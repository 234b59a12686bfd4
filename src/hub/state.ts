/** Everything a hub remembers between two inputs, and the pen with which its rules write effects. */
import { FunctionProfiles } from '../cost/profile.ts'
import type { Link } from '../cost/transfer.ts'
import { assert } from '../errors.ts'
import type { LedgerRecord } from '../ledger/record.ts'
import { auction } from '../limits.ts'
import type { Cid, HubId, JobId } from '../program/ref.ts'
import { type LoadReport, noLoad } from './beacon.ts'
import type { Effect } from './effect.ts'
import { ForeignRuns } from './foreign-runs.ts'
import type { RunId } from './input.ts'
import { isEnded, type Job } from './job.ts'
import { Membership } from './membership.ts'
import type { OwnRun, PendingCheckpoint, PendingDone } from './own-run.ts'
import { Decisions } from './story.ts'

/** What a hub is told about itself at birth. */
export interface HubInit {
  readonly hub: HubId
  /** Random per start. */
  readonly boot: string
  /** Rises with every start. */
  readonly incarnation: number
  readonly slots: number
  readonly cores: number
  /** Relative to a reference machine; 1 when unknown. */
  readonly speed: number
  readonly compute: boolean
  readonly labels: Readonly<Record<string, string>>
  /** Unix milliseconds at `nowMs` 0, for what people read; no rule uses it. */
  readonly wallOffsetMs: number
}

/** A steal request that waits for its answer. */
export interface StealWait {
  readonly request: number
  readonly owner: HubId
  readonly sinceMs: number
}

/** Shards promised to a thief that has not claimed them yet. */
export interface Lent {
  readonly job: JobId
  readonly family: string
  readonly lo: number
  readonly hi: number
  readonly run: OwnRun
  readonly sinceMs: number
  /** For what ran: milliseconds from `sinceMs` until it would have ended here. */
  readonly stayMs: number | null
}

/** An idle hub that asked for work. */
export interface Asker {
  readonly hub: HubId
  readonly request: number
  /** Own clock, when it could begin, and when its slot is wanted for work of its own. */
  readonly startMs: number
  readonly untilMs: number
}

/** A running shard on its way to the hub that asked: it waits for its checkpoint. */
export interface Move {
  readonly asker: Asker
  readonly shard: number
  /** What the newest checkpoint spared when the move was decided. */
  readonly savedMs: number
  readonly sinceMs: number
}

/** A run of a hub that drains: it goes to another one with its next checkpoint. */
export interface Handover {
  readonly shard: number
  /** What the newest checkpoint spared when a fresh one was asked for. */
  readonly savedMs: number
  readonly sinceMs: number
}

/** The reason of claims on shards that moved while they ran, and of what their former hub wrote about it. */
export const MOVE_REASON = 'migrate'

/** The same where the former hub was leaving: how often that happens is not bounded. */
export const HANDOVER_REASON = 'handover'

export class HubState {
  init: HubInit
  readonly members: Membership
  readonly jobs = new Map<JobId, Job>()
  readonly runs = new Map<RunId, OwnRun>()
  readonly pendingDone = new Map<Cid, PendingDone[]>()
  readonly pendingCheckpoints = new Map<Cid, PendingCheckpoint[]>()
  /** How often a blob was offered in vain. */
  readonly replicaTries = new Map<Cid, number>()
  report: LoadReport = noLoad
  /** Own clock, when the report came. */
  reportMs = 0
  nowMs = 0
  beaconSequence = 0
  blobsSweptMs = 0
  leaving = false
  drainedTold = false
  /** Own clock since which a slot has been idle; null while all are busy. */
  idleSinceMs: number | null = null
  lastPlanMs = Number.NEGATIVE_INFINITY
  /** Whether the last plan rested on what the one before did. */
  foundSame = false
  /** Own clock, when waiting claims were last compared with what others could do. */
  reauctionMs = Number.NEGATIVE_INFINITY
  /** What the timer of the next evaluation was last set to. */
  wakeMs = Number.NEGATIVE_INFINITY
  /** Mean work of a unit in the last plan. */
  meanUnitMs: number = auction.bundleMsMax
  steal: StealWait | null = null
  lent: Lent[] = []
  readonly moves = new Map<RunId, Move>()
  readonly handovers = new Map<RunId, Handover>()
  /** How often each hub has refused in a row, and until when it is left alone. */
  readonly refusals = new Map<HubId, { times: number; untilMs: number }>()
  readonly foreignRuns = new ForeignRuns()
  readonly decisions = new Decisions()
  /** How long functions take, learned here and from others. */
  readonly profiles = new FunctionProfiles()
  /** Whether late work of others is run a second time here. */
  speculates = true
  /** Whether running shards may move. */
  migrates = true
  /** Position in the round of anti-entropy peers. */
  syncTurn = 0
  /** Shards of which a hub told a result that did not stand. */
  readonly wrongResults = new Map<HubId, Set<string>>()
  /** Submitted here, and not yet told that they are safe. */
  readonly unaccepted = new Set<JobId>()
  #active: readonly Job[] | null = null
  /** Jobs that had not ended when last looked at. */
  readonly #unended = new Set<Job>()
  #nextRun = 1
  #nextRequest = 1
  #effects: Effect[] = []
  readonly #records = new Map<JobId, LedgerRecord[]>()
  /** Links as measured by the shell; missing ones are assumed. */
  readonly links = new Map<HubId, { bytesPerMs: number; latencyMs: number }>()

  constructor(init: HubInit) {
    this.init = init
    this.members = new Membership(init.hub, init.boot, init.incarnation)
  }

  get self(): HubId {
    return this.init.hub
  }

  get wallMs(): number {
    return Math.round(this.nowMs + this.init.wallOffsetMs)
  }

  /** The author of this hub's records. */
  get author(): { hub: HubId; boot: string } {
    return { hub: this.init.hub, boot: this.init.boot }
  }

  job(id: JobId): Job {
    const job = this.jobs.get(id)
    assert(job, `job ${id} is known`)
    return job
  }

  /** Jobs with work left, in the order of their ids. */
  activeJobs(): readonly Job[] {
    if (this.#active !== null) return this.#active
    for (const job of this.#unended) if (isEnded(job)) this.#unended.delete(job)
    this.#active = [...this.#unended].sort((a, b) => (a.id < b.id ? -1 : 1))
    return this.#active
  }

  /** A job has work now, or ended: a thousand ended ones must not cost every input. */
  jobsChanged(job: Job): void {
    this.#active = null
    this.#unended.add(job)
  }

  /** New work is here: the next evaluation plans at once, whenever the last plan was. */
  planSoon(): void {
    this.lastPlanMs = Number.NEGATIVE_INFINITY
  }

  newRunId(): RunId {
    return this.#nextRun++
  }

  newRequest(): number {
    return this.#nextRequest++
  }

  effect(effect: Effect): void {
    this.#effects.push(effect)
  }

  /** Writes a record to this hub's log of the job; all records of one input leave as one append. */
  write(job: JobId, record: LedgerRecord): void {
    const records = this.#records.get(job) ?? []
    records.push(record)
    this.#records.set(job, records)
  }

  /** Takes the effects of the input just handled: appends first, since nothing may leave before its record. */
  takeEffects(): Effect[] {
    const later = this.#effects
    if (later.length > 0) this.#effects = []
    if (this.#records.size === 0) return later
    const effects: Effect[] = []
    for (const [job, records] of this.#records) effects.push({ type: 'append', job, records })
    this.#records.clear()
    effects.push(...later)
    return effects
  }

  /** Takes in measured latencies; throughput stays as it was assumed or learned. */
  measured(links: readonly { readonly hub: HubId; readonly latencyMs: number }[]): void {
    this.links.clear()
    for (const { hub, latencyMs } of links) this.links.set(hub, { bytesPerMs: auction.linkBytesPerMs, latencyMs })
  }

  link(hub: HubId): Link {
    return this.links.get(hub) ?? assumedLink
  }

  /** Runs that hold a compute slot. */
  runningRuns(): OwnRun[] {
    const running: OwnRun[] = []
    for (const run of this.runs.values()) if (run.state === 'running' && !run.isRoot) running.push(run)
    return running
  }

  /** Claimed runs that wait for inputs or a slot. */
  queuedRuns(): OwnRun[] {
    const queued: OwnRun[] = []
    for (const run of this.runs.values()) if (isQueued(run)) queued.push(run)
    return queued
  }

  freeSlots(): number {
    let free = this.init.slots
    for (const run of this.runs.values()) if (run.state === 'running' && !run.isRoot) free--
    return free
  }
}

const assumedLink = { bytesPerMs: auction.linkBytesPerMs, latencyMs: auction.linkLatencyMs } as const

function isQueued({ state }: OwnRun): boolean {
  return state === 'waiting' || state === 'preparing' || state === 'ready'
}
