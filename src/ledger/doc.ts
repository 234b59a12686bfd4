/** The replicated ledger of one job: a Yjs document of single-writer logs, one per hub and boot. */
import { assert, ShoalError } from '../errors.ts'
import { ledgerLimits } from '../limits.ts'
import type { HubId, JobId } from '../program/ref.ts'
import { type Binding, bindingBytes, isLogName, logRoot, writeBinding } from './boot-entry.ts'
import { type EntryReader, plainReader } from './entry-reader.ts'
import { packFlush } from './flush.ts'
import { type GuardContext, type Judgement, judgeSection, type Log, type Origin } from './guard.ts'
import { HeldSections } from './held-sections.ts'
import { LateDoc } from './late-doc.ts'
import type { Author, LedgerRecord } from './record.ts'
import { firstLink, writeSealed } from './seal.ts'
import { readStateVector, writeStateVector } from './state-vector.ts'
import { readUpdate, refused, type Section, splitSections, writeUpdate } from './update-format.ts'
import type { Authored } from './view.ts'

export interface LedgerInit {
  readonly job: JobId
  readonly author: Author
  /** Random, 53 bits, fresh at every start of the hub and for every job; never stored, never restored. */
  readonly clientId: number
  /** Signs with the hub's identity key. */
  readonly sign: (bytes: Uint8Array) => Uint8Array
  /** Checks a signature against the key of a hub, which its id holds. */
  readonly verify: (hub: HubId, bytes: Uint8Array, signature: Uint8Array) => boolean
  /** Whether logs of a hub are welcome, from itself or passed on; all are by default. */
  readonly admits?: (hub: HubId, isRelayed: boolean) => boolean
  /** What a hub may do; empty, the default, where nothing is known of it. */
  readonly roles?: (hub: HubId) => readonly string[]
  /** How entries are read; where many hubs share a process, one that remembers what another hub has read. */
  readonly reader?: EntryReader
}

/** An update as it came in. `relayed` marks answers of anti-entropy, which hold the logs of many. */
export interface IncomingUpdate extends Origin {
  readonly bytes: Uint8Array
}

export interface Received {
  /** New records in the order of their logs; specs are not sorted first. */
  readonly records: readonly Authored[]
  /** One error per update, or part of one, that was not applied, with its place in the argument. */
  readonly refused: readonly { readonly index: number; readonly error: ShoalError }[]
  /** Something in this call came before its predecessors: run anti-entropy with its sender now. */
  readonly missing: boolean
  /** Everything that was new as one update, for the disk; null when nothing was, or when it came from there. */
  readonly update: Uint8Array | null
}

/**
 * Invariants. L1: only the owner of a log adds to it, at index 0, and its client id is new in every boot. L2: the doc never
 * has pending structs: what comes too early is held outside of it. L3: bytes of others never reach Yjs; it is given
 * what the guard accepted, written anew, many entries in one transaction. L4: a refused update changes nothing; of what others pass on,
 * parts that their authors did not seal are left out.
 */
export class JobLedger {
  readonly job: JobId
  readonly author: Author
  readonly #init: LedgerInit
  readonly #doc: LateDoc
  readonly #reader: EntryReader
  readonly #logs = new Map<number, Log>()
  readonly #clients = new Map<string, number>()
  readonly #held = new HeldSections()
  readonly #context: GuardContext

  constructor(init: LedgerInit) {
    assert(Number.isSafeInteger(init.clientId) && init.clientId > 0, 'a client id is a positive safe integer')
    assert(isLogName(init.author.hub) && isLogName(init.author.boot), 'hub and boot are plain names')
    this.#init = init
    this.job = init.job
    this.author = init.author
    this.#doc = new LateDoc(init.job)
    this.#reader = init.reader ?? plainReader
    this.#context = {
      job: init.job,
      ownClient: init.clientId,
      logs: this.#logs,
      clientOf: (hub, boot) => this.#clients.get(logRoot({ hub, boot })),
      verify: init.verify,
      admits: init.admits ?? (() => true),
      roles: init.roles ?? (() => []),
      reader: this.#reader,
    }
  }

  /**
   * Adds records to the own log and returns the updates that carry them: one, or a few when they are larger than one
   * entry. Make them durable before anybody is told.
   * @throws ShoalError SHOAL_JOB_TOO_LARGE when a record or the log outgrows its limit; nothing is added then.
   */
  append(records: readonly LedgerRecord[]): Uint8Array[] {
    const entries = packFlush(records)
    const bytes = entries.reduce((sum, entry) => sum + entry.byteLength, this.#ownLog?.bytes ?? 0)
    if (bytes > ledgerLimits.logBytesMax) throw logFull()
    return entries.map((entry) => this.#flush(entry))
  }

  /** Takes in updates of other hubs: judged one by one, applied together. */
  receive(updates: readonly IncomingUpdate[]): Received {
    return this.#takeIn(updates, 'peer')
  }

  /** Takes in what an earlier boot of this hub wrote to its disk: snapshots and updates, in any order of age. */
  load(updates: readonly Uint8Array[]): Received {
    const incoming = updates.map((bytes) => ({ from: this.author.hub, relayed: true, ownDisk: true, bytes }))
    return this.#takeIn(incoming, 'disk')
  }

  /** Step 1 of anti-entropy: what this hub holds. */
  stateVector(): Uint8Array {
    return writeStateVector(new Map([...this.#logs].map(([client, { next }]) => [client, next])))
  }

  /**
   * Step 2 of anti-entropy: what a hub with this state vector lacks, as updates small enough to send, in order. Empty when it
   * lacks nothing.
   * @throws ShoalError SHOAL_FRAME_INVALID for bytes that are no state vector.
   */
  diff(stateVector: Uint8Array): Uint8Array[] {
    const theirs = readStateVector(stateVector)
    const isLacking = [...this.#logs].some(([client, log]) => (theirs.get(client) ?? 0) < log.next)
    if (!isLacking) return []
    return splitSections(this.#doc.lackedBy(theirs)).map(writeUpdate)
  }

  /** Whether a hub with this state vector holds entries that are not here. */
  isBehind(stateVector: Uint8Array): boolean {
    const theirs = readStateVector(stateVector)
    return [...theirs].some(([client, clock]) => clock > (this.#logs.get(client)?.next ?? 0))
  }

  /** The whole ledger as one update, for the disk. */
  snapshot(): Uint8Array {
    return this.#doc.encode()
  }

  /** Every record held, log by log: for folding the job anew. */
  records(): Authored[] {
    const authored: Authored[] = []
    for (const { client, clock, entries } of readUpdate(this.snapshot(), 'disk')) {
      const log = this.#logs.get(client)
      assert(log !== undefined && clock === 0, 'every log in the doc is bound from its start')
      const { author } = log
      for (const entry of entries.slice(1)) {
        for (const record of this.#reader.entry(entry).records) authored.push({ author, record })
      }
    }
    return authored
  }

  /** Authors with a log here, for the stability of a job and for reports. */
  logs(): { readonly author: Author; readonly client: number; readonly entries: number; readonly bytes: number }[] {
    return [...this.#logs].map(([client, log]) => {
      return { author: log.author, client, entries: log.next, bytes: log.bytes }
    })
  }

  /** Frees the document; drop every reference to this ledger too. */
  destroy(): void {
    this.#doc.destroy()
    this.#logs.clear()
    this.#clients.clear()
  }

  get #ownLog(): Log | undefined {
    return this.#logs.get(this.#init.clientId)
  }

  #flush(body: Uint8Array): Uint8Array {
    const { author } = this
    const binding = { job: this.job, hub: author.hub, boot: author.boot, client: this.#init.clientId }
    const own = this.#ownLog
    const before = own?.link ?? firstLink(binding)
    const signature = this.#init.sign(this.#reader.seal(before, own?.next ?? 1, body))
    const entry = writeSealed(body, signature)
    const fresh = own === undefined ? [this.#bootEntry(binding), entry] : [entry]
    const section = {
      client: binding.client,
      clock: own?.next ?? 0,
      root: own === undefined ? logRoot(author) : null,
      entries: fresh,
    }
    this.#extend(section, binding, this.#reader.link(before, { body, signature }))
    return writeUpdate([section])
  }

  #bootEntry(binding: Binding): Uint8Array {
    assert(this.#clients.get(logRoot(binding)) === undefined, 'a boot id is never used twice')
    return writeBinding({ ...binding, signature: this.#init.sign(bindingBytes(binding)) })
  }

  #takeIn(updates: readonly IncomingUpdate[], source: 'peer' | 'disk'): Received {
    const intake: Intake = { accepted: [], records: [], forged: [], isMissing: false, isWhole: true }
    const errors: { index: number; error: ShoalError }[] = []
    updates.forEach((update, index) => {
      try {
        this.#judge(this.#reader.sections(update.bytes, source), update, intake)
      } catch (error) {
        if (!(error instanceof ShoalError)) throw error
        errors.push({ index, error })
      }
      for (const error of intake.forged.splice(0)) errors.push({ index, error })
    })
    const { records, isMissing: missing } = intake
    return { records, refused: errors, missing, update: source === 'disk' ? null : newUpdate(updates, intake) }
  }

  /** All sections of an update are judged before the first is taken. */
  #judge(sections: readonly Section[], origin: Origin, intake: Intake): void {
    const judgements = sections.map((section) => judgeSection(section, origin, this.#context))
    checkBoots(judgements)
    judgements.forEach((judgement, index) => {
      const section = sections[index]
      if (judgement.kind !== 'new' || judgement.section !== section) intake.isWhole = false
      if (judgement.kind === 'new') this.#accept(judgement, intake)
      if (judgement.kind === 'forged') intake.forged.push(judgement.error)
      if (judgement.kind === 'early' && section !== undefined) this.#postpone(section, origin, intake)
    })
  }

  #accept(judgement: Extract<Judgement, { kind: 'new' }>, intake: Intake): void {
    const { section, binding, records, link } = judgement
    const { author } = this.#extend(section, binding, link)
    for (const record of records) intake.records.push({ author, record })
    intake.accepted.push(section)
    const next = section.clock + section.entries.length
    for (const held of this.#held.release(section.client, next)) this.#retry(held.section, held.origin, intake)
  }

  /** A held section that turns out to be forged is dropped: its sender was judged by what it sent since. */
  #retry(section: Section, origin: Origin, intake: Intake): void {
    intake.isWhole = false
    try {
      this.#judge([section], origin, intake)
    } catch (error) {
      if (!(error instanceof ShoalError)) throw error
      intake.isMissing = true
    }
  }

  #postpone(section: Section, origin: Origin, intake: Intake): void {
    intake.isMissing = true
    if (!origin.relayed) this.#held.hold({ section, origin })
  }

  #extend(part: Section, binding: Binding, link: Uint8Array): Log {
    const log = this.#logs.get(part.client) ?? this.#begin(part.client, binding, link)
    log.link = link
    log.next += part.entries.length
    for (const entry of part.entries) log.bytes += entry.byteLength
    this.#doc.add(part)
    return log
  }

  #begin(client: number, binding: Binding, link: Uint8Array): Log {
    const log = { binding, author: authorOf(binding), next: 0, bytes: 0, link }
    this.#logs.set(client, log)
    this.#clients.set(logRoot(binding), client)
    return log
  }
}

/** What one call took in so far. */
interface Intake {
  /** In the order in which they were accepted: the parts of one log follow each other. */
  readonly accepted: Section[]
  readonly records: Authored[]
  /** Parts of the update at hand that were left out. */
  readonly forged: ShoalError[]
  isMissing: boolean
  /** Whether all of every update was new. */
  isWhole: boolean
}

/** What was new as one update: the one that came, if it is that. */
function newUpdate(updates: readonly IncomingUpdate[], { accepted, isWhole }: Intake): Uint8Array | null {
  if (accepted.length === 0) return null
  const [only] = updates
  if (only !== undefined && updates.length === 1 && isWhole) return only.bytes
  const sections = new Map<number, Section & { readonly entries: Uint8Array[] }>()
  for (const section of accepted) {
    const before = sections.get(section.client)
    if (before === undefined) sections.set(section.client, { ...section, entries: [...section.entries] })
    else before.entries.push(...section.entries)
  }
  return writeUpdate([...sections.values()])
}

/** Each section was judged alone; two of one update must not claim the same boot. */
function checkBoots(judgements: readonly Judgement[]): void {
  if (judgements.length < 2) return
  const roots = new Set<string>()
  for (const judgement of judgements) {
    if (judgement.kind !== 'new') continue
    const root = logRoot(judgement.binding)
    if (roots.has(root)) throw refused('two logs for one start of a hub')
    roots.add(root)
  }
}

function authorOf({ hub, boot }: Author): Author {
  return { hub, boot }
}

function logFull(): ShoalError {
  return new ShoalError('SHOAL_JOB_TOO_LARGE', `this hub's log of the job has ${ledgerLimits.logBytesMax} bytes`, {
    next: 'use fewer or larger shards, or checkpoint less often',
  })
}
