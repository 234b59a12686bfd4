/** A fast stand-in for a job's Yjs ledger, with the same rules: single-writer logs, contiguous prefixes, exchanged by state vector. */
import type { AuthoredRecord } from '../../src/hub/input.ts'
import type { Author, LedgerRecord } from '../../src/ledger/record.ts'

/** A stretch of one author's log. */
export interface LogPart {
  readonly author: Author
  readonly from: number
  readonly records: readonly LedgerRecord[]
}

export type StateVector = ReadonlyMap<string, number>

interface Log {
  readonly author: Author
  readonly records: LedgerRecord[]
  /** Records that a power cut leaves; only these are told to others. */
  durable: number
}

export class Replica {
  readonly #logs = new Map<string, Log>()

  /** Appends to this author's log; it is durable, and may be sent, only after {@link synced}. */
  append(author: Author, records: readonly LedgerRecord[]): LogPart {
    const log = this.#log(author)
    const from = log.records.length
    log.records.push(...records)
    return { author, from, records }
  }

  /** The disk has the part for good. */
  synced(part: LogPart): void {
    const log = this.#log(part.author)
    log.durable = Math.max(log.durable, part.from + part.records.length)
  }

  /** What a new life finds on its disk is durable. */
  recovered(): void {
    for (const log of this.#logs.values()) log.durable = log.records.length
  }

  /** Applies a part; returns the records that are new. A part beyond a gap is refused: `isMissing`. */
  receive(part: LogPart): { entries: AuthoredRecord[]; isMissing: boolean } {
    const log = this.#log(part.author)
    if (part.from > log.records.length) return { entries: [], isMissing: true }
    const fresh = part.records.slice(log.records.length - part.from)
    log.records.push(...fresh)
    log.durable = log.records.length
    return { entries: fresh.map((record) => ({ author: part.author, record })), isMissing: false }
  }

  vector(): StateVector {
    return new Map([...this.#logs].map(([key, log]) => [key, log.records.length]))
  }

  /** What a holder of `vector` lacks. */
  diff(vector: StateVector): LogPart[] {
    return [...this.#logs].flatMap(([key, log]) => {
      const from = vector.get(key) ?? 0
      return from >= log.durable ? [] : [{ author: log.author, from, records: log.records.slice(from, log.durable) }]
    })
  }

  all(): AuthoredRecord[] {
    return [...this.#logs.values()].flatMap(({ author, records }) => records.map((record) => ({ author, record })))
  }

  /** A power cut: what was not synced is gone, and of logs that others keep too perhaps the newest records. */
  tear(hub: string, lost: () => number): void {
    for (const log of this.#logs.values()) {
      const kept = log.author.hub === hub ? log.durable : Math.max(0, log.durable - lost())
      log.records.length = Math.min(log.records.length, kept)
      log.durable = log.records.length
    }
  }

  #log(author: Author): Log {
    const key = keyOf(author)
    const known = this.#logs.get(key)
    if (known !== undefined) return known
    const log = { author, records: [], durable: 0 }
    this.#logs.set(key, log)
    return log
  }
}

/** Authors are shared objects: their keys are made once. */
const keys = new WeakMap<Author, string>()

function keyOf(author: Author): string {
  const known = keys.get(author)
  if (known !== undefined) return known
  const key = `${author.hub}/${author.boot}`
  keys.set(author, key)
  return key
}
