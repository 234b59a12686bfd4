/** Makes one spot of array calls in a row: `xs.map(f).filter(g).map(h)` takes each item through all of them at once. */
import type { AnyNode } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import { isFunction } from '../syntax/walk.ts'
import type { Plan, Stage } from './plan.ts'

const METHODS = new Set(['map', 'filter', 'flatMap'])

/**
 * The stages of the pipeline that ends with a call, first to last; null when it is the only one.
 * @param planOf the plan of a call that would be sharded by itself
 */
export function pipelineOf(
  map: ModuleMap,
  last: Plan,
  planOf: (node: AnyNode) => Plan | null,
): { readonly stages: readonly Stage[]; readonly plans: readonly Plan[] } | null {
  const plans: Plan[] = []
  for (let plan: Plan | null = last; plan !== null && isStage(plan); plan = before(plan, planOf)) plans.unshift(plan)
  // What depends on how many items are left cannot be told by one shard alone.
  let from = plans.length
  while (from > 0 && fits(map, plans.slice(from - 1))) from -= 1
  const kept = plans.slice(from)
  const stages = kept.flatMap(({ shape }) =>
    shape.kind === 'call' ? [{ method: shape.method as Stage['method'], callback: shape.callback }] : [],
  )
  return kept.length > 1 ? { stages, plans: kept } : null
}

/** The list of a later call is never there as a whole. */
function isStage({ site, shape, outputs, isAsync, waits, takesAll }: Plan): boolean {
  return (
    site.kind === 'call' &&
    shape.kind === 'call' &&
    METHODS.has(shape.method) &&
    !shape.optional &&
    shape.callback.type !== 'CallExpression' &&
    outputs.length === 0 &&
    !isAsync &&
    !waits &&
    !takesAll
  )
}

function before({ site }: Plan, planOf: (node: AnyNode) => Plan | null): Plan | null {
  if (site.kind !== 'call' || site.node.callee.type !== 'MemberExpression') return null
  return planOf(site.node.callee.object)
}

/** Behind a stage that keeps all items, an index is that of the item; behind others nobody may ask for it. */
function fits(map: ModuleMap, plans: readonly Plan[]): boolean {
  const selects = plans.findIndex(({ shape }) => shape.kind === 'call' && shape.method !== 'map')
  if (selects < 0) return true
  return plans.slice(selects + 1).every(({ shape }) => shape.kind === 'call' && !takesIndex(map, shape.callback))
}

function takesIndex(map: ModuleMap, callback: AnyNode): boolean {
  const variable = callback.type === 'Identifier' ? map.variableOf(callback) : null
  const fn = variable === null ? callback : map.callableOf(variable)
  if (isFunction(fn)) return fn.params.length > 1 || fn.params.some((param) => param.type === 'RestElement')
  return variable !== null || callback.type !== 'Identifier' || !/^(Number|String|Boolean)$/.test(callback.name)
}
