/** A scenario: a swarm, a job, and what goes wrong when, as plain data. */
import type { FamilyPlan } from '../kernel/workload.ts'

/** Hubs by their numbers, from 0. */
export type Which = readonly number[]

/**
 * One thing that goes wrong, `atMs` after the job was submitted. What has `forMs` mends itself after so long; without it the
 * damage stays.
 */
export type Act =
  /** No message passes between hubs of different sides; `isOneway`: the first side is still heard by the others. */
  | {
      readonly type: 'partition'
      readonly atMs: number
      readonly forMs?: number
      readonly sides: readonly Which[]
      readonly isOneway?: boolean
    }
  /** The machines lose power, all at once; their disks stay, `isTorn`: without what was just written. */
  | {
      readonly type: 'crash'
      readonly atMs: number
      readonly forMs?: number
      readonly hubs: Which
      readonly isTorn?: boolean
    }
  /** They lose power, and come back with empty disks. */
  | { readonly type: 'amnesia'; readonly atMs: number; readonly forMs: number; readonly hubs: Which }
  /** The processes stand still, and go on as if nothing had been. */
  | { readonly type: 'freeze'; readonly atMs: number; readonly forMs: number; readonly hubs: Which }
  /** They hand over and leave; started again `forMs` after they were asked, or as soon as they have left if that takes longer. */
  | { readonly type: 'drain'; readonly atMs: number; readonly forMs: number; readonly hubs: Which }
  /** The machines are switched on only now. */
  | { readonly type: 'join'; readonly atMs: number; readonly hubs: Which }
  /** Everything between two groups takes longer. */
  | {
      readonly type: 'slow-link'
      readonly atMs: number
      readonly forMs?: number
      readonly between: readonly [Which, Which]
      readonly extraMs: number
    }
  /** The links between two groups break and mend all the time, `everyMs` from one break to the next. */
  | {
      readonly type: 'flap'
      readonly atMs: number
      readonly forMs: number
      readonly between: readonly [Which, Which]
      readonly everyMs: number
    }
  /** Shards that begin on these machines take so many times longer. */
  | {
      readonly type: 'straggle'
      readonly atMs: number
      readonly forMs?: number
      readonly hubs: Which
      readonly times: number
    }
  /** This share of all gossip is lost. */
  | { readonly type: 'gossip-loss'; readonly atMs: number; readonly forMs?: number; readonly share: number }

/** Bounds that the run has to keep, beside the invariants. */
export interface Bounds {
  /** Time from submission to result, over the ideal time of all machines together. */
  readonly wallToIdealMax?: number
  /** Executions beyond the first of each shard, over all shards. */
  readonly duplicatedWorkMax?: number
  readonly convergedMsMax?: number
  /** How often a hub that ran took another that ran for dead. */
  readonly falseDeathsMax?: number
}

export interface Scenario {
  readonly name: string
  /** One sentence: what goes wrong. */
  readonly summary: string
  readonly hubs: number
  readonly acts: readonly Act[]
  /** Families of the job, in the order of its root. */
  readonly families: readonly FamilyPlan[]
  /** What the root does before it spawns the first, in milliseconds. */
  readonly rootMs?: number
  /** The hub that takes the job; default: the first. */
  readonly submitter?: number
  readonly bounds?: Bounds
}

/** What a built-in scenario lets its user choose. */
export interface Size {
  readonly hubs: number
  readonly shards: number
  readonly shardMs: number
  /** When it begins to go wrong. */
  readonly atMs: number
  /** For how long, where that has a meaning. */
  readonly forMs: number
}

/** A built-in scenario: the same story for any size. `bounds` are those of its own size. */
export interface ScenarioPlan {
  readonly name: string
  readonly summary: string
  readonly size: Size
  readonly acts: (size: Size) => readonly Act[]
  readonly bounds: Bounds
}

/** Hubs `[from, to)`. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index)
}

/** Virtual time at which the last act is mended, or begins if it never is. */
export function calmFromMs(acts: readonly Act[]): number {
  return Math.max(0, ...acts.map((act) => act.atMs + ('forMs' in act ? (act.forMs ?? 0) : 0)))
}
