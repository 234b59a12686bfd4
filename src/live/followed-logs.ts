/** What the shards of a job write, wherever they run, while they write it: own lines at once, those of other hubs as often as they may be asked. */
import type { JobLogs, LogEvent, LoggedLine } from '../client/local-hub.ts'
import { liveLimits } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import { Bell } from './bell.ts'
import type { LogLine } from './job-shelf.ts'

/** Lines of one hub, in order; `first` is the number of the first of them. */
export interface NumberedLines {
  readonly first: number
  readonly lines: readonly LogLine[]
}

export interface FollowedLogsParts {
  readonly self: HubId
  /** Lines of this hub. */
  readonly own: () => NumberedLines
  /** Hubs that can be asked. */
  readonly neighbours: () => readonly HubId[]
  /** What that hub has from line `after` on; null when it does not say in time. */
  readonly ask: (hub: HubId, after: number) => Promise<NumberedLines | null>
  /** Hubs that ran something of the job, as far as is known here. */
  readonly ran: () => Iterable<HubId>
  readonly nowMs: () => number
}

export class FollowedLogs {
  readonly #parts: FollowedLogsParts
  /** The number of the next line of each hub. */
  readonly #next = new Map<HubId, number>()
  readonly #cut = new Set<HubId>()
  readonly #bell = new Bell()
  #heard: LoggedLine[] = []
  #asking: Promise<void> | null = null
  #askDueMs = 0
  #isOver = false
  #failure: { readonly error: unknown } | null = null

  constructor(parts: FollowedLogsParts) {
    this.#parts = parts
  }

  /**
   * All lines that there are, then those that come, until `news` ends; last what is not among them.
   * @param news gives something whenever this hub has a new line, and ends with the job
   */
  async *follow(news: AsyncIterable<unknown>, signal: AbortSignal): AsyncGenerator<LogEvent> {
    void this.#listen(news)
    while (!signal.aborted) {
      const isLast = this.#isOver
      for (const line of [...this.#ownLines(), ...this.#heard.splice(0)]) yield { type: 'line', ...line }
      if (isLast) break
      this.#askWhenDue()
      await this.#bell.rung(Math.max(0, this.#askDueMs - this.#parts.nowMs()))
    }
    if (this.#failure !== null) throw this.#failure.error
    if (!signal.aborted) yield* this.#rest()
  }

  /** Nobody is asked again before what was heard has been read: the reader sets the pace. */
  #askWhenDue(): void {
    if (this.#asking !== null || this.#parts.nowMs() < this.#askDueMs) return
    this.#askDueMs = Number.POSITIVE_INFINITY
    this.#asking = this.#askAll().then(
      ({ lines }) => {
        this.#heard = lines
        this.#asking = null
        this.#askDueMs = this.#parts.nowMs() + liveLimits.logFollowMs
        this.#bell.ring()
      },
      (error: unknown) => this.#end({ error }),
    )
  }

  #end(failure: { readonly error: unknown } | null): void {
    this.#failure ??= failure
    this.#isOver = true
    this.#bell.ring()
  }

  /** What was written up to the end, and which hubs did not tell. */
  async *#rest(): AsyncGenerator<LogEvent> {
    await this.#asking
    const { lines, heard } = await this.#askAll()
    for (const line of [...this.#heard.splice(0), ...lines]) yield { type: 'line', ...line }
    const missing = [...new Set(this.#parts.ran())].filter((hub) => hub !== this.#parts.self && !heard.has(hub)).sort()
    const gaps: Omit<JobLogs, 'lines'> = { missing, cut: [...this.#cut].sort() }
    yield { type: 'gaps', ...gaps }
  }

  async #listen(news: AsyncIterable<unknown>): Promise<void> {
    try {
      for await (const _ of news) this.#bell.ring()
      this.#end(null)
    } catch (error) {
      this.#end({ error })
    }
  }

  #ownLines(): LoggedLine[] {
    return this.#take(this.#parts.self, this.#parts.own())
  }

  async #askAll(): Promise<{ lines: LoggedLine[]; heard: Set<HubId> }> {
    const hubs = this.#parts.neighbours()
    const [lines, heard]: [LoggedLine[], Set<HubId>] = [[], new Set()]
    for (let at = 0; at < hubs.length; at += liveLimits.logHubsAtOnce) {
      const some = hubs.slice(at, at + liveLimits.logHubsAtOnce)
      const answers = await Promise.all(some.map((hub) => this.#parts.ask(hub, this.#next.get(hub) ?? 0)))
      for (const [index, hub] of some.entries()) {
        const told = answers[index] ?? null
        if (told === null) continue
        heard.add(hub)
        lines.push(...this.#take(hub, told))
      }
    }
    return { lines, heard }
  }

  /** What is new in what a hub told. One that has fewer lines than it had has begun a new life. */
  #take(hub: HubId, { first, lines }: NumberedLines): LoggedLine[] {
    const end = first + lines.length
    const known = this.#next.get(hub) ?? 0
    const from = end < known ? 0 : known
    this.#next.set(hub, end)
    if (first > from) this.#cut.add(hub)
    return lines.slice(Math.max(0, from - first)).map((line) => ({ hub, ...line }))
  }
}
