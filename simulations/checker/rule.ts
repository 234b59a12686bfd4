/** What a rule of the checker is: it sees a history event by event, and says what does not hold. */
import type { HistoryEvent, HistoryKind } from '../../src/history/event.ts'
import type { Violation } from '../kernel/world.ts'

/** What the checker is told beside the history. */
export interface Knowledge {
  /** The fingerprints that each job's result may have, as one process computes it. */
  readonly results?: ReadonlyMap<string, readonly string[]>
  /** The fingerprint of what a shard returns. */
  readonly shardValue?: (job: string, family: string, shard: number) => string | null
  /** Wrong values that were made on purpose: whether they stand is not the hubs' fault. */
  readonly isLie?: (value: string) => boolean
  /** Hubs that had time to exchange everything at the end: their replicas must agree. */
  readonly settled?: readonly string[]
  /** Jobs about which they must agree; all if not given. */
  readonly settledJobs?: ReadonlySet<string>
  /** Hubs of the swarm and what they may do; without it everybody may do everything. */
  readonly roles?: ReadonlyMap<string, readonly string[]>
  /** Whether nothing went wrong on purpose: then next to nothing is done twice. */
  readonly isFaultFree?: boolean
}

export type Report = (invariant: string, message: string) => void

export interface Rule {
  /** What it is shown, beside every `boot`: most rules are about few kinds of a long history. */
  readonly kinds: readonly HistoryKind[]
  /** @param names of the shards it is about, in order. */
  see(event: HistoryEvent, names: readonly string[]): void
  /** After the last event. */
  end?(): void
}

export type RuleFactory = (report: Report, knowledge: Knowledge) => Rule

export type { HistoryEvent, HistoryKind, Violation }

export function generationOf(event: HistoryEvent): number {
  return event.more?.generation ?? 0
}

/** Names of shards, as people read them; each is made once, since all rules ask for all of them. */
export class ShardNames {
  readonly #jobs = new Map<string, Map<string, Map<number, string>>>()

  of({ job, family, lo, hi }: HistoryEvent): readonly string[] {
    const names: string[] = []
    const known = this.#namesOf(job, family)
    for (let shard = lo; shard < hi; shard++) {
      let name = known.get(shard)
      if (name === undefined) {
        name = `${job}/${family}:${shard}`
        known.set(shard, name)
      }
      names.push(name)
    }
    return names
  }

  #namesOf(job: string, family: string): Map<number, string> {
    let families = this.#jobs.get(job)
    if (families === undefined) {
      families = new Map()
      this.#jobs.set(job, families)
    }
    let names = families.get(family)
    if (names === undefined) {
      names = new Map()
      families.set(family, names)
    }
    return names
  }
}

/** One value per life of a hub, made when it is first asked for. */
export class PerLife<T> {
  readonly #make: () => T
  readonly #lives = new Map<string, T>()
  readonly #latest = new Map<string, string>()

  constructor(make: () => T) {
    this.#make = make
  }

  /** Pass every event: a `boot` begins a new life. */
  of(event: HistoryEvent): T {
    const life = event.life ?? event.hub
    if (event.kind === 'boot') this.#latest.set(event.hub, life)
    const known = event.kind === 'boot' ? undefined : this.#lives.get(life)
    if (known !== undefined) return known
    const made = this.#make()
    this.#lives.set(life, made)
    return made
  }

  /** Of the life that began last. */
  ofHub(hub: string): T | undefined {
    return this.#lives.get(this.#latest.get(hub) ?? hub)
  }
}
