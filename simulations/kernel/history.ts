/** What happened, in one format for the checker and for people; its running hash proves that a seed replays. */

export type HistoryKind =
  | 'boot'
  | 'fault'
  | 'claim'
  | 'start'
  | 'execute'
  | 'slot-lost'
  | 'done'
  | 'family'
  | 'member'
  | 'root'
  | 'deliver'
  | 'condemn'
  | 'accepted'
  | 'ended'
  | 'drop'
  | 'drained'

export interface HistoryEvent {
  readonly atMs: number
  readonly hub: string
  readonly kind: HistoryKind
  readonly job: string
  readonly family: string
  readonly lo: number
  readonly hi: number
  readonly epoch: number
  readonly detail: string
}

export type Told = Partial<Omit<HistoryEvent, 'atMs' | 'hub' | 'kind'>>

const FNV_PRIME = 0x01000193

/** Append-only; keeps at most `eventsMax` events, the hash covers all. */
export class History {
  readonly events: HistoryEvent[] = []
  count = 0
  #hash = 0x811c9dc5
  readonly #eventsMax: number

  constructor(eventsMax = 1_000_000) {
    this.#eventsMax = eventsMax
  }

  note(atMs: number, hub: string, kind: HistoryKind, told: Told = {}): void {
    const { job = '', family = '', lo = -1, hi = lo + 1, epoch = -1, detail = '' } = told
    this.count++
    this.#mix(Math.round(atMs * 1000))
    this.#mix(lo)
    this.#mix(hi)
    this.#mix(epoch)
    this.#mixText(hub)
    this.#mixText(kind)
    this.#mixText(job)
    this.#mixText(family)
    this.#mixText(detail)
    if (this.events.length < this.#eventsMax) {
      this.events.push({ atMs, hub, kind, job, family, lo, hi, epoch, detail })
    }
  }

  /** Equal for equal histories. */
  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0')
  }

  /** Everything about one shard, and the faults around it, as lines for people. */
  story(job: string, family: string, shard: number, linesMax = 60): string[] {
    const about = this.events.filter(
      (event) =>
        event.kind === 'fault' ||
        event.kind === 'boot' ||
        (event.job === job && event.family === family && event.lo <= shard && shard < event.hi),
    )
    return about.slice(-linesMax).map(line)
  }

  #mix(value: number): void {
    this.#hash = Math.imul(this.#hash ^ (value | 0), FNV_PRIME)
    this.#hash ^= this.#hash >>> 15
  }

  #mixText(text: string): void {
    for (let index = 0; index < text.length; index++) {
      this.#hash = Math.imul(this.#hash ^ text.charCodeAt(index), FNV_PRIME)
    }
  }
}

function line(event: HistoryEvent): string {
  const { atMs, hub, kind, job, family, lo, hi, epoch, detail } = event
  const place = family === '' ? job : `${job}/${family}:${lo}${hi > lo + 1 ? `-${hi - 1}` : ''}`
  return `${atMs.toFixed(1).padStart(10)} ${hub.padEnd(6)} ${kind.padEnd(9)} ${place}${epoch >= 0 ? ` @${epoch}` : ''} ${detail}`
}
