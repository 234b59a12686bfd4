/** What is to be done with a spot that may be sharded: how its iterations go out and how their outputs come back. */
import type { AnyNode } from 'acorn'
import type { Variable } from '../syntax/parse.ts'
import type { FunctionNode } from '../syntax/walk.ts'
import type { Cells } from './affine.ts'
import type { Best } from './bests.ts'
import type { Excerpt } from './excerpts.ts'
import type { Region } from './exits.ts'
import type { Site } from './find.ts'
import type { Fold } from './folds.ts'
import type { Nest } from './nests.ts'
import type { Slice } from './slices.ts'

/** `left += right`, or `left = left + right`. */
export interface Addition {
  readonly left: AnyNode
  readonly right: AnyNode
  readonly operator: string
}

/** One captured variable through which iterations give something out; merged in index order. */
export type Output =
  /** `v.push(...)` only. */
  | { readonly how: 'push'; readonly variable: Variable }
  /** `v[f(i)]` only, in cells that no other iteration touches; reading them is allowed. */
  | { readonly how: 'cells'; readonly variable: Variable; readonly cells: Cells; readonly readsLength: boolean }
  /** As `cells`, and the cells hold arrays of primitives whose elements are written: `v[i][x] = e`. */
  | { readonly how: 'rows'; readonly variable: Variable; readonly cells: Cells; readonly readsLength: boolean }
  /** Write-only by key: `v[k] = e`, `v.set(k, e)`, `v.add(e)`. The last write of a key wins. */
  | { readonly how: 'put' | 'set' | 'add'; readonly variable: Variable }
  /** `v++`, `v += integer`. */
  | { readonly how: 'count'; readonly variable: Variable }
  /** Integer counts per key: in a Map, or by `v[k]`. */
  | { readonly how: 'tallyMap' | 'tallyKeys'; readonly variable: Variable }
  /** Lists per key: in a Map, or by `v[k]`. */
  | { readonly how: 'groupMap' | 'groupKeys'; readonly variable: Variable }
  /** Sums of integers per key: in a Map, or by `v[k]`; shards see to it that all `addends` are integers. */
  | { readonly how: 'sumMap' | 'sumKeys'; readonly variable: Variable; readonly addends: readonly AnyNode[] }
  /** `v = Math.max(v, e)`, `v = Math.min(v, e)`. */
  | { readonly how: 'max' | 'min'; readonly variable: Variable }
  /** `v += e` and the like: shards compute `e`, the root folds in order; or `integers`: shards add, when it turns out so. */
  | {
      readonly how: 'sum'
      readonly integers: boolean
      readonly variable: Variable
      readonly operator: string
      readonly nodes: readonly Addition[]
      /** It starts from text or from a BigInt: sums are exact in any grouping. */
      readonly exact: boolean
    }
  /** The best item so far, and what goes with it. */
  | Best

/** The variables that an output sets. */
export function variablesOf(output: Output): readonly Variable[] {
  return output.how === 'best' ? output.variables : [output.variable]
}

/** Outputs that the code around a spot knows by name; what a `reduce` hands on, it does not. */
export function namedOutputs({ shape, outputs }: Plan): readonly Output[] {
  return shape.kind === 'call' && shape.fold?.kind === 'collect' ? [] : outputs
}

/** Calls that stop at the first hit: later iterations are looked at ahead of time. */
export type SearchMethod = 'some' | 'every' | 'find' | 'findIndex'

export function isSearch(method: string | null): method is SearchMethod {
  return method === 'some' || method === 'every' || method === 'find' || method === 'findIndex'
}

/** One call of a pipeline. */
export interface Stage {
  readonly method: 'map' | 'filter' | 'flatMap'
  readonly callback: AnyNode
}

/** How the iterations of a spot are enumerated. */
export type Shape =
  | {
      readonly kind: 'call'
      readonly method: 'map' | 'filter' | 'flatMap' | 'forEach' | 'from' | 'reduce' | SearchMethod
      readonly callback: AnyNode
      /** For `reduce`. */
      readonly fold: Fold | null
      /** Of a pipeline, first to last; the call is its last. Empty for a call by itself. */
      readonly stages: readonly Stage[]
      /** `list?.map(f)`: nothing is called where the list is missing. */
      readonly optional: boolean
    }
  | { readonly kind: 'of' }
  /** `for...in` over the own keys of a plain object. */
  | { readonly kind: 'in' }
  /** `for (let i = first; i < end; i += step)`, and `while (i < end) { ...; i += step }`. */
  | {
      readonly kind: 'range'
      readonly counter: Variable
      /** Null when the counter starts from what it holds. */
      readonly first: AnyNode | null
      readonly end: AnyNode
      readonly closed: boolean
      /** Below 0 when the counter goes down. */
      readonly step: number
      /** `while (k--)`, `for (let k = n; k--; )`: the test counts down, before the body; it stands in the place of the end. */
      readonly drains: boolean
      /** What the counter is raised by, when that is no number in the text. */
      readonly by: AnyNode | null
      /** What is added to the counter before it is compared with the end, as in `i + n <= text.length`. */
      readonly ahead: { readonly node: AnyNode; readonly minus: boolean } | null
      /** The counter is a variable of the function around the loop, which goes on with what is left in it. */
      readonly outlives: boolean
      /** What other names at the head stand for, in `for (let i = 0, n = xs.length; ...)`. */
      readonly fixed: readonly AnyNode[]
    }

export interface Plan {
  readonly site: Site
  readonly shape: Shape
  /** The code of one iteration. */
  readonly body: { readonly start: number; readonly end: number }
  readonly outputs: readonly Output[]
  readonly isAsync: boolean
  /** Functions whose bodies run within an iteration. */
  readonly reached: ReadonlySet<FunctionNode>
  /** A bare buffer among the inputs would be written through views. */
  readonly viewsOnUnknown: boolean
  /** Iterations let time pass: gathered ones are begun side by side. */
  readonly waits: boolean
  /** Names that count as pure because the user says so, by line. */
  readonly asserted: ReadonlyMap<number, string>
  /** Code by which a loop is left early: an iteration that reaches it is run by the root, and all that come after it. */
  readonly exits: readonly Region[]
  /** The inner loop, when pairs of items may be told apart. */
  readonly nest: Nest | null
  /** The callback takes the whole list, too. */
  readonly takesAll: boolean
  /** Lists that are read near the index of the iteration only. */
  readonly slices: readonly Slice[]
  /** Captured objects of which only some properties are read. */
  readonly excerpts: readonly Excerpt[]
}

/** Outputs that are rebound, not changed in place: the root needs a setter for them. */
export function isScalar(how: Output['how']): boolean {
  return how === 'sum' || how === 'count' || how === 'max' || how === 'min' || how === 'best'
}
