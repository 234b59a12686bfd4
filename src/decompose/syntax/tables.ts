/** Tables of functions: `const OPERATORS = { '+': (a, b) => a + b }`, which nothing in the module changes. */
import type { AnyNode } from 'acorn'
import type { ModuleMap } from './module-map.ts'
import type { Variable } from './parse.ts'
import { isClass, isFunction } from './walk.ts'

export type Table = Extract<AnyNode, { type: 'ObjectExpression' | 'ArrayExpression' }>

const known = new WeakMap<Variable, { readonly table: Table | null }>()

/** The literal that a constant holds, when functions are in it, and else nothing but primitive constants. */
export function tableOf(map: ModuleMap, variable: Variable): Table | null {
  const held = known.get(variable)
  if (held !== undefined) return held.table
  const table = findTable(map, variable)
  known.set(variable, { table })
  return table
}

function findTable(map: ModuleMap, variable: Variable): Table | null {
  const [definition] = variable.defs
  if (definition?.node.type !== 'VariableDeclarator' || definition.node.id.type !== 'Identifier') return null
  if (variable.defs.length !== 1 || definition.parent?.type !== 'VariableDeclaration') return null
  const { init } = definition.node
  const table = definition.parent.kind === 'const' && init ? literalIn(map, init) : null
  if (table === null) return null
  const values = valuesIn(table)
  const functions = values?.filter((value) => isCallable(map, value)) ?? []
  const plain = values?.every((value) => isCallable(map, value) || value.type === 'Literal') ?? false
  if (functions.length === 0 || !plain) return null
  return variable.references.every(({ identifier, init: first }) => first === true || isRead(map, identifier))
    ? table
    : null
}

/** `floor` for a constant that is `Math.floor`, by its own name or by that of a part of `Math`; null for everything else. */
export function partOfMath(map: ModuleMap, variable: Variable): string | null {
  const [definition] = variable.defs
  if (definition?.node.type !== 'VariableDeclarator' || variable.defs.length !== 1) return null
  if (definition.parent?.type !== 'VariableDeclaration' || definition.parent.kind !== 'const') return null
  const { id, init } = definition.node
  const isMath = (node: AnyNode | null | undefined): boolean =>
    node?.type === 'Identifier' && node.name === 'Math' && map.variableOf(node) === null
  if (id.type === 'Identifier') return init?.type === 'MemberExpression' && isMath(init.object) ? nameOf(init) : null
  if (id.type !== 'ObjectPattern' || !isMath(init)) return null
  for (const property of id.properties) {
    if (property.type !== 'Property' || property.computed || property.key.type !== 'Identifier') return null
    if (map.variableOf(property.value) === variable) return property.key.name
  }
  return null
}

/** `{...}`, `[...]`, or one of them frozen. */
function literalIn(map: ModuleMap, init: AnyNode): Table | null {
  if (init.type === 'ObjectExpression' || init.type === 'ArrayExpression') return init
  if (init.type !== 'CallExpression' || init.arguments.length !== 1 || !isOfObject(map, init.callee, /^freeze$/))
    return null
  const [given] = init.arguments
  return given?.type === 'ObjectExpression' || given?.type === 'ArrayExpression' ? given : null
}

function valuesIn(table: Table): AnyNode[] | null {
  const values: AnyNode[] = []
  if (table.type === 'ArrayExpression') {
    for (const element of table.elements) {
      if (element === null || element.type === 'SpreadElement') return null
      values.push(element)
    }
    return values
  }
  for (const property of table.properties) {
    if (property.type === 'SpreadElement' || property.computed || property.kind !== 'init') return null
    values.push(property.value)
  }
  return values
}

function isCallable(map: ModuleMap, value: AnyNode): boolean {
  if (isFunction(value)) return true
  const variable = value.type === 'Identifier' ? map.variableOf(value) : null
  if (variable === null)
    return value.type === 'Identifier' && /^(Number|String|Boolean|BigInt|parseInt|parseFloat)$/.test(value.name)
  const callable = variable === null ? null : map.callableOf(variable)
  return isFunction(callable) || isClass(callable)
}

/** A use that neither changes the table nor hands it to anyone. */
function isRead(map: ModuleMap, use: AnyNode): boolean {
  const parent = map.parentOf(use)
  const around = parent === null ? null : map.parentOf(parent)
  switch (parent?.type) {
    case 'MemberExpression':
      if (parent.object !== use) return true
      if (around?.type === 'AssignmentExpression') return around.left !== parent
      if (around?.type === 'UpdateExpression' || around?.type === 'UnaryExpression') return false
      return around?.type !== 'CallExpression' || around.callee !== parent || !CHANGES.has(nameOf(parent))
    case 'ForOfStatement':
    case 'ForInStatement':
      return parent.right === use
    case 'BinaryExpression':
      return parent.operator === 'in' && parent.right === use
    case 'CallExpression':
      return parent.callee !== use && isOfObject(map, parent.callee, /^(keys|values|entries|hasOwn)$/)
    case 'SpreadElement':
      return around?.type === 'ArrayExpression'
    default:
      return false
  }
}

const CHANGES = new Set([
  ...['push', 'pop', 'shift', 'unshift', 'splice', 'sort', 'reverse', 'fill', 'copyWithin'],
  ...['__defineGetter__', '__defineSetter__'],
])

function nameOf({ computed, property }: Extract<AnyNode, { type: 'MemberExpression' }>): string {
  return !computed && property.type === 'Identifier' ? property.name : ''
}

/** `Object.keys` and the like. */
function isOfObject(map: ModuleMap, callee: AnyNode, names: RegExp): boolean {
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') return false
  return callee.object.name === 'Object' && map.variableOf(callee.object) === null && names.test(nameOf(callee))
}
