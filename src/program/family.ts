/** Families: one parallel spot of a program at run time, an index range cut into shards. */
import type { Ref } from './ref.ts'

/** Identity of a family within its job; equal spawns of a replayed root get equal keys. */
export type FamilyKey = string

/** The family of one shard that runs the function's sequential code. It exists in every job, without a record. */
export const ROOT_FAMILY: FamilyKey = 'root'

/** Where a family's items are cut: shard i covers items `[starts[i], starts[i+1])`, the last one ends at `items`. */
export interface Cut {
  readonly items: number
  /** Strictly ascending, never empty. Items before `starts[0]` ran in the root, as its timing sample. */
  readonly starts: readonly number[]
}

/** Packed inputs of the shards `[lo, hi)`: a blob made by `packList`, one entry per shard. */
export interface Slice {
  readonly lo: number
  readonly hi: number
  readonly ref: Ref
}

/** A dependency: shard `to` of this family needs the result of shard `from` of `family`. */
export interface Edge {
  readonly family: FamilyKey
  readonly from: number
  readonly to: number
  /** Expected size in bytes of what travels along it. */
  readonly bytes: number
}

/** Everything a hub has to know to run any shard of a family. Immutable; recorded once in the ledger. */
export interface FamilySpec {
  readonly key: FamilyKey
  /** Which visit of a sharded spot this was in the root's run, from 1; visits that stayed in place count too. */
  readonly sequence: number
  /** Which chunk module of the program runs the shards. */
  readonly spot: number
  readonly cut: Cut
  /** State that every shard reads, encoded; null when there is none. */
  readonly shared: Ref | null
  readonly slices: readonly Slice[]
  readonly edges: readonly Edge[]
  /** Expected milliseconds on a speed-1 hub per shard; null when unknown. One entry stands for all shards. */
  readonly workMs: readonly number[] | null
}

/** Identity of a shard within its job. */
export interface ShardId {
  readonly family: FamilyKey
  readonly index: number
}

/** Number of shards of a family. */
export function shardCount(spec: FamilySpec): number {
  return spec.cut.starts.length
}

/** Families of one visit: the visit's own, and those of tails that its shards handed back. */
const VISITS_MAX = 2 ** 24

/** The sequence of the family that runs items from `first` on, handed back by a shard of family `sequence`; null when there is none left. */
export function tailSequence(sequence: number, first: number): number | null {
  const tail = (first + 1) * VISITS_MAX + (sequence % VISITS_MAX)
  return Number.isSafeInteger(tail) && (sequence < VISITS_MAX || tail > sequence) ? tail : null
}

/** True for a family that runs what another one's shard handed back. */
export function isTail(sequence: number): boolean {
  return sequence >= VISITS_MAX
}

/** Items `[lo, hi)` covered by shard `index`. */
export function shardItems(cut: Cut, index: number): { lo: number; hi: number } {
  const lo = cut.starts[index] ?? cut.items
  return { lo, hi: cut.starts[index + 1] ?? cut.items }
}

/** The text by which people name a shard: `family:index`. */
export function shardName(id: ShardId): string {
  return `${id.family}:${id.index}`
}
