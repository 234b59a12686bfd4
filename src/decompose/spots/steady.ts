/** Expressions that give the same when they are evaluated again, and what they name. */
import type { AnyNode, CallExpression } from 'acorn'
import { builtinMethods, pureGlobals } from '../flow/builtins.ts'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { contains, walk } from '../syntax/walk.ts'
import { isSteadyCall } from './steady-functions.ts'

/** A key that does not ask for the counts themselves. */
export function isSteady(map: ModuleMap, variable: Variable, key: AnyNode): boolean {
  return usesOf(variable, key) === 0 && isRepeatable(map, key)
}

/** Evaluated twice in a row it gives the same: names, constants, paths, methods of text and numbers, and functions that do nothing but compute. */
export function isRepeatable(map: ModuleMap, node: AnyNode): boolean {
  let repeatable = true
  walk(node, (at) => {
    if (REPEATABLE.has(at.type)) return
    repeatable &&= at.type === 'CallExpression' && (isPlainMethod(map, at) || isSteadyCall(map, at))
  })
  return repeatable
}

const REPEATABLE = new Set([
  ...['Identifier', 'Literal', 'MemberExpression', 'TemplateLiteral', 'TemplateElement', 'BinaryExpression'],
  ...['LogicalExpression', 'ConditionalExpression', 'ChainExpression'],
])

function isPlainMethod(map: ModuleMap, call: CallExpression): boolean {
  if (mathName(map, call) !== null) return true
  const { callee } = call
  if (callee.type === 'Identifier') return map.variableOf(callee) === null && pureGlobals.has(callee.name)
  if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') return false
  const effect = builtinMethods.get(callee.property.name)
  return effect !== undefined && !effect.mutates && !effect.calls && !map.methods.has(callee.property.name)
}

/** How often a variable is named within a part of the tree. */
export function usesOf(variable: Variable, within: AnyNode): number {
  return variable.references.filter((reference) => contains(within, reference.identifier)).length
}

/** `max` of `Math.max(...)`; null for everything else. */
export function mathName(map: ModuleMap, call: CallExpression): string | null {
  const { callee } = call
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier' || callee.object.name !== 'Math')
    return null
  if (map.variableOf(callee.object) !== null || callee.property.type !== 'Identifier') return null
  return callee.property.name
}
