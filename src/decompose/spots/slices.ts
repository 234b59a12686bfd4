/** Finds lists of which an iteration reads only what lies near its own index: shards get that part of them. */
import type { AnyNode } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { isRead, memberAt, type Path } from '../syntax/paths.ts'
import { contains, isFunction } from '../syntax/walk.ts'
import type { Polynomial } from './affine.ts'
import { either, type IndexSetting, type Interval, intervalOf, isLinear, moves } from './intervals.ts'
import { type Plan, variablesOf } from './plan.ts'
import { counterOf } from './shape.ts'

/** A list, and between which indices one iteration reads it. */
export interface Slice {
  readonly variable: Variable
  /** Where the list is within what the variable holds; empty when it is the variable's value. */
  readonly path: Path
  readonly reads: Interval
  readonly counter: Variable
  /** It is the list that an array call goes over, as its callback takes it. */
  readonly isAll: boolean
}

/** The slices of a spot: of captured lists, and of the whole list where the callback takes that. */
export function slicesOf(map: ModuleMap, plan: Unsliced): readonly Slice[] {
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
    if (changed.has(variable) || variable === counter) return []
    return [[], ...elementPaths(map, body, variable)].flatMap((path) => {
      const reads = readsOf(setting, plan, { variable, path })
      return reads === null ? [] : [{ variable, path, reads, counter, isAll: variable === all }]
    })
  })
}

type Unsliced = Omit<Plan, 'slices' | 'excerpts'>

/** Where within a variable's value there are lists of which elements are read: `a.xs` in `input.a.xs[i]`. */
function elementPaths(map: ModuleMap, body: { start: number; end: number }, variable: Variable): Path[] {
  const paths = new Map<string, Path>()
  for (const { identifier } of variable.references) {
    if (!contains(body, identifier)) continue
    const path: string[] = []
    let at: AnyNode = identifier
    for (
      let next = map.parentOf(at);
      next?.type === 'MemberExpression' && next.object === at;
      next = map.parentOf(at)
    ) {
      if (next.computed || next.property.type !== 'Identifier') break
      path.push(next.property.name)
      at = next
    }
    const element = map.parentOf(at)
    if (path.length > 0 && element?.type === 'MemberExpression' && element.object === at && element.computed)
      paths.set(path.join('.'), path)
  }
  return [...paths.values()]
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
  { site, body, reached }: Unsliced,
  { variable, path }: { readonly variable: Variable; readonly path: Path },
): Interval | null {
  const { map, counter } = setting
  let all: Interval | null = null
  for (const { identifier } of variable.references) {
    // What a call is made on stays in the root; of a loop, its head goes along.
    const isOwn = contains(site.kind === 'call' ? body : site.node, identifier)
    const isSeen = isOwn || [...reached].some((fn) => contains(fn, identifier))
    const list = isSeen ? memberAt(map, identifier, path) : 'aside'
    if (list === null) return null
    if (list === 'aside' || isLength(map, list)) continue
    const member = map.parentOf(list)
    if (!contains(body, identifier) || member?.type !== 'MemberExpression' || !isElementRead(map, member, list))
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

/** Names that the bounds of a slice ask for, besides the counter. */
export function namesIn({ reads, counter }: Slice): string[] {
  const terms = [...reads.lows, ...reads.highs].flatMap((bound: Polynomial) => [...bound.values()])
  const names = terms.flatMap(({ variables }) =>
    variables.flatMap((variable) => (variable === counter ? [] : [variable.name])),
  )
  return [...new Set(names)]
}
