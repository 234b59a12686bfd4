/** Promises of which it is known what they wait for: code that awaits them at once runs on its own, one step after the other. */
import type { AnyNode, CallExpression, MemberExpression } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { contains, type FunctionNode, isFunction, walk } from '../syntax/walk.ts'
import { callsTimers } from './sleeps.ts'

/** The function of a `new Promise(...)` that settles it at once, or in its only timer. */
export interface Executor {
  readonly fn: FunctionNode
  readonly resolve: Variable | null
  readonly reject: Variable | null
  /** The call of `setTimeout`. */
  readonly timer: CallExpression | null
}

const executors = new WeakMap<AnyNode, { readonly found: Executor | null }>()

/** The executor of `new Promise(...)`; null when the promise may be settled by anything else. */
export function executorOf(map: ModuleMap, node: AnyNode): Executor | null {
  const held = executors.get(node)
  if (held !== undefined) return held.found
  const found = findExecutor(map, node)
  executors.set(node, { found })
  return found
}

function findExecutor(map: ModuleMap, node: AnyNode): Executor | null {
  if (node.type !== 'NewExpression' || node.arguments.length !== 1 || !isGlobal(map, node.callee, 'Promise'))
    return null
  const fn = node.arguments[0] as AnyNode
  if (!isFunction(fn) || fn.async || fn.generator || fn.params.length > 2) return null
  if (fn.params.some((param) => param.type !== 'Identifier')) return null
  const [resolve = null, reject = null] = fn.params.map((param) => map.variableOf(param))
  const timers = timersIn(map, fn)
  const [timer = null] = timers
  if (resolve === null || timers.length > 1 || (timer !== null && !isPlainTimer(map, fn, timer))) return null
  const later = timer === null ? null : (timer.arguments[0] as AnyNode)
  for (const { identifier } of [resolve, reject].flatMap((variable) => variable?.references ?? [])) {
    if (identifier === later) continue
    const call = map.parentOf(identifier)
    if (call?.type !== 'CallExpression' || call.callee !== identifier) return null
    const around = map.functionAround(call)
    if (around === later && later !== null) continue
    // Settled while a timer is still to come, it would let code run beside that.
    if (around !== fn || (timer !== null && !isLast(map, call))) return null
  }
  return { fn, resolve, reject, timer }
}

function timersIn(map: ModuleMap, fn: FunctionNode): CallExpression[] {
  const timers: CallExpression[] = []
  walk(fn.body, (node) => {
    if (node.type === 'CallExpression' && isGlobal(map, node.callee, 'setTimeout')) timers.push(node)
    return true
  })
  return timers
}

/** Called once by the executor itself, with a function of its own or one that settles. */
function isPlainTimer(map: ModuleMap, fn: FunctionNode, timer: CallExpression): boolean {
  if (map.functionAround(timer) !== fn || timer.arguments.some(({ type }) => type === 'SpreadElement')) return false
  for (let at = map.parentOf(timer); at !== null && at !== fn; at = map.parentOf(at)) {
    if (/^(For|ForOf|ForIn|While|DoWhile)Statement$/.test(at.type)) return false
  }
  const [callback] = timer.arguments
  if (isFunction(callback)) return !callback.async && !callback.generator && timer.arguments.length <= 2
  const variable = callback?.type === 'Identifier' ? map.variableOf(callback) : null
  return variable !== null && fn.params.some((param) => map.variableOf(param) === variable)
}

/** `return resolve(x)`, or `resolve(x)` with nothing but a `return` behind it. */
function isLast(map: ModuleMap, call: AnyNode): boolean {
  const statement = map.parentOf(call)
  if (statement?.type === 'ReturnStatement') return true
  const block = statement?.type === 'ExpressionStatement' ? map.parentOf(statement) : null
  if (block?.type !== 'BlockStatement' || statement === null) return false
  return block.body[block.body.indexOf(statement as never) + 1]?.type === 'ReturnStatement'
}

/** The executor around the name of one of its parameters; null for all other names. */
export function settledBy(map: ModuleMap, name: AnyNode): Executor | null {
  const [definition] = map.variableOf(name)?.defs ?? []
  if (definition?.type !== 'Parameter' || !isFunction(definition.node)) return null
  const made = map.parentOf(definition.node)
  return made === null ? null : executorOf(map, made)
}

/** The executor whose timer a call of `setTimeout` is; null for all other calls. */
export function executorWith(map: ModuleMap, timer: AnyNode): Executor | null {
  const fn = map.functionAround(timer)
  const made = fn === null ? null : map.parentOf(fn)
  const executor = made === null ? null : executorOf(map, made)
  return executor?.timer === timer ? executor : null
}

const CHAINED = new Set(['then', 'catch', 'finally'])

/** `f(x).then(...)` where `f(x)` gives a promise. */
export function isChain(map: ModuleMap, node: AnyNode): node is CallExpression & { callee: MemberExpression } {
  if (node.type !== 'CallExpression' || node.optional || node.callee.type !== 'MemberExpression') return false
  const { object, property, computed, optional } = node.callee
  if (computed || optional || property.type !== 'Identifier' || !CHAINED.has(property.name)) return false
  const known = node.arguments.every((argument) => isFunction(argument) || isPlainName(map, argument))
  return known && isPromise(map, object)
}

/** A function of the module, or nothing. */
function isPlainName(map: ModuleMap, node: AnyNode): boolean {
  if (node.type === 'Literal') return node.value === null
  const variable = node.type === 'Identifier' ? map.variableOf(node) : null
  if (variable === null) return node.type === 'Identifier' && node.name === 'undefined'
  return isFunction(map.callableOf(variable))
}

/** An expression that gives a promise, as far as the text shows it. */
export function isPromise(map: ModuleMap, node: AnyNode): boolean {
  if (node.type === 'NewExpression') return isGlobal(map, node.callee, 'Promise')
  if (node.type !== 'CallExpression') return false
  const { callee } = node
  if (callee.type === 'Identifier') {
    const variable = map.variableOf(callee)
    const callable = variable === null ? null : map.callableOf(variable)
    return callsTimers(map, node) || (isFunction(callable) && givesPromise(map, callable))
  }
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return false
  if (isGlobal(map, callee.object, 'Promise') || callsTimers(map, node)) return true
  const { name } = callee.property
  if ((map.methods.get(name) ?? []).some((method) => givesPromise(map, method))) return true
  return CHAINED.has(name) && isPromise(map, callee.object)
}

const givers = new WeakMap<FunctionNode, boolean>()

/** Its result is a promise, at least in some cases. */
export function givesPromise(map: ModuleMap, fn: FunctionNode): boolean {
  if (fn.async) return true
  const held = givers.get(fn)
  if (held !== undefined) return held
  // While it is looked at: a function that calls itself gives nothing new.
  givers.set(fn, false)
  const gives = resultsOf(fn).some((result) => isPromise(map, result))
  givers.set(fn, gives)
  return gives
}

/** Everything that may be a function's result. */
function resultsOf(fn: FunctionNode): AnyNode[] {
  if (fn.body.type !== 'BlockStatement') return endsOf(fn.body)
  const results: AnyNode[] = []
  walk(fn.body, (node) => {
    if (node.type === 'ReturnStatement' && node.argument) results.push(...endsOf(node.argument))
    return !isFunction(node)
  })
  return results
}

/** The parts of an expression of which one is its value. */
function endsOf(node: AnyNode): AnyNode[] {
  if (node.type === 'ConditionalExpression') return [node.consequent, node.alternate].flatMap(endsOf)
  if (node.type === 'LogicalExpression') return [node.left, node.right].flatMap(endsOf)
  return [node]
}

/** The expression of which `node` is the value, or one of the values. */
export function wholeOf(map: ModuleMap, node: AnyNode): AnyNode {
  const parent = map.parentOf(node)
  const isPart =
    (parent?.type === 'ConditionalExpression' && parent.test !== node) || parent?.type === 'LogicalExpression'
  return isPart && contains(parent, node) ? wholeOf(map, parent) : node
}

function isGlobal(map: ModuleMap, node: AnyNode, name: string): boolean {
  return node.type === 'Identifier' && node.name === name && map.variableOf(node) === null
}
