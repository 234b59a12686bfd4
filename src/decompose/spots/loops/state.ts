/** The variables that make up a loop's state at its head, and which of them cannot be plain data by how they are made. */
import type { AnyNode, Expression } from 'acorn'
import type { ModuleMap } from '../../syntax/module-map.ts'
import type { Variable } from '../../syntax/parse.ts'
import { contains, isClass, isFunction, lineOf } from '../../syntax/walk.ts'
import type { LoopNode } from '../find.ts'
import { moduleClasses } from '../needs.ts'
import { isWithin, Reach, usesThis } from './reach.ts'
import type { KeepObstacle, KeepReason } from './reasons.ts'

/** What generated code hands over at the head of a loop. */
export interface LoopState {
  /** Variables that may be bound anew between two passes. */
  readonly rebound: readonly Variable[]
  /** Variables whose objects may change. */
  readonly fixed: readonly Variable[]
  readonly usesThis: boolean
}

/** The state of a loop, or why it is no state. */
export function stateOf(map: ModuleMap, loop: LoopNode): LoopState | KeepObstacle {
  const reach = new Reach(map, loop)
  if (reach.obstacle !== null) return reach.obstacle
  const rebound: Variable[] = []
  const fixed: Variable[] = []
  for (const variable of reach.variables) {
    if (isFresh(loop, variable, reach)) continue
    const obstacle = objectionTo(map, loop, variable)
    if (obstacle !== null) return obstacle
    if (isItem(loop, variable)) continue
    ;(isRebound(variable) ? rebound : fixed).push(variable)
  }
  return { rebound: sorted(rebound), fixed: sorted(fixed), usesThis: usesThis(loop) }
}

/** Made anew in each pass, or in each call: nothing of it is left at the head. */
function isFresh(loop: LoopNode, variable: Variable, { callables }: Reach): boolean {
  const { block } = variable.scope
  if (block !== loop && contains(loop, block)) return true
  return [...callables].some((callable) => isWithin(callable, variable) && !contains(callable, loop))
}

/** What a `for...of` gives its pass. */
function isItem(loop: LoopNode, variable: Variable): boolean {
  return loop.type === 'ForOfStatement' && variable.scope.block === loop
}

function isRebound(variable: Variable): boolean {
  const isVar = variable.defs.some(({ parent }) => parent?.type === 'VariableDeclaration' && parent.kind === 'var')
  return isVar || variable.references.some((reference) => reference.isWrite() && reference.init !== true)
}

function objectionTo(map: ModuleMap, loop: LoopNode, variable: Variable): KeepObstacle | null {
  const at = variable.identifiers[0] ?? loop
  const line = lineOf(at)
  const { name } = variable
  if (!map.isModuleLevel(variable)) {
    // A function that was made elsewhere sees it, the loop does not.
    if (!contains(variable.scope.block, loop)) return { reason: 'closure', name: `a function with ${name}`, line }
    if (variable.scope.type === 'switch') return { reason: 'unsupported', name: `${name} of a switch`, line }
    if (isLater(loop, variable)) return { reason: 'unsupported', name: `${name} before it is declared`, line }
  }
  for (const { identifier } of variable.references) {
    const value = valueGiven(map, identifier)
    const reason = value === null ? null : reasonOf(map, value)
    if (value !== null && reason !== null) return { reason, name, line: lineOf(value) }
  }
  return null
}

function isLater(loop: LoopNode, { defs, identifiers }: Variable): boolean {
  const isVar = defs.some(({ type, parent }) => {
    return type === 'Parameter' || (parent?.type === 'VariableDeclaration' && parent.kind === 'var')
  })
  return !isVar && identifiers.every((identifier) => identifier.start > loop.start && !contains(loop, identifier))
}

/** What a use of a variable gives it, when it does: `v = value`, `let v = value`. */
function valueGiven(map: ModuleMap, identifier: AnyNode): AnyNode | null {
  const parent = map.parentOf(identifier)
  if (parent?.type === 'VariableDeclarator' && parent.id === identifier) return parent.init ?? null
  return parent?.type === 'AssignmentExpression' && parent.left === identifier ? parent.right : null
}

const HANDLES = new Set([
  ...['WeakMap', 'WeakSet', 'WeakRef', 'FinalizationRegistry', 'Proxy', 'SharedArrayBuffer'],
  ...['AbortController', 'Worker', 'MessageChannel', 'TextDecoder', 'TextEncoder', 'URL', 'URLSearchParams'],
])
const ITERATORS = new Set(['values', 'keys', 'entries', 'matchAll'])

/** Why a value cannot be kept, as far as its text tells. */
export function reasonOf(map: ModuleMap, value: AnyNode): KeepReason | null {
  switch (value.type) {
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
    case 'ClassExpression':
      return 'closure'
    case 'Identifier': {
      const variable = map.variableOf(value)
      return variable !== null && map.callableOf(variable) !== null ? 'closure' : null
    }
    case 'ConditionalExpression':
      return reasonOf(map, value.consequent) ?? reasonOf(map, value.alternate)
    case 'LogicalExpression':
      return reasonOf(map, value.left) ?? reasonOf(map, value.right)
    case 'ArrayExpression':
      return firstReason(map, value.elements)
    case 'ObjectExpression':
      return firstReason(
        map,
        value.properties.map((property) => (property.type === 'Property' ? property.value : null)),
      )
    case 'NewExpression':
      return reasonOfNew(map, value.callee)
    case 'CallExpression':
      return reasonOfCall(map, value)
    default:
      return null
  }
}

function firstReason(map: ModuleMap, values: readonly (AnyNode | null)[]): KeepReason | null {
  for (const value of values) {
    const reason = value === null ? null : reasonOf(map, value)
    if (reason !== null) return reason
  }
  return null
}

function reasonOfNew(map: ModuleMap, callee: Expression | AnyNode): KeepReason | null {
  if (callee.type !== 'Identifier') return null
  const variable = map.variableOf(callee)
  if (variable === null) {
    if (callee.name === 'Promise') return 'promise'
    return HANDLES.has(callee.name) ? 'handle' : null
  }
  const isKnown = !isClass(map.callableOf(variable)) || moduleClasses(map).includes(variable)
  return isKnown ? null : 'class'
}

function reasonOfCall(map: ModuleMap, call: Extract<AnyNode, { type: 'CallExpression' }>): KeepReason | null {
  const { callee } = call
  if (callee.type === 'Identifier') {
    const variable = map.variableOf(callee)
    const callable = variable === null ? null : map.callableOf(variable)
    if (isFunction(callable)) return callable.generator ? 'generator' : null
    return variable === null && callee.name === 'Symbol' ? 'handle' : null
  }
  if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') return null
  const isStatic = callee.object.type === 'Identifier' && map.variableOf(callee.object) === null
  if (isStatic) return null
  const isOwn = map.methods.has(callee.property.name)
  return !isOwn && ITERATORS.has(callee.property.name) ? 'iterator' : null
}

function sorted(variables: readonly Variable[]): Variable[] {
  return [...variables].sort((a, b) => (a.name < b.name ? -1 : 1))
}
