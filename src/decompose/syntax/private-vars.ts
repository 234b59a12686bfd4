/** Variables declared outside an iteration that it always sets before it reads them: as good as its own. */
import type { AnyNode } from 'acorn'
import type { ModuleMap } from './module-map.ts'
import type { Variable } from './parse.ts'
import { contains, type FunctionNode, isFunction } from './walk.ts'

interface Range {
  readonly start: number
  readonly end: number
}

/** A place that sets the variable, and the statements that run only after it. */
interface Setter {
  readonly at: Range
  readonly covers: Range
}

/**
 * True when no use of `variable` sees what an iteration of `region` left in it, and no iteration sees what was there
 * before: every use comes after a setter in its own block, within the region or outside of it.
 */
export function isPrivateTo(map: ModuleMap, variable: Variable, region: Range): boolean {
  const { references } = variable
  if (references.length === 0 || variable.defs.some(({ type }) => type !== 'Variable')) return false
  const home = functionOf(map, references[0]?.identifier)
  if (home === null || (contains(region, home) && (home.async || home.generator))) return false
  if (references.some(({ identifier }) => functionOf(map, identifier) !== home)) return false
  const setters = references.flatMap(({ identifier }) => setterOf(map, identifier))
  return references.every(({ identifier }) => {
    const inside = contains(region, identifier)
    return setters.some(({ at, covers }) => {
      if (!contains(covers, identifier) || at.start > identifier.start) return false
      // A setter in front of the whole region is undone by it.
      return inside ? contains(region, at) : !contains(region, at) && !contains(covers, region)
    })
  })
}

/** `var x = 1;`, `x = 1;` in a block, or either at the head of a `for`. */
function setterOf(map: ModuleMap, identifier: AnyNode): Setter[] {
  const parent = map.parentOf(identifier)
  const isInit = parent?.type === 'VariableDeclarator' && parent.id === identifier && !!parent.init
  const isSet = parent?.type === 'AssignmentExpression' && parent.left === identifier && parent.operator === '='
  if (parent === null || (!isInit && !isSet)) return []
  let statement = map.parentOf(parent)
  // `i = 0, j = 1` sets both.
  if (statement?.type === 'SequenceExpression') statement = map.parentOf(statement)
  if (statement === null) return []
  if (statement.type === 'ForStatement') return covering(parent, statement)
  const around = map.parentOf(statement)
  if (statement.type !== 'VariableDeclaration' && statement.type !== 'ExpressionStatement') return []
  if (around?.type === 'ForStatement' && around.init === statement) return covering(parent, around)
  return around?.type === 'BlockStatement' ? covering(parent, around) : []
}

/** Its own value is computed before it is set: uses in there come before. */
function covering(setter: AnyNode, around: AnyNode): Setter[] {
  const value =
    setter.type === 'VariableDeclarator' ? setter.init : setter.type === 'AssignmentExpression' ? setter.right : null
  const target =
    setter.type === 'VariableDeclarator' ? setter.id : setter.type === 'AssignmentExpression' ? setter.left : null
  if (!value || !target) return []
  return [
    { at: setter, covers: target },
    { at: setter, covers: { start: value.end, end: around.end } },
  ]
}

function functionOf(map: ModuleMap, node: AnyNode | undefined): FunctionNode | null {
  for (let at = node === undefined ? null : map.parentOf(node); at !== null; at = map.parentOf(at)) {
    if (isFunction(at)) return at
  }
  return null
}
