/** Recognises code that only lets time pass: it reads and changes nothing, wherever it runs. */
import type { AnyNode, CallExpression } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import { type FunctionNode, isFunction } from '../syntax/walk.ts'

/** A wait: what is evaluated for it, and what it resolves with. */
export interface Sleep {
  readonly evaluated: readonly AnyNode[]
  readonly value: AnyNode | null
}

/** `new Promise((resolve) => setTimeout(resolve, ms))` and its forms with a value; null for everything else. */
export function sleepOf(map: ModuleMap, node: AnyNode): Sleep | null {
  if (node.type !== 'NewExpression' || node.arguments.length !== 1 || !isGlobal(map, node.callee, 'Promise'))
    return null
  const executor = node.arguments[0] as AnyNode
  if (!isFunction(executor) || executor.async || executor.generator) return null
  const [resolve, reject] = executor.params
  const variable = resolve?.type === 'Identifier' ? map.variableOf(resolve) : null
  if (variable === null || executor.params.length > 2 || variable.references.length !== 1) return null
  if (reject !== undefined && (reject.type !== 'Identifier' || map.variableOf(reject)?.references.length !== 0))
    return null
  const call = onlyExpression(executor)
  if (call?.type !== 'CallExpression' || !isGlobal(map, call.callee, 'setTimeout')) return null
  const [callback, delay, value] = call.arguments
  if (callback === undefined || call.arguments.length > 3 || call.arguments.some((a) => a.type === 'SpreadElement'))
    return null
  const evaluated = delay === undefined ? [] : [delay]
  if (map.variableOf(callback) === variable) return { evaluated, value: value ?? null }
  if (value !== undefined || !isFunction(callback) || callback.async || callback.generator) return null
  const resolving = callback.params.length === 0 ? onlyExpression(callback) : null
  if (resolving?.type !== 'CallExpression' || map.variableOf(resolving.callee) !== variable) return null
  const [resolved] = resolving.arguments
  if (resolving.arguments.length > 1 || resolved?.type === 'SpreadElement') return null
  return { evaluated, value: resolved ?? null }
}

/** A function that does nothing but give a wait: `(ms) => new Promise(...)`. */
export function isSleeper(map: ModuleMap, fn: AnyNode | null): fn is FunctionNode {
  if (!isFunction(fn) || fn.async || fn.generator) return false
  const given = onlyExpression(fn)
  return given !== null && sleepOf(map, given) !== null
}

/** `await sleep(ms, value)` where `sleep` is `setTimeout` of `node:timers/promises`. */
export function isTimersSleep(source: string, name: string): boolean {
  return source.replace(/^node:/, '') === 'timers/promises' && name === 'setTimeout'
}

/** True for a call of an import of `node:timers/promises`. */
export function callsTimers(map: ModuleMap, call: CallExpression): boolean {
  const callee = call.callee.type === 'MemberExpression' ? call.callee.object : call.callee
  const variable = callee.type === 'Identifier' ? map.variableOf(callee) : null
  const imported = variable === null ? null : map.importOf(variable)
  return imported !== null && imported.source.replace(/^node:/, '') === 'timers/promises'
}

/** The expression that is all of a function's body. */
function onlyExpression(fn: FunctionNode): AnyNode | null {
  if (fn.body.type !== 'BlockStatement') return fn.body
  const [statement] = fn.body.body
  if (fn.body.body.length !== 1 || statement === undefined) return null
  if (statement.type === 'ExpressionStatement') return statement.expression
  return statement.type === 'ReturnStatement' ? (statement.argument ?? null) : null
}

function isGlobal(map: ModuleMap, node: AnyNode, name: string): boolean {
  return node.type === 'Identifier' && node.name === name && map.variableOf(node) === null
}
