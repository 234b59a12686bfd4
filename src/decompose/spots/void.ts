/** Whether anybody uses the value of an expression. */
import type { AnyNode } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import { type FunctionNode, isFunction } from '../syntax/walk.ts'

/** True when nobody uses the value of an expression; or when it is the container itself, which a `reduce` hands on. */
export function isVoid(map: ModuleMap, node: AnyNode): boolean {
  const parent = map.parentOf(node)
  if (parent?.type === 'ExpressionStatement') return true
  // `test && out.push(x)`: nobody uses what it gives either.
  if (parent?.type === 'LogicalExpression') return parent.right === node && isVoid(map, parent)
  if (parent?.type === 'ConditionalExpression') return parent.test !== node && isVoid(map, parent)
  if (parent?.type === 'UnaryExpression') return parent.operator === 'void'
  if (parent?.type === 'SequenceExpression') return parent.expressions.at(-1) !== node || isVoid(map, parent)
  const returned =
    parent?.type === 'ReturnStatement' || (parent?.type === 'ArrowFunctionExpression' && parent.body === node)
  const fn = returned ? map.functionAround(node) : null
  const call = fn === null ? null : map.parentOf(fn)
  if (!isFunction(fn) || call?.type !== 'CallExpression' || call.callee.type !== 'MemberExpression') return false
  const { property } = call.callee
  if (call.arguments[0] !== fn || property.type !== 'Identifier') return false
  // The value of a `forEach` callback is dropped.
  return property.name === 'forEach' || (property.name === 'reduce' && givesContainer(map, fn, node))
}

/** `held.set(...)` and `held.add(...)`, which give `held` back. */
function givesContainer(map: ModuleMap, { params: [held] }: FunctionNode, node: AnyNode): boolean {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression' || held?.type !== 'Identifier')
    return false
  const { object, property, computed } = node.callee
  if (computed || property.type !== 'Identifier' || !/^(set|add)$/.test(property.name)) return false
  return object.type === 'Identifier' && map.variableOf(object) === map.variableOf(held)
}
