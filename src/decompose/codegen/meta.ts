/** What generated code and runtime agree on about a spot; travels as JSON inside the generated text. */
import type { AnyNode } from 'acorn'
import type { Best, Comparison } from '../spots/bests.ts'
import type { Fold } from '../spots/folds.ts'
import type { Nest } from '../spots/nests.ts'
import { isSearch, type Output, type Plan, type SearchMethod } from '../spots/plan.ts'
import type { Slice } from '../spots/slices.ts'
import type { Path } from '../syntax/paths.ts'

export interface SpotMeta {
  /** `ref`: calls of `shard(fn)`. */
  readonly kind: 'call' | 'of' | 'in' | 'range' | 'ref'
  readonly method: 'map' | 'filter' | 'flatMap' | 'forEach' | 'from' | 'reduce' | SearchMethod | null
  readonly fold: FoldMeta | null
  /** Methods of a pipeline, first to last; empty for a call by itself. */
  readonly stages: readonly ('map' | 'filter' | 'flatMap')[]
  /** Nothing is called where the list is missing. */
  readonly optional: boolean
  /** What an array method is called on, as errors name it. */
  readonly receiver: string
  readonly isAsync: boolean
  readonly step: number
  readonly closed: boolean
  /** Names of outputs, in the order in which state travels. */
  readonly outputs: readonly OutputMeta[]
  readonly line: number
  /** A bare buffer among the inputs would be written through views: then it stays in place. */
  readonly viewsOnUnknown: boolean
  /** Gathered items are begun side by side: they let time pass. */
  readonly waits: boolean
  /** It may end before its last item: shards look ahead, stretch by stretch. */
  readonly endsEarly: boolean
  /** Its callback takes the whole list, too. */
  readonly takesAll: boolean
  /** Names of lists of which a shard may get a part; {@link WHOLE_LIST} for the one that an array call goes over. */
  readonly slices: readonly string[]
  /** Captured objects of which shards get some properties only. */
  readonly excerpts: readonly ExcerptMeta[]
  /** Its inner loop, when pairs of items may be told apart. */
  readonly nest: { readonly step: number; readonly closed: boolean } | null
}

/** What the list that an array call goes over is called among captured values. */
export const WHOLE_LIST = '$a'

/** A name, or the path to a property of what has the name: `input.xs`. */
export function sliceName({ variable, path, isAll }: Slice): string {
  return isAll ? WHOLE_LIST : [variable.name, ...path].join('.')
}

export interface ExcerptMeta {
  readonly name: string
  readonly paths: readonly Path[]
}

export interface OutputMeta {
  readonly how: Output['how']
  readonly name: string
  readonly readsLength: boolean
  /** Of a sum. */
  readonly operator: string
  /** Of a sum: shards add, and give nothing when some addend is no integer. */
  readonly integers: boolean
  /** Of a best-so-far: all the variables that go together, and how a key is compared with what is held. */
  readonly best: BestMeta | null
}

export interface BestMeta {
  readonly names: readonly string[]
  readonly operator: Comparison
  readonly negated: boolean
  /** The first of all is taken whatever its key. */
  readonly mayBeUnset: boolean
}

/** How shards and root share a fold. */
export type FoldMeta =
  | { readonly kind: 'add'; readonly operator: string; readonly exact: boolean; readonly integers: boolean }
  | { readonly kind: 'pick'; readonly key: readonly string[] }
  | { readonly kind: 'extreme'; readonly of: 'max' | 'min' }
  /** Its only output is what the steps hand on. */
  | { readonly kind: 'collect' }

export function metaOf(plan: Plan): SpotMeta {
  const { shape } = plan
  return {
    kind: shape.kind,
    method: shape.kind === 'call' ? (shape.stages.length > 0 ? 'flatMap' : shape.method) : null,
    fold: shape.kind === 'call' && shape.fold !== null ? foldMeta(shape.fold) : null,
    stages: shape.kind === 'call' ? shape.stages.map((stage) => stage.method) : [],
    optional: shape.kind === 'call' && shape.optional,
    receiver: receiverOf(plan),
    isAsync: plan.isAsync,
    step: shape.kind === 'range' ? shape.step : 1,
    closed: shape.kind === 'range' && shape.closed,
    outputs: plan.outputs.map((output) => ({
      how: output.how,
      name: output.variable.name,
      readsLength: (output.how === 'cells' || output.how === 'rows') && output.readsLength,
      operator: output.how === 'sum' ? output.operator : '',
      integers: output.how === 'sum' && output.integers,
      best: output.how === 'best' ? bestMeta(output) : null,
    })),
    line: plan.site.line,
    viewsOnUnknown: plan.viewsOnUnknown,
    waits: plan.waits,
    endsEarly: plan.exits.length > 0 || (shape.kind === 'call' && isSearch(shape.method)),
    takesAll: plan.takesAll,
    slices: plan.slices.map(sliceName),
    excerpts: plan.excerpts.map(({ variable, paths }) => ({ name: variable.name, paths })),
    nest: plan.nest === null ? null : nestMeta(plan.nest.shape),
  }
}

function receiverOf({ site, shape }: Plan): string {
  let node: AnyNode = site.node
  for (let stage = shape.kind === 'call' ? Math.max(1, shape.stages.length) : 0; stage > 0; stage--) {
    if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression') node = node.callee.object
  }
  return named(node)
}

/** As the messages of V8 show what a method is missing on. */
function named(node: AnyNode): string {
  if (node.type === 'Identifier') return node.name
  if (node.type === 'ThisExpression') return 'this'
  if (node.type === 'CallExpression') return `${named(node.callee)}(...)`
  if (node.type !== 'MemberExpression' || node.property.type !== 'Identifier') return '(intermediate value)'
  const { name } = node.property
  return node.computed ? `${named(node.object)}[${name}]` : `${named(node.object)}.${name}`
}

/** A spot without outputs whose items are calls. */
export function bareMeta(kind: 'ref' | 'call', line: number): SpotMeta {
  return {
    kind,
    method: null,
    fold: null,
    stages: [],
    optional: false,
    receiver: '',
    isAsync: true,
    step: 1,
    closed: false,
    outputs: [],
    line,
    viewsOnUnknown: false,
    waits: false,
    endsEarly: false,
    takesAll: false,
    slices: [],
    excerpts: [],
    nest: null,
  }
}

function nestMeta(shape: Nest['shape']): { step: number; closed: boolean } {
  return shape.kind === 'range' ? { step: shape.step, closed: shape.closed } : { step: 1, closed: false }
}

function bestMeta({ variables, operator, negated, unset }: Best): BestMeta {
  return { names: variables.map((variable) => variable.name), operator, negated, mayBeUnset: unset !== null }
}

function foldMeta(fold: Fold): FoldMeta {
  if (fold.kind === 'pick') return fold
  if (fold.kind === 'collect') return { kind: 'collect' }
  if (fold.kind === 'extreme') return { kind: 'extreme', of: fold.of }
  return { kind: 'add', operator: fold.operator, exact: fold.exact, integers: fold.integers }
}
