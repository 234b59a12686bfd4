/** How many results every hub knew, and how many there were at all: when the two meet, the swarm agrees. */
import type { HistoryEvent } from '../../src/history/event.ts'
import type { Point } from './chart.ts'

/** At so many moments. */
const POINTS = 280

export function knowledgeOver(events: readonly HistoryEvent[], endMs: number): Point[] {
  const known = new Known()
  const points: Point[] = []
  let index = 0
  for (let point = 0; point <= POINTS; point++) {
    const untilMs = (endMs * point) / POINTS
    for (let event = events[index]; event !== undefined && event.atMs <= untilMs; event = events[++index])
      known.see(event)
    points.push({ atMs: untilMs, ...known.edges() })
  }
  return points
}

class Known {
  /** Per hub that is there: the results that count in its present life. */
  readonly #present = new Map<string, { readonly life: string; readonly names: Set<string> }>()
  /** By how many of them each result is known; once known it is never forgotten by all. */
  readonly #holders = new Map<string, number>()

  see(event: HistoryEvent): void {
    const { kind, hub, detail } = event
    if (kind === 'boot') this.#begin(hub, event.life ?? hub)
    if (kind === 'drained' || (kind === 'fault' && /^(crash|killed|power cut|gone)/.test(detail))) this.#leave(hub)
    const here = this.#present.get(hub)
    if (kind !== 'take' || here?.life !== (event.life ?? hub)) return
    for (let shard = event.lo; shard < event.hi; shard++) {
      const name = `${event.job}/${event.family}:${shard}`
      if (here.names.has(name)) continue
      here.names.add(name)
      this.#holders.set(name, (this.#holders.get(name) ?? 0) + 1)
    }
  }

  edges(): { low: number; high: number } {
    let low = 0
    for (const holders of this.#holders.values()) if (holders >= this.#present.size) low++
    return { low: this.#present.size === 0 ? 0 : low, high: this.#holders.size }
  }

  #begin(hub: string, life: string): void {
    this.#leave(hub)
    this.#present.set(hub, { life, names: new Set() })
  }

  #leave(hub: string): void {
    for (const name of this.#present.get(hub)?.names ?? []) this.#holders.set(name, (this.#holders.get(name) ?? 1) - 1)
    this.#present.delete(hub)
  }
}
