/** One job's ledger on a live hub: the replicated document, its log on disk, and the window that batches what is written. */
import { assert } from '../errors.ts'
import { JobLedger, type LedgerInit, type Received } from '../ledger/doc.ts'
import { FlushWindow } from '../ledger/flush-window.ts'
import type { LedgerRecord } from '../ledger/record.ts'
import { durations } from '../limits.ts'
import type { JobLog, StoredJob } from '../store/job-log.ts'
import type { LedgerStore } from '../store/ledger-store.ts'

export interface OpenLedgerEvents {
  /** Durable updates of this hub, in order: now others may see them. */
  flushed(updates: readonly Uint8Array[]): void
  /** The disk refused; the records are in memory, and others may still be told. */
  diskFailed(error: unknown): void
}

const plainWindowMs = (): number => durations.flushWindowMs

/** Invariant: an update is handed to `flushed` only after its append is durable, and in the order of the appends. */
export class OpenLedger {
  readonly ledger: JobLedger
  readonly #events: OpenLedgerEvents
  readonly #windowMs: () => number
  readonly #log: Promise<JobLog | null>
  #tail: Promise<void> = Promise.resolve()
  readonly #window = new FlushWindow()
  /** What others wrote and is not yet on its way to the disk. */
  #kept: Uint8Array[] = []
  #keepTimer: NodeJS.Timeout | null = null
  #timer: NodeJS.Timeout | null = null
  #soon: NodeJS.Immediate | null = null
  #closed = false

  constructor(init: LedgerInit, store: LedgerStore, events: OpenLedgerEvents, windowMs = plainWindowMs) {
    this.ledger = new JobLedger(init)
    this.#events = events
    this.#windowMs = windowMs
    this.#log = store.open(init.job, init.author.boot).catch((error: unknown) => {
      events.diskFailed(error)
      return null
    })
  }

  /** What earlier boots left on this disk, loaded into the document. */
  loadStored(stored: StoredJob): Received {
    return this.ledger.load(stored.updates)
  }

  /**
   * Writes records: news in a moment when the last flush is a window ago, else with the rest of the window. In a moment: what else comes of
   * the same events goes along, and what starts with them is not kept waiting.
   */
  append(records: readonly LedgerRecord[]): void {
    assert(!this.#closed, 'a closed ledger takes no records')
    const nowMs = performance.now()
    if (!this.#window.add(records, nowMs, this.#windowMs())) return
    this.#clearTimers()
    if (this.#window.dueMs <= nowMs) this.#soon = setImmediate(() => this.#flush())
    else this.#timer = setTimeout(() => this.#flush(), this.#window.dueMs - nowMs)
  }

  /** Keeps what others wrote. It need not be durable before anything: they have it. So it waits for more, or for own records. */
  keep(update: Uint8Array): void {
    if (this.#closed) return
    this.#kept.push(update)
    this.#keepTimer ??= setTimeout(() => void this.#persist([]), durations.keepWindowMs)
  }

  /** Resolves when all that was appended by now is durable, or the disk has refused it. */
  durable(): Promise<void> {
    this.#flush()
    return this.#tail
  }

  /** Resolves when all that was appended is durable. */
  async close(): Promise<void> {
    this.#flush()
    this.#closed = true
    await this.#tail
    await this.#persist([])
    const log = await this.#log
    await log?.close()
    this.ledger.destroy()
  }

  #flush(): void {
    this.#clearTimers()
    if (this.#window.dueMs === Number.POSITIVE_INFINITY || this.#closed) return
    const updates = this.ledger.append(this.#window.take(performance.now()))
    const durable = this.#persist(updates)
    this.#tail = Promise.all([this.#tail, durable]).then(() => this.#events.flushed(updates))
  }

  #clearTimers(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#soon !== null) clearImmediate(this.#soon)
    this.#soon = null
  }

  /** Own updates, after what others wrote before them. */
  async #persist(own: readonly Uint8Array[]): Promise<void> {
    if (this.#keepTimer !== null) clearTimeout(this.#keepTimer)
    this.#keepTimer = null
    const updates = [...this.#kept.splice(0), ...own]
    const log = await this.#log
    if (log === null || updates.length === 0) return
    try {
      await Promise.all(updates.map((update) => log.append(update)))
      if (log.compactDue && !this.#closed) await log.compact(() => this.ledger.snapshot())
    } catch (error) {
      this.#events.diskFailed(error)
    }
  }
}
