/** All ledgers of a live hub: opened from disk or on first hearing, fed by peers, exchanged by anti-entropy. */
import { randomBytes } from 'node:crypto'
import type { AuthoredRecord } from '../hub/input.ts'
import type { Author, LedgerRecord } from '../ledger/record.ts'
import { specsFirst } from '../ledger/specs-first.ts'
import { counts, sizes } from '../limits.ts'
import type { HubId, JobId } from '../program/ref.ts'
import type { LedgerStore } from '../store/ledger-store.ts'
import type { WireMessage } from '../wire/message.ts'
import { errorFields, type Log } from './log.ts'
import { OpenLedger, type OpenLedgerEvents } from './open-ledger.ts'

export interface LedgersInit {
  readonly author: Author
  readonly store: LedgerStore
  readonly sign: (bytes: Uint8Array) => Uint8Array
  readonly verify: (hub: HubId, bytes: Uint8Array, signature: Uint8Array) => boolean
  readonly admits: (hub: HubId, isRelayed: boolean) => boolean
  readonly roles: (hub: HubId) => readonly string[]
  readonly log: Log
}

export interface LedgersEvents {
  /** New records of others, or of earlier boots of this hub. */
  records(job: JobId, entries: readonly AuthoredRecord[], from: readonly HubId[]): void
  /** A manifest record came in for a job that was not known. Returns whether it is valid. */
  manifest(job: JobId, signed: Uint8Array): boolean
  send(to: HubId, message: WireMessage): void
  /** How long own records of a job may wait for company. */
  windowMs(): number
  /** Own records are durable. */
  flushed(job: JobId, updates: readonly Uint8Array[]): void
}

interface Incoming {
  readonly from: HubId
  readonly bytes: Uint8Array
  readonly relayed: boolean
}

interface Entry {
  readonly open: OpenLedger
  /** Whether a valid manifest was found: records before that wait in the document. */
  isKnown: boolean
  incoming: Incoming[]
}

export class Ledgers {
  readonly #init: LedgersInit
  readonly #events: LedgersEvents
  readonly #entries = new Map<JobId, Entry>()
  /** Jobs dropped here: peers may still offer them. */
  readonly #dropped = new Set<JobId>()

  constructor(init: LedgersInit, events: LedgersEvents) {
    this.#init = init
    this.#events = events
  }

  /** Opens what is on disk. Call before the network starts. */
  async openStored(): Promise<void> {
    for (const job of await this.#init.store.listJobs()) {
      const stored = await this.#init.store.load(job)
      if (stored === null) continue
      const entry = this.#entry(job)
      if (entry === null) return
      const received = entry.open.loadStored(stored)
      for (const { error } of received.refused)
        this.#init.log.warn({ job, ...errorFields(error) }, 'a stored update was refused')
      this.#admit(job, entry, received.records, [])
      if (!entry.isKnown) await this.#discard(job, entry)
    }
  }

  /** Starts the ledger of a job submitted here. */
  create(job: JobId): void {
    const entry = this.#entry(job)
    if (entry !== null) entry.isKnown = true
  }

  append(job: JobId, records: readonly LedgerRecord[]): void {
    this.#entries.get(job)?.open.append(records)
  }

  /** Resolves when all that was appended to a ledger by now is on disk. */
  async durable(job: JobId): Promise<void> {
    await this.#entries.get(job)?.open.durable()
  }

  /** Updates of a peer: applied with all others of this turn of the event loop, in one transaction per job. */
  receive(from: HubId, job: JobId, updates: readonly Uint8Array[], relayed: boolean): void {
    const entry = this.#entry(job)
    if (entry === null) return
    if (entry.incoming.length === 0) setImmediate(() => this.#apply(job, entry))
    for (const bytes of updates) entry.incoming.push({ from, bytes, relayed })
  }

  /** Opens a round of anti-entropy with a peer; it answers with what we lack and asks for what it lacks. */
  sync(peer: HubId, reply: boolean): void {
    const jobs = [...this.#entries].map(([job, entry]) => ({ job, vector: entry.open.ledger.stateVector() }))
    this.#events.send(peer, { type: 'sync', reply, jobs })
  }

  /**
   * Answers a peer's state vectors: everything it lacks, jobs it does not know included. A round ends with the reply: hubs that
   * write all the time would otherwise answer each other without end.
   */
  answer(from: HubId, message: Extract<WireMessage, { type: 'sync' }>): void {
    const theirs = new Map(message.jobs.map(({ job, vector }) => [job, vector]))
    for (const [job, entry] of this.#entries) {
      const vector = theirs.get(job) ?? EMPTY_VECTOR
      this.#sendDiff(from, job, entry.open.ledger.diff(vector))
    }
    if (message.reply) this.sync(from, false)
  }

  async drop(job: JobId): Promise<void> {
    const entry = this.#entries.get(job)
    this.#entries.delete(job)
    this.#dropped.add(job)
    const [longest] = this.#dropped
    if (this.#dropped.size > counts.droppedJobsMax && longest !== undefined) this.#dropped.delete(longest)
    if (entry !== undefined) await this.#discard(job, entry)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#entries.values()].map((entry) => entry.open.close()))
  }

  /** What has no valid manifest, or one that has expired, is not worth its place on disk; peers may bring it again. */
  async #discard(job: JobId, entry: Entry): Promise<void> {
    this.#entries.delete(job)
    await entry.open.close()
    await this.#init.store.remove(job)
  }

  #entry(job: JobId): Entry | null {
    const known = this.#entries.get(job)
    if (known !== undefined) return known
    if (this.#dropped.has(job) || this.#entries.size >= counts.jobsMax || !JOB_ID.test(job)) return null
    const { author, store, sign, verify, admits, roles, log } = this.#init
    const init = { job, author, clientId: randomClientId(), sign, verify, admits, roles }
    const events: OpenLedgerEvents = {
      flushed: (updates) => this.#events.flushed(job, updates),
      diskFailed: (error) => log.error({ job, ...errorFields(error) }, 'the ledger could not be written'),
    }
    const open = new OpenLedger(init, store, events, () => this.#events.windowMs())
    const entry = { open, isKnown: false, incoming: [] }
    this.#entries.set(job, entry)
    return entry
  }

  #apply(job: JobId, entry: Entry): void {
    if (this.#entries.get(job) !== entry) return
    const incoming = entry.incoming.splice(0)
    const received = entry.open.ledger.receive(incoming)
    for (const { index, error } of received.refused) {
      const { from } = incoming[index] ?? { from: 'unknown' }
      this.#init.log.warn({ job, from, ...errorFields(error) }, 'an update was refused')
    }
    if (received.update !== null) entry.open.keep(received.update)
    const senders = [...new Set(incoming.map(({ from }) => from))]
    this.#admit(job, entry, received.records, senders)
    const last = senders.at(-1)
    if (received.missing && last !== undefined) this.sync(last, false)
  }

  /** Records count from the moment a valid manifest is among them. */
  #admit(job: JobId, entry: Entry, records: readonly AuthoredRecord[], from: readonly HubId[]): void {
    if (entry.isKnown) {
      if (records.length > 0) this.#events.records(job, specsFirst(records), from)
      return
    }
    const all = entry.open.ledger.records()
    for (const { record } of all) {
      if (record.kind !== 'job' || !this.#events.manifest(job, record.manifest)) continue
      entry.isKnown = true
      this.#events.records(job, specsFirst(all), from)
      return
    }
  }

  #sendDiff(to: HubId, job: JobId, updates: readonly Uint8Array[]): void {
    let part: Uint8Array[] = []
    let bytes = 0
    for (const update of updates) {
      if (part.length > 0 && bytes + update.byteLength > sizes.controlBytesMax / 2) {
        this.#events.send(to, { type: 'diff', job, updates: part })
        part = []
        bytes = 0
      }
      part.push(update)
      bytes += update.byteLength
    }
    if (part.length > 0) this.#events.send(to, { type: 'diff', job, updates: part })
  }
}

const JOB_ID = /^[a-z2-7]{26}$/
const EMPTY_VECTOR = new Uint8Array([0])

/** 53 random bits: the risk of two equal ones stays negligible over any number of boots. */
function randomClientId(): number {
  const bytes = randomBytes(8)
  const id = Number(bytes.readBigUInt64BE() >> 11n)
  return id === 0 ? 1 : id
}
