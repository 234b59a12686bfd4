/** Finds lists of which an iteration reads only what lies near its own index: shards get that part of them. */
import type { AnyNode } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { contains, isFunction } from '../syntax/walk.ts'
import type { Polynomial } from './affine.ts'
import { either, type IndexSetting, type Interval, intervalOf, isLinear, moves } from './intervals.ts'
import { type Plan, variablesOf } from './plan.ts'
import { counterOf } from './shape.ts'

/** A list, and between which indices one iteration reads it. */
export interface Slice {
  readonly variable: Variable
  readonly reads: Interval
  readonly counter: Variable
  /** It is the list that an array call goes over, as its callback takes it. */
  readonly isAll: boolean
}

/** The slices of a spot: of captured lists, and of the whole list where the callback takes that. */
export function slicesOf(map: ModuleMap, plan: Omit<Plan, 'slices'>): readonly Slice[] {
  const { site, shape, body, outputs, nest } = plan
  const counter = counterOf(map, shape)
  // Rows are told apart from everything else that shards get, which has to be there as a whole for that.
  if (counter === null || nest !== null || outputs.some(({ how }) => how === 'rows')) return []
  const changed = new Set(outputs.flatMap(variablesOf))
  const setting: IndexSetting = { map, body, counter, changed, paths: new Map() }
  const all = allOf(map, plan)
  const candidates = new Set<Variable>(all === null ? [] : [all])
  for (const name of map.namesIn(body as AnyNode)) {
    const variable = map.variableOf(name)
    if (variable !== null && !contains(site.node, variable.scope.block) && !map.isModuleLevel(variable))
      candidates.add(variable)
  }
  return [...candidates].flatMap((variable) => {
    const isFree = !changed.has(variable) && variable !== counter
    const reads = isFree ? readsOf(setting, plan, variable) : null
    return reads === null ? [] : [{ variable, reads, counter, isAll: variable === all }]
  })
}

/** The callback's parameter that is the whole list. */
function allOf(map: ModuleMap, { shape, takesAll }: Pick<Plan, 'shape' | 'takesAll'>): Variable | null {
  if (!takesAll || shape.kind !== 'call' || !isFunction(shape.callback)) return null
  const param = shape.callback.params[shape.fold === null ? 2 : 3]
  return param?.type === 'Identifier' ? map.variableOf(param) : null
}

/** What all reads of a list have in common; null when it is used in any other way. */
function readsOf(
  setting: IndexSetting,
  { site, body, reached }: Omit<Plan, 'slices'>,
  variable: Variable,
): Interval | null {
  const { map, counter } = setting
  let all: Interval | null = null
  for (const { identifier } of variable.references) {
    // What a call is made on stays in the root; of a loop, its head goes along.
    const isOwn = contains(site.kind === 'call' ? body : site.node, identifier)
    const isSeen = isOwn || [...reached].some((fn) => contains(fn, identifier))
    if (!isSeen || isLength(map, identifier)) continue
    const member = map.parentOf(identifier)
    if (!contains(body, identifier) || member?.type !== 'MemberExpression' || !isElementRead(map, member, identifier))
      return null
    const reads = intervalOf(setting, member.property)
    all = all === null ? reads : either(all, reads)
    if (reads === null || all === null) return null
  }
  // Both ends have to go with the counter, or all shards would get most of the list.
  if (all === null || !isLinear(counter, all)) return null
  return moves(counter, all.lows) && moves(counter, all.highs) ? all : null
}

function isLength(map: ModuleMap, use: AnyNode): boolean {
  const member = map.parentOf(use)
  if (member?.type !== 'MemberExpression' || member.object !== use || member.computed) return false
  return member.property.type === 'Identifier' && member.property.name === 'length' && isRead(map, member)
}

function isElementRead(map: ModuleMap, member: Extract<AnyNode, { type: 'MemberExpression' }>, use: AnyNode): boolean {
  return member.object === use && member.computed && isRead(map, member)
}

/** Neither set nor called: a call would hand the list on as `this`. */
function isRead(map: ModuleMap, member: AnyNode): boolean {
  const parent = map.parentOf(member)
  if (parent === null || TARGETS.has(parent.type)) return false
  if (/^(AssignmentExpression|ForOfStatement|ForInStatement)$/.test(parent.type) && 'left' in parent)
    return parent.left !== member
  if (parent.type === 'CallExpression') return parent.callee !== member
  if (parent.type === 'Property') return map.parentOf(parent)?.type === 'ObjectExpression'
  return parent.type !== 'UnaryExpression' || parent.operator !== 'delete'
}

const TARGETS = new Set([
  'UpdateExpression',
  'TaggedTemplateExpression',
  'RestElement',
  'ArrayPattern',
  'AssignmentPattern',
])

/** Names that the bounds of a slice ask for, besides the counter. */
export function namesIn({ reads, counter }: Slice): string[] {
  const terms = [...reads.lows, ...reads.highs].flatMap((bound: Polynomial) => [...bound.values()])
  const names = terms.flatMap(({ variables }) =>
    variables.flatMap((variable) => (variable === counter ? [] : [variable.name])),
  )
  return [...new Set(names)]
}
