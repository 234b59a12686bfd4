/** What travels between root and shards, as plain data for the codec. */
import type { ClassTable } from '../../execute/codec/codec.ts'

/** State that all shards of a family read. */
export interface SharedState {
  /** Captured variables by name. */
  readonly captures: Record<string, unknown>
  /** Module variables by name. */
  readonly module: Record<string, unknown>
  /** One per output of the spot: what a shard needs to stand in for the live container. */
  readonly stands: readonly Stand[]
  /** One per list of the spot that may be sent in parts; null for one that is among the captured values as a whole. */
  readonly lists: readonly (ListStand | null)[]
}

/** A list of which shards get parts: `kind` is that of a typed array, or `Array`. */
export interface ListStand {
  readonly kind: string
  readonly length: number
}

/** The part of a list from an index on. */
export interface SlicePart {
  readonly from: number
  readonly values: unknown
}

/** How a shard makes its own container for an output. */
export type Stand =
  | { readonly is: 'list' | 'keys' | 'map' | 'set' | 'zero' | 'lowest' | 'highest' }
  | { readonly is: 'best' }
  /** What is added to text. */
  | { readonly is: 'texts' }
  /** Cells `[stride * i + low, stride * i + high]` of an array (`kind` 'Array') or typed array of this length. */
  | {
      readonly is: 'cells'
      readonly kind: string
      readonly length: number
      readonly stride: number
      readonly low: number
      readonly high: number
      readonly fixed: boolean
      /** The cells hold arrays whose elements are written, too. */
      readonly rows?: boolean
    }
  /** Counts by index or key, starting from zero; `kind` is that of the array, or `Object`, or `Bare` without a prototype. */
  | { readonly is: 'counts'; readonly kind: string; readonly length: number; readonly keys: readonly string[] }

/** One shard's own input. */
export interface ShardInput {
  /** Items of the range; null when the range itself is all there is. */
  readonly items: unknown
  /** First counter value of a counted loop. */
  readonly first: number
  /** From one counter value to the next. */
  readonly step: number
  /** Inner items per outer item, when items are pairs of a nest; null when they are not. */
  readonly inner: number | null
  /** Live cells per output; null for typed cells that are all zero, and for outputs without cells. */
  readonly cells: readonly unknown[]
  /** One per list; null for one that is sent as a whole. */
  readonly parts: readonly (SlicePart | null)[]
}

/** One shard's result. */
export interface ShardResult {
  /** Results of an array call, in order; for `filter` the kept offsets; null for loops, and for a fold that gives its sum. */
  readonly results: unknown[] | null
  /** One per output: a list, cells, keyed values, counts, a number. */
  readonly outputs: readonly unknown[]
  /** Offset of the item with which a loop may end; outputs are those of the items before. Null when there is none. */
  readonly ends: number | null
}

export type Classes = ClassTable
