/** Whether a getter, setter or special method that does more than read can run within the iterations of a site. */
import type { AnyNode } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import { OWN_PACKAGE } from '../syntax/own-package.ts'
import type { Variable } from '../syntax/parse.ts'
import { contains, type FunctionNode, isClass, walk } from '../syntax/walk.ts'
import type { Site } from './find.ts'

/**
 * The accessor that may run, or what may define one; null when none can. What travels to a shard has no accessor of its own, and is of no
 * class with one (`maySendInstances`): that is looked at when it is sent. So only objects count that the iterations make themselves, and,
 * in the head of a loop, whatever it reads, for that runs once where it ran each time.
 */
export function accessorWithin(
  map: ModuleMap,
  site: Site,
  body: { readonly start: number; readonly end: number },
  reached: ReadonlySet<FunctionNode>,
): AnyNode | null {
  const [first = null] = map.impureAccessors
  if (first === null || usesRefs(map)) return first
  if (site.kind === 'loop' && headReads(site.node, body)) return first
  for (const piece of [site.node, ...reached]) {
    const accessor = accessorIn(map, piece)
    if (accessor !== null) return accessor
  }
  return null
}

/** Whether objects of a class may travel: not when they have accessors that do more than read, or may have been given some. */
export function maySendInstances(map: ModuleMap, variable: Variable): boolean {
  return map.impureAccessors.length === 0 || usesRefs(map) || taintOf(map, variable) === null
}

/** Values of calls of `shard` may be of any class. */
function usesRefs(map: ModuleMap): boolean {
  return map.module.tree.body.some((node) => node.type === 'ImportDeclaration' && node.source.value === OWN_PACKAGE)
}

/** A member that is read outside the body of a loop. */
function headReads(loop: AnyNode, body: { readonly start: number; readonly end: number }): boolean {
  if (loop.type === 'ForOfStatement' || loop.type === 'ForInStatement') return false
  let reads = false
  walk(loop, (node) => {
    if (node.start >= body.start && node.end <= body.end) return false
    if (node.type === 'MemberExpression') reads = true
    return true
  })
  return reads
}

/** Functions are reached from many sites. */
const known = new WeakMap<AnyNode, { readonly accessor: AnyNode | null }>()

/** The accessor that a piece of code may meet in what it makes itself. */
function accessorIn(map: ModuleMap, piece: AnyNode): AnyNode | null {
  const held = known.get(piece)
  if (held !== undefined) return held.accessor
  const inside = map.impureAccessors.find((accessor) => contains(piece, accessor))
  const accessor = inside ?? accessorOfMade(map, piece)
  known.set(piece, { accessor })
  return accessor
}

/** Of the objects that a piece of code makes, or of the classes that it names. */
function accessorOfMade(map: ModuleMap, piece: AnyNode): AnyNode | null {
  let found: AnyNode | null = null
  walk(piece, (node) => {
    if (node.type === 'NewExpression') found ??= accessorOfNew(map, node.callee)
    return found === null
  })
  if (found !== null) return found
  for (const name of map.namesIn(piece)) {
    const variable = map.variableOf(name)
    const taint = variable !== null && isClass(map.callableOf(variable)) ? taintOf(map, variable) : null
    if (taint !== null) return taint
  }
  return null
}

/** Classes by name are looked at with all names; builtins have no accessors of the user's. */
function accessorOfNew(map: ModuleMap, callee: AnyNode): AnyNode | null {
  const [first = null] = map.impureAccessors
  if (callee.type !== 'Identifier') return first
  const variable = map.variableOf(callee)
  return variable === null || isClass(map.callableOf(variable)) ? null : first
}

/** The accessor of a class or of those that it extends. */
function taintOf(map: ModuleMap, variable: Variable, depth = 0): AnyNode | null {
  const [first = null] = map.impureAccessors
  const node = map.callableOf(variable)
  // Who defines accessors by a call may have given them to any class.
  if (map.definesAccessors || !isClass(node) || depth > CHAIN_MAX) return first
  const own = map.impureAccessors.find((accessor) => contains(node, accessor)) ?? null
  if (own !== null || !node.superClass) return own
  if (node.superClass.type !== 'Identifier') return first
  const parent = map.variableOf(node.superClass)
  return parent === null ? null : taintOf(map, parent, depth + 1)
}

const CHAIN_MAX = 64
