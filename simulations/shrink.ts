/** Makes a failing seed small: fewer kinds of faults, shards and hubs, and of its single faults only those it takes. */
import { type ChaosOptions, type ChaosResult, runChaos } from './chaos.ts'
import { ddmin } from './ddmin.ts'
import type { FaultName } from './nemesis.ts'
import { storyOf } from './story.ts'

/** One fault that the failure needs. */
export interface ShrunkFault {
  /** Its number among those that the seed draws, as `--only` takes it. */
  readonly index: number
  readonly atMs: number
  readonly fault: FaultName
  /** What the history says of it: which hub, for how long. */
  readonly told: string
}

export interface Shrunk {
  readonly hubs: number
  readonly shards: number
  /** Kinds that are on; `poison` and `clock-skew` are no single faults but part of the world, and damaged disks come with other ends of a machine too. */
  readonly faults: readonly FaultName[]
  readonly events: readonly ShrunkFault[]
  readonly invariant: string
  readonly message: string
  /** What happened to the shard that the message names. */
  readonly story: readonly string[]
  /** Runs that it took. */
  readonly runs: number
  readonly options: ChaosOptions
}

/** For each of the two ways to search. */
export const shrinkLimits = { runsMax: 150, shardsMin: 1, hubsMin: 2 } as const

/**
 * Kinds and sizes change what a seed draws, so taking them away first or last ends in different places: the better one counts.
 * @param mayGoOn asked before every run: a caller's clock may end the search early.
 */
export function shrink(failed: ChaosResult, options: ChaosOptions, mayGoOn: () => boolean = () => true): Shrunk {
  const kindsFirst = new Shrinking(failed, options, mayGoOn).run('kinds')
  if (options.only !== undefined || kindsFirst.events.length <= 1) return kindsFirst
  const eventsFirst = new Shrinking(failed, options, mayGoOn).run('events')
  const better = eventsFirst.events.length < kindsFirst.events.length ? eventsFirst : kindsFirst
  return { ...better, runs: kindsFirst.runs + eventsFirst.runs }
}

class Shrinking {
  readonly #seed: number
  readonly #invariant: string
  readonly #mayGoOn: () => boolean
  #options: ChaosOptions
  #last: ChaosResult
  #runs = 0

  constructor(failed: ChaosResult, options: ChaosOptions, mayGoOn: () => boolean) {
    this.#seed = failed.seed
    this.#invariant = failed.violations[0]?.invariant ?? ''
    this.#mayGoOn = mayGoOn
    this.#last = failed
    // What the seed turned on, by name: the same world, draw for draw.
    this.#options = { ...options, faults: failed.enabled, isExact: true }
  }

  run(first: 'kinds' | 'events'): Shrunk {
    if (first === 'kinds' && this.#options.only === undefined) {
      this.#fewerKinds()
      this.#fewer('shards', shrinkLimits.shardsMin)
      this.#fewer('hubs', shrinkLimits.hubsMin)
      this.#fewerKinds()
    }
    this.#fewerEvents()
    // With few faults left much of the work may go: it was there to be hit by the others.
    this.#fewer('shards', shrinkLimits.shardsMin)
    this.#fewer('hubs', shrinkLimits.hubsMin)
    this.#fewerEvents()
    const violation = this.#last.violations.find(({ invariant }) => invariant === this.#invariant)
    const message = violation?.message ?? ''
    const { hubs, shards, faults } = this.#options
    return {
      hubs,
      shards,
      faults,
      events: this.#told(),
      invariant: this.#invariant,
      message,
      story: storyOf(this.#last.world.history.events, message),
      runs: this.#runs,
      options: this.#options,
    }
  }

  /** Whether the same invariant still breaks; then these options stay. */
  #fails(options: ChaosOptions): boolean {
    if (this.#runs >= shrinkLimits.runsMax || !this.#mayGoOn()) return false
    this.#runs++
    const result = runChaos(this.#seed, options)
    if (!result.violations.some(({ invariant }) => invariant === this.#invariant)) return false
    this.#options = options
    this.#last = result
    return true
  }

  #fewerKinds(): void {
    const before = this.#options
    ddmin(before.faults, (faults) => this.#fails({ ...before, faults }))
  }

  /** Halves, then steps of one where that is cheap. */
  #fewer(what: 'hubs' | 'shards', min: number): void {
    for (let step = this.#options[what] >> 1; step >= 1; step >>= 1) {
      let next = this.#options[what] - step
      while (next >= min && this.#fails({ ...this.#options, [what]: next })) next -= step
    }
  }

  #fewerEvents(): void {
    const before = this.#options
    const all = before.only ?? this.#last.happened.map((_, index) => index)
    ddmin(all, (only) => this.#fails({ ...before, only }))
  }

  /** Names each fault with what the history noted when it happened. */
  #told(): ShrunkFault[] {
    const { happened, world } = this.#last
    const only = this.#options.only ?? happened.map((_, index) => index)
    return happened.map(({ atMs, fault }, index) => {
      const notes = world.history.events.filter((event) => event.kind === 'fault' && event.atMs === atMs)
      const told = notes.map(({ hub, detail }) => `${hub === 'h----' ? '' : `${hub} `}${detail}`).join('; ')
      return { index: only[index] ?? index, atMs: Math.round(atMs), fault, told }
    })
  }
}
