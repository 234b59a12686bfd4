/** A fast stand-in for a job's Yjs ledger, with the same rules: single-writer logs, contiguous prefixes, exchanged by state vector. */
import { assert } from '../../src/errors.ts'
import type { AuthoredRecord } from '../../src/hub/input.ts'
import { logRoot } from '../../src/ledger/boot-entry.ts'
import type { Author, LedgerRecord } from '../../src/ledger/record.ts'
import type { LogPart, Parcel, Received, SimLedger, Vector, Written } from './ledger.ts'

interface Log {
  readonly author: Author
  readonly entries: AuthoredRecord[]
  /** Records that a power cut leaves; of the own log only these are told to others. */
  durable: number
  /** Records that this life found on the disk. */
  found: number
  /** Records before the first that a full disk refused: a new life reads no further. */
  keptMax: number
}

const SNAPSHOT_EVERY = 60

export class Replica implements SimLedger {
  isFull = false
  readonly #logs = new Map<string, Log>()
  #author: Author | null = null
  #writes = 0

  open(author: Author): AuthoredRecord[] {
    this.#author = author
    this.#writes = 0
    for (const log of this.#logs.values()) {
      log.entries.length = Math.min(log.entries.length, log.keptMax)
      log.durable = log.entries.length
      log.found = log.entries.length
      log.keptMax = Number.POSITIVE_INFINITY
    }
    return this.all()
  }

  append(records: readonly LedgerRecord[]): Written {
    assert(this.#author !== null, 'an open ledger has an author')
    const log = this.#log(this.#author)
    const from = log.entries.length
    const { author } = log
    const entries = records.map((record) => ({ author, record }))
    this.#keep(log, entries)
    return { parcel: { kind: 'replica', parts: [{ author, from, entries }] }, end: log.entries.length }
  }

  synced({ end }: Written): void {
    assert(this.#author !== null, 'an open ledger has an author')
    const log = this.#log(this.#author)
    log.durable = Math.max(log.durable, end)
  }

  receive(parcel: Parcel): Received {
    assert(parcel.kind === 'replica', 'all hubs of a world keep ledgers of one kind')
    const [only] = parcel.parts
    if (only !== undefined && parcel.parts.length === 1) {
      const fresh = this.#take(only)
      return { entries: fresh ?? [], isMissing: fresh === null, refused: 0 }
    }
    const entries: AuthoredRecord[] = []
    let isMissing = false
    for (const part of parcel.parts) {
      const fresh = this.#take(part)
      if (fresh === null) isMissing = true
      else for (const entry of fresh) entries.push(entry)
    }
    return { entries, isMissing, refused: 0 }
  }

  vector(): Vector {
    return { kind: 'replica', lengths: this.held() }
  }

  diff(vector: Vector | null): Parcel | null {
    assert(vector?.kind !== 'yjs', 'all hubs of a world keep ledgers of one kind')
    const lengths: ReadonlyMap<string, number> = vector?.lengths ?? new Map()
    const parts: LogPart[] = []
    for (const [key, log] of this.#logs) {
      const from = lengths.get(key) ?? 0
      if (from < log.durable) parts.push({ author: log.author, from, entries: log.entries.slice(from, log.durable) })
    }
    return parts.length === 0 ? null : { kind: 'replica', parts }
  }

  all(): AuthoredRecord[] {
    return [...this.#logs.values()].flatMap(({ entries }) => entries)
  }

  held(): ReadonlyMap<string, number> {
    return new Map([...this.#logs].map(([key, log]) => [key, log.entries.length]))
  }

  get isSnapshotDue(): boolean {
    return this.#writes >= SNAPSHOT_EVERY
  }

  beginSnapshot(): void {
    this.#writes = 0
  }

  endSnapshot(): void {
    if (!this.isFull) for (const log of this.#logs.values()) log.keptMax = Number.POSITIVE_INFINITY
  }

  tear(lost: () => number): void {
    for (const log of this.#logs.values()) {
      const isOwn = log.author.boot === this.#author?.boot
      cut(log, isOwn ? log.durable : Math.max(log.found, log.durable - lost()))
    }
  }

  rot(share: number): void {
    for (const log of this.#logs.values()) cut(log, Math.floor(log.entries.length * share))
  }

  copy(): Replica {
    const copy = new Replica()
    for (const [key, log] of this.#logs) copy.#logs.set(key, { ...log, entries: [...log.entries] })
    return copy
  }

  /** What of a part is new; null when something before it is missing. */
  #take({ author, from, entries }: LogPart): readonly AuthoredRecord[] | null {
    const log = this.#log(author)
    const known = log.entries.length - from
    if (known < 0) return null
    const fresh = known === 0 ? entries : entries.slice(known)
    this.#keep(log, fresh)
    log.durable = log.entries.length
    return fresh
  }

  #keep(log: Log, entries: readonly AuthoredRecord[]): void {
    if (this.isFull && entries.length > 0) log.keptMax = Math.min(log.keptMax, log.entries.length)
    for (const entry of entries) log.entries.push(entry)
    this.#writes++
  }

  #log(author: Author): Log {
    const key = keyOf(author)
    const known = this.#logs.get(key)
    if (known !== undefined) return known
    const log = { author, entries: [], durable: 0, found: 0, keptMax: Number.POSITIVE_INFINITY }
    this.#logs.set(key, log)
    return log
  }
}

function cut(log: Log, length: number): void {
  log.entries.length = Math.min(log.entries.length, length)
  log.durable = log.entries.length
}

/** Authors are shared objects: their keys are made once. */
const keys = new WeakMap<Author, string>()

function keyOf(author: Author): string {
  const known = keys.get(author)
  if (known !== undefined) return known
  const key = logRoot(author)
  keys.set(author, key)
  return key
}
