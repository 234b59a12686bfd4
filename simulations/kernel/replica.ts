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

export class Replica {
  readonly #logs = new Map<string, { author: Author; records: LedgerRecord[] }>()

  /** Appends to this author's log; returns what to send. */
  append(author: Author, records: readonly LedgerRecord[]): LogPart {
    const log = this.#log(author)
    const from = log.records.length
    log.records.push(...records)
    return { author, from, records }
  }

  /** Applies a part; returns the records that are new. A part beyond a gap is refused: `isMissing`. */
  receive(part: LogPart): { entries: AuthoredRecord[]; isMissing: boolean } {
    const log = this.#log(part.author)
    if (part.from > log.records.length) return { entries: [], isMissing: true }
    const fresh = part.records.slice(log.records.length - part.from)
    log.records.push(...fresh)
    return { entries: fresh.map((record) => ({ author: part.author, record })), isMissing: false }
  }

  vector(): StateVector {
    return new Map([...this.#logs].map(([key, log]) => [key, log.records.length]))
  }

  /** What a holder of `vector` lacks. */
  diff(vector: StateVector): LogPart[] {
    return [...this.#logs].flatMap(([key, log]) => {
      const from = vector.get(key) ?? 0
      return from >= log.records.length ? [] : [{ author: log.author, from, records: log.records.slice(from) }]
    })
  }

  all(): AuthoredRecord[] {
    return [...this.#logs.values()].flatMap(({ author, records }) => records.map((record) => ({ author, record })))
  }

  #log(author: Author): { author: Author; records: LedgerRecord[] } {
    const key = `${author.hub}/${author.boot}`
    const known = this.#logs.get(key)
    if (known !== undefined) return known
    const log = { author, records: [] }
    this.#logs.set(key, log)
    return log
  }
}
