/** Named properties within the values of variables, as code reads them: `input.a.b`. */
import type { AnyNode } from 'acorn'
import type { ModuleMap } from './module-map.ts'
import type { Variable } from './parse.ts'
import { contains } from './walk.ts'

/** Names of properties, one within the other: `a`, `b` for `input.a.b`. */
export type Path = readonly string[]

/** What some code reads of a variable's value, none of it within another; null when it uses the value itself, or not at all. */
export function pathsRead(map: ModuleMap, variable: Variable, code: readonly AnyNode[]): readonly Path[] | null {
  const paths: Path[] = []
  for (const { identifier } of variable.references) {
    if (!code.some((part) => contains(part, identifier))) continue
    const found = pathsFrom(map, identifier)
    if (found === null) return null
    paths.push(...found)
  }
  return paths.length === 0 ? null : outermost(paths)
}

export function isWithin(path: Path, other: Path): boolean {
  return other.every((name, depth) => path[depth] === name)
}

/** The member that `path` leads to from a use of a variable; `aside` where the use goes elsewhere, null where it may be anything. */
export function memberAt(map: ModuleMap, use: AnyNode, path: Path): AnyNode | 'aside' | null {
  let at = use
  for (const name of path) {
    const member = namedMember(map, at)
    if (member === null) return null
    if (member.name !== name) return 'aside'
    at = member.node
  }
  return at
}

/** Neither set nor called: a call would hand the object on as `this`. */
export function isRead(map: ModuleMap, member: AnyNode): boolean {
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

/** What a use reads; null when it is of the object itself. */
function pathsFrom(map: ModuleMap, use: AnyNode): Path[] | null {
  const unpacked = unpackedFrom(map, use)
  if (unpacked !== null) return unpacked
  const path: string[] = []
  for (let member = namedMember(map, use); member !== null; member = namedMember(map, member.node))
    path.push(member.name)
  return path.length === 0 ? null : [path]
}

/** `input.a`, where nothing may be missing, and nothing but its value is asked for. */
function namedMember(map: ModuleMap, object: AnyNode): { readonly node: AnyNode; readonly name: string } | null {
  const node = map.parentOf(object)
  if (node?.type !== 'MemberExpression' || node.object !== object || node.computed || node.optional) return null
  if (node.property.type !== 'Identifier' || node.property.name === '__proto__' || !isRead(map, node)) return null
  return { node, name: node.property.name }
}

/** `const { a, b } = input`. */
function unpackedFrom(map: ModuleMap, use: AnyNode): Path[] | null {
  const declarator = map.parentOf(use)
  if (declarator?.type !== 'VariableDeclarator' || declarator.init !== use) return null
  if (declarator.id.type !== 'ObjectPattern' || declarator.id.properties.length === 0) return null
  const paths: Path[] = []
  for (const property of declarator.id.properties) {
    if (property.type !== 'Property' || property.computed || property.key.type !== 'Identifier') return null
    if (property.key.name === '__proto__') return null
    paths.push([property.key.name])
  }
  return paths
}

/** What lies within something that goes along as a whole goes with it. */
function outermost(paths: readonly Path[]): Path[] {
  const unique = [...new Map(paths.map((path) => [path.join('.'), path])).values()]
  return unique.filter((path) => !unique.some((other) => other.length < path.length && isWithin(path, other)))
}
