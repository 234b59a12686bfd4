/** Finds code that runs concurrently with other code: where it exists, no wait for shards may be put in. */
import type { AnyNode, CallExpression } from 'acorn'
import { executorOf, executorWith, givesPromise, isChain, wholeOf } from '../flow/promises.ts'
import { callsTimers } from '../flow/sleeps.ts'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { ClassNode } from '../syntax/walk.ts'
import { contains, type FunctionNode, isFunction, lineOf, walk } from '../syntax/walk.ts'
import { calledBy } from './origins.ts'
import type { Obstacle } from './reasons.ts'

const TIMERS = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch'])
/** They wait for all they are given. */
const GATHERERS = new Set(['all', 'allSettled'])
const CHAINS = new Set(['then', 'catch', 'finally', 'nextTick', 'on', 'once', 'addEventListener'])

/** The first place where something is started and not awaited at once; null when there is none. */
export function asyncHazard(map: ModuleMap, excluded: FunctionNode | ClassNode | null): Obstacle | null {
  let found: Obstacle | null = null
  const visit = (node: AnyNode): boolean => {
    if (found !== null || (excluded !== null && contains(excluded, node) && node !== (map.module.tree as AnyNode)))
      return false
    const name = hazardName(map, node)
    if (name !== null) found = { reason: 'async-order', name, line: lineOf(node) }
    return found === null
  }
  walk(map.module.tree, visit)
  return found
}

/**
 * True for `xs.map(...)` in `await Promise.all(xs.map(...))`, or with a variable between the two lines: all that it starts is
 * over when the code goes on.
 */
export function isGathered(map: ModuleMap, call: AnyNode): boolean {
  const given = variableBetween(map, call) ?? call
  const all = map.parentOf(given)
  if (all?.type !== 'CallExpression' || all.arguments.length !== 1 || all.arguments[0] !== given) return false
  return isPromiseCall(map, all) && isHandedOn(map, all)
}

/** The use of `tasks` in `const tasks = xs.map(...)` when the next statement begins with `await Promise.all(tasks)`. */
function variableBetween(map: ModuleMap, call: AnyNode): AnyNode | null {
  const declarator = map.parentOf(call)
  if (declarator?.type !== 'VariableDeclarator' || declarator.init !== call) return null
  const declaration = map.parentOf(declarator)
  const block = declaration === null ? null : map.parentOf(declaration)
  if (declaration?.type !== 'VariableDeclaration' || declaration.declarations.length !== 1) return null
  const used = (map.variableOf(declarator.id)?.references ?? []).filter((reference) => reference.init !== true)
  const [use] = used
  if (block?.type !== 'BlockStatement' || used.length !== 1 || use === undefined) return null
  const next = block.body[block.body.indexOf(declaration) + 1]
  return next !== undefined && beginsWith(map, next, use.identifier) ? use.identifier : null
}

/** Nothing else is evaluated before `use` but the names around it. */
function beginsWith(map: ModuleMap, statement: AnyNode, use: AnyNode): boolean {
  for (let at: AnyNode | null = map.parentOf(use), from = use; at !== null; from = at, at = map.parentOf(at)) {
    if (at === statement) return isFirstPart(statement, from)
    // What is done with the results comes after.
    const isGathering = at.type === 'CallExpression' && at.arguments[0] === from && isPromiseCall(map, at)
    const isMethod = at.type === 'CallExpression' && at.callee === from && from.type === 'MemberExpression'
    const isObject = at.type === 'MemberExpression' && at.object === from && from.type !== 'Identifier'
    if (!isGathering && !isMethod && !isObject && !/^(AwaitExpression|VariableDeclarator)$/.test(at.type)) return false
  }
  return false
}

function isFirstPart(statement: AnyNode, part: AnyNode): boolean {
  if (statement.type === 'VariableDeclaration') return statement.declarations[0] === part
  return statement.type !== 'ForStatement' || statement.init === part
}

/** The list in `await Promise.all([...])`; null for everything else. */
export function gatheredArray(
  map: ModuleMap,
  { argument: call }: Extract<AnyNode, { type: 'AwaitExpression' }>,
): Extract<AnyNode, { type: 'ArrayExpression' }> | null {
  if (call.type !== 'CallExpression' || call.arguments.length !== 1 || !isPromiseMember(map, call, 'all')) return null
  const [list] = call.arguments
  return list?.type === 'ArrayExpression' ? list : null
}

/** True for code in `Promise.all([f(x), g(y)])`: some of it has begun while the rest is evaluated, so it must not wait. */
export function isSideBySide(map: ModuleMap, node: AnyNode): boolean {
  for (let at = map.parentOf(node); at !== null && !isFunction(at); at = map.parentOf(at)) {
    const around = at.type === 'ArrayExpression' ? map.parentOf(at) : null
    if (around?.type === 'CallExpression' && isPromiseCall(map, around)) return true
  }
  return false
}

function hazardName(map: ModuleMap, node: AnyNode): string | null {
  if (node.type === 'ForOfStatement' && node.await) return 'for await'
  if (node.type === 'ImportExpression') return 'import()'
  if (node.type === 'NewExpression' && node.callee.type === 'Identifier' && node.callee.name === 'Promise')
    return executorOf(map, node) !== null && isHandedOn(map, node) ? null : 'new Promise'
  if (isFunction(node) && givesPromise(map, node)) return asyncFunctionHazard(map, node)
  if (node.type === 'Identifier') return asyncNameHazard(map, node)
  return node.type === 'CallExpression' ? callHazard(map, node) : null
}

/** An async function may be declared, bound to a constant, be a method, or gathered by `await Promise.all(xs.map(...))`. */
function asyncFunctionHazard(map: ModuleMap, fn: FunctionNode): string | null {
  if (fn.generator) return 'an async generator'
  const parent = map.parentOf(fn)
  if (fn.type === 'FunctionDeclaration' || parent?.type === 'ExportDefaultDeclaration') return null
  if (parent?.type === 'VariableDeclarator' || parent?.type === 'MethodDefinition' || parent?.type === 'Property')
    return null
  return isCalledInOrder(map, fn) ? null : 'an async function'
}

/** Handed to something that calls it, and waits for what it gives: a gathered `map`, a chain, or a function of the module. */
function isCalledInOrder(map: ModuleMap, fn: AnyNode, depth = 0): boolean {
  const call = map.parentOf(fn)
  if (call?.type !== 'CallExpression' || depth > HANDED_ON_MAX) return false
  if (call.callee === fn) return isAwaited(map, call) || isReturnedByAsync(map, call)
  if (isMapCall(call) && isGathered(map, call)) return true
  if (isChain(map, call)) return isHandedOn(map, call)
  const called = calledBy(map, call)
  const param = called?.params[call.arguments.indexOf(fn as never)]
  const variable = param?.type === 'Identifier' ? map.variableOf(param) : null
  if (called === null || variable === null || variable.references.some((reference) => reference.isWrite())) return false
  return variable.references.every(({ identifier }) => {
    const use = map.parentOf(identifier)
    if (use?.type !== 'CallExpression' || use.callee !== identifier) return isCalledInOrder(map, identifier, depth + 1)
    return isAwaited(map, use) || isReturnedByAsync(map, use)
  })
}

/** Functions through which one is handed on; people write one or two. */
const HANDED_ON_MAX = 4

function isReturnedByAsync(map: ModuleMap, call: AnyNode): boolean {
  const fn = returnedFrom(map, call)
  return fn?.async ?? false
}

/** The name of an async function used as a value. */
function asyncNameHazard(map: ModuleMap, id: Extract<AnyNode, { type: 'Identifier' }>): string | null {
  const variable = map.variableOf(id)
  const callable = variable === null ? null : map.callableOf(variable)
  if (!isFunction(callable) || !givesPromise(map, callable) || variable?.identifiers.includes(id)) return null
  const parent = map.parentOf(id)
  if (parent?.type === 'CallExpression' && parent.callee === id) return null
  if (parent?.type === 'ExportSpecifier' || parent?.type === 'ExportDefaultDeclaration') return null
  return isCalledInOrder(map, id) ? null : id.name
}

function callHazard(map: ModuleMap, call: CallExpression): string | null {
  const { callee } = call
  if (callee.type === 'Identifier') {
    if (TIMERS.has(callee.name) && map.variableOf(callee) === null)
      return executorWith(map, call) === null ? callee.name : null
    const variable = map.variableOf(callee)
    const callable = variable === null ? null : map.callableOf(variable)
    const promised = callsTimers(map, call) || (isFunction(callable) && givesPromise(map, callable))
    return promised && !isHandedOn(map, call) ? callee.name : null
  }
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return null
  const name = callee.property.name
  if (CHAINS.has(name)) return isChain(map, call) && isHandedOn(map, call) ? null : `.${name}()`
  if (callee.object.type === 'Identifier' && callee.object.name === 'Promise') return promiseHazard(map, call, name)
  const isAsync = (map.methods.get(name) ?? []).some((method) => givesPromise(map, method))
  return (isAsync || callsTimers(map, call)) && !isHandedOn(map, call) ? name : null
}

function promiseHazard(map: ModuleMap, call: CallExpression, name: string): string | null {
  if (name === 'resolve') return isHandedOn(map, call) ? null : 'Promise.resolve'
  if (!GATHERERS.has(name) || call.arguments.length !== 1 || !isHandedOn(map, call)) return `Promise.${name}`
  const argument = call.arguments[0] as AnyNode
  const isVariable = argument.type === 'Identifier' && isGatheredVariable(map, argument)
  const isMap = argument.type === 'CallExpression' && isMapCall(argument)
  return isMap || isVariable || argument.type === 'ArrayExpression' ? null : `Promise.${name}`
}

function isGatheredVariable(map: ModuleMap, use: AnyNode): boolean {
  const node = map.variableOf(use)?.defs[0]?.node
  return node?.type === 'VariableDeclarator' && !!node.init && variableBetween(map, node.init) === use
}

/** Awaited at once, gathered, gone on from, or returned: then whoever called waits for it. */
function isHandedOn(map: ModuleMap, call: AnyNode): boolean {
  const whole = wholeOf(map, call)
  if (isAwaited(map, whole)) return true
  const parent = map.parentOf(whole)
  if (parent?.type === 'ArrayExpression' && isGathered(map, parent)) return true
  const chain = parent?.type === 'MemberExpression' && parent.object === whole ? map.parentOf(parent) : null
  if (chain !== null && isChain(map, chain)) return isHandedOn(map, chain)
  const fn = returnedFrom(map, whole)
  if (fn === null) return false
  return givesPromise(map, fn) || isCalledInOrder(map, fn)
}

/** The function whose result an expression is. */
function returnedFrom(map: ModuleMap, node: AnyNode): FunctionNode | null {
  const whole = wholeOf(map, node)
  const parent = map.parentOf(whole)
  const returned =
    parent?.type === 'ReturnStatement' || (parent?.type === 'ArrowFunctionExpression' && parent.body === whole)
  const fn = returned ? map.functionAround(whole) : null
  return isFunction(fn) ? fn : null
}

function isAwaited(map: ModuleMap, node: AnyNode): boolean {
  return map.parentOf(wholeOf(map, node))?.type === 'AwaitExpression'
}

function isMapCall(call: CallExpression): boolean {
  const { callee } = call
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return false
  if (callee.property.name === 'from') return callee.object.type === 'Identifier' && callee.object.name === 'Array'
  return callee.property.name === 'map'
}

function isPromiseCall(map: ModuleMap, call: CallExpression): boolean {
  return [...GATHERERS].some((name) => isPromiseMember(map, call, name))
}

function isPromiseMember(map: ModuleMap, call: CallExpression, name: string): boolean {
  const { callee } = call
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') return false
  if (callee.object.name !== 'Promise' || map.variableOf(callee.object) !== null) return false
  return callee.property.type === 'Identifier' && callee.property.name === name
}
