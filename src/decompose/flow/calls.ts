/** Evaluates calls for {@link Flow}: functions of the module by value, methods by name, builtins by table. */
import type { AnyNode, CallExpression, NewExpression } from 'acorn'
import { type ClassNode, contains, type FunctionNode, isClass, isFunction, lineOf } from '../syntax/walk.ts'
import { isPureCall, isPureFunction } from './assertions.ts'
import {
  builtinMethods,
  localeMethods,
  type MethodEffect,
  pureClasses,
  pureGlobals,
  pureImports,
  staticFunctions,
} from './builtins.ts'
import { evaluate } from './expressions.ts'
import type { Flow } from './flow.ts'
import { executorOf, isChain } from './promises.ts'
import { isBuiltinReceiver, madeByClass } from './receivers.ts'
import { isFixedRegExp, REGEX_USERS, touchRegExp } from './regexps.ts'
import { goneOn, settles } from './settling.ts'
import { isTimersSleep, onMemory } from './sleeps.ts'
import { ANY_FIELD, type Callable, emptyValue, join, KEY_FIELD, MEMORY, VALUE_FIELD, type Value } from './value.ts'

/** Arguments of a call, with what a spread may add. */
export interface Arguments {
  readonly values: readonly Value[]
  readonly rest: Value
}

export function evaluateCall(flow: Flow, node: CallExpression): Value {
  const callee = node.callee.type === 'ParenthesizedExpression' ? node.callee.expression : node.callee
  if (isPureCall(flow.map, node)) {
    const receiver = callee.type === 'MemberExpression' ? evaluate(flow, callee.object as AnyNode) : emptyValue()
    return assertedResult(flow, node, args(flow, node), receiver, textOf(flow, callee))
  }
  if (callee.type === 'Super') return superCall(flow, node)
  if (callee.type === 'Identifier') return callByName(flow, node, callee)
  if (callee.type === 'MemberExpression') return callMember(flow, node, callee)
  const target = evaluate(flow, callee)
  return callValue(flow, target, args(flow, node), emptyValue(), node, 'a computed function')
}

export function evaluateNew(flow: Flow, node: NewExpression): Value {
  const executor = executorOf(flow.map, node)
  if (executor !== null) {
    flow.reach(executor.fn)
    return flow.returns(executor.fn)
  }
  const given = args(flow, node)
  if (node.callee.type === 'Identifier' && flow.map.variableOf(node.callee) === null) {
    return newBuiltin(flow, node, node.callee.name, given)
  }
  const target = evaluate(flow, node.callee)
  const made = flow.fresh(node)
  if (target.callables.size === 0 || target.things.size > 0)
    flow.problem('unknown-call', node, textOf(flow, node.callee))
  for (const callable of target.callables) {
    if (typeof callable === 'string') flow.store(flow.site(node), ANY_FIELD, join(...given.values, given.rest))
    else if (isClass(callable)) construct(flow, callable, given, made, node)
    else {
      flow.add(flow.thisOf(callable), made)
      invoke(flow, callable, given, node)
    }
  }
  return made
}

function callByName(flow: Flow, node: CallExpression, callee: Extract<AnyNode, { type: 'Identifier' }>): Value {
  const given = args(flow, node)
  const variable = flow.map.variableOf(callee)
  if (settles(flow, node, callee, given)) return emptyValue()
  if (variable === null) {
    const isOne = node.arguments.length === 1 && node.arguments[0]?.type !== 'SpreadElement'
    if (callee.name === 'structuredClone' && isOne) return flow.fresh(node)
    if (pureGlobals.has(callee.name)) return emptyValue()
    if (pureClasses.has(callee.name)) return newBuiltin(flow, node, callee.name, given)
    flow.problem(callee.name === 'Date' ? 'clock' : 'side-effect', node, callee.name)
    return emptyValue()
  }
  const imported = flow.map.importOf(variable)
  if (imported !== null) return callImport(flow, node, imported.source, imported.name, given)
  return callValue(flow, evaluate(flow, callee), given, emptyValue(), node, callee.name)
}

function callImport(flow: Flow, node: CallExpression, source: string, name: string, given: Arguments): Value {
  if (isTimersSleep(source, name) && node.arguments.length <= 2) {
    flow.waits = true
    return join(...given.values.slice(1), given.rest)
  }
  const full = `${source.replace(/^node:/, '')}.${name}`
  if (!pureImports.has(full)) flow.problem(/random/i.test(name) ? 'random' : 'side-effect', node, full)
  return flow.fresh(node)
}

function callMember(flow: Flow, node: CallExpression, callee: Extract<AnyNode, { type: 'MemberExpression' }>): Value {
  const name =
    !callee.computed && callee.property.type !== 'Literal' && 'name' in callee.property
      ? String(callee.property.name)
      : null
  if (callee.object.type === 'Identifier' && name !== null) {
    const variable = flow.map.variableOf(callee.object)
    if (variable === null && isNamespace(callee.object.name)) return callStatic(flow, node, callee.object.name, name)
    const imported = variable === null ? null : flow.map.importOf(variable)
    if (imported !== null && (imported.name === '*' || imported.name === 'default')) {
      return callImport(flow, node, imported.source, name, args(flow, node))
    }
  }
  if (callee.object.type === 'Super') {
    flow.problem('unsupported', node, 'super')
    return emptyValue()
  }
  const receiver = evaluate(flow, callee.object)
  if (callee.computed) evaluate(flow, callee.property)
  const given = args(flow, node)
  if (isChain(flow.map, node)) return goneOn(flow, node, receiver, given)
  if (name === null) {
    return callValue(flow, flow.read(receiver, ANY_FIELD), given, receiver, node, textOf(flow, callee))
  }
  return callMethod(flow, node, receiver, name, given)
}

function callMethod(flow: Flow, node: CallExpression, receiver: Value, name: string, given: Arguments): Value {
  if (localeMethods.has(name)) flow.problem('locale', node, name)
  const ownName = flow.map.methods.has(name) && receiver.callables.size === 0
  if ((name === 'call' || name === 'apply' || name === 'bind') && !ownName) {
    flow.problem('unknown-call', node, name)
    return emptyValue()
  }
  const results: Value[] = []
  const isTable = receiver.things.size > 0 && [...receiver.things].every(({ table }) => table === 'record')
  const own =
    isTable ||
    [...receiver.things].every((thing) => thing.site?.type === 'NewExpression' && madeByClass(flow, thing.site))
  const builtin = builtinMethods.get(name)
  const candidates = new Set<FunctionNode>(
    isTable || (isBuiltinReceiver(flow, receiver) && !flow.map.assignsName(name))
      ? []
      : (flow.map.methods.get(name) ?? []),
  )
  for (const callable of flow.read(receiver, name).callables)
    if (isFunction(callable as AnyNode)) candidates.add(callable as FunctionNode)
  if (receiver.things.size === 0 || !own || candidates.size === 0) {
    if (builtin !== undefined) results.push(applyEffect(flow, node, builtin, receiver, given, name))
    else if (candidates.size === 0 && !localeMethods.has(name)) flow.problem('unknown-call', node, name)
  }
  for (const candidate of candidates) {
    if (!isTable) keepsState(flow, candidate, receiver, node, name)
    flow.add(flow.thisOf(candidate), receiver)
    const holder = flow.map.functionAround(candidate)
    if (isClass(holder)) flow.add(flow.thisOf(holder), receiver)
    results.push(invoke(flow, candidate, given, node))
  }
  return join(...results)
}

/** A method of an object made before the iteration may own variables of the function that made it. */
function keepsState(flow: Flow, method: FunctionNode, receiver: Value, node: AnyNode, name: string): void {
  if (![...receiver.things].some((thing) => thing.kind === 'outer')) return
  let around = flow.map.functionAround(method)
  if (isClass(around)) around = flow.map.functionAround(around)
  if (around !== null && !contains(around, node)) flow.problem('unknown-call', node, name)
}

/** They put in what they are given, and nothing of what is in it. */
const WHOLE = new Set(['push', 'unshift', 'set', 'add', 'fill'])

function applyEffect(
  flow: Flow,
  node: AnyNode,
  effect: MethodEffect,
  receiver: Value,
  given: Arguments,
  name: string,
): Value {
  const all = join(...given.values, given.rest)
  const inside = flow.read(receiver, name === 'get' ? VALUE_FIELD : ANY_FIELD)
  // A reviver or replacer is called with who knows what.
  const handed = [...all.callables].some((callable) => typeof callable !== 'string')
  if (handed && !effect.calls && !effect.stores) flow.problem('unknown-call', node, name)
  // Spread and flattening put elements of arguments in, too.
  // What calls its arguments keeps none of them: `Array.from(xs, f)` holds no `f`.
  const kept = effect.calls ? (given.values[0] ?? emptyValue()) : all
  const stored = effect.stores ? (WHOLE.has(name) ? kept : join(kept, flow.read(kept, ANY_FIELD))) : emptyValue()
  const [key, value] = given.values
  if (name === 'set' && key !== undefined && value !== undefined) {
    flow.write(receiver, KEY_FIELD, key, node)
    flow.write(receiver, ANY_FIELD, value, node)
  } else if (effect.mutates && !isFixedRegExp(flow, node)) flow.write(receiver, ANY_FIELD, stored, node)
  if (REGEX_USERS.has(name)) touchRegExp(flow, node, given.values[0])
  const called = effect.calls ? callBack(flow, node, given, receiver, inside, name) : emptyValue()
  switch (effect.gives) {
    case 'primitive':
      return emptyValue()
    case 'receiver':
      return receiver
    case 'element':
      return join(inside, called)
    case 'fresh':
      return contentOf(flow, node, name, inside, stored, called)
  }
}

function contentOf(flow: Flow, node: AnyNode, name: string, inside: Value, stored: Value, called: Value): Value {
  if (name === 'map') return flow.fresh(node, called)
  if (name === 'flatMap') return flow.fresh(node, join(called, flow.read(called, ANY_FIELD)))
  if (name === 'Promise.allSettled') {
    const settled = flow.fresh((node as CallExpression).callee, join(inside, stored, flow.thrown))
    return flow.fresh(node, settled)
  }
  if (name === 'entries' || name === 'Object.entries') {
    const pair = flow.fresh((node as CallExpression).callee, inside)
    return flow.fresh(node, pair)
  }
  if (name === 'flat' || name === 'Object.fromEntries')
    return flow.fresh(node, join(inside, flow.read(inside, ANY_FIELD)))
  return flow.fresh(node, join(inside, stored, called))
}

/** Calls every function among the arguments with elements of the receiver, as array methods do. */
function callBack(flow: Flow, node: AnyNode, given: Arguments, receiver: Value, inside: Value, name: string): Value {
  const results: Value[] = []
  const position = name.endsWith('.from') || name.endsWith('.groupBy') ? 1 : name.startsWith('replace') ? 1 : 0
  const callback = given.values[position]
  if (callback === undefined) {
    if (given.rest.things.size > 0) flow.problem('unknown-call', node, name)
    return emptyValue()
  }
  if (name.startsWith('reduce')) {
    // Without a start the first item is held.
    const held = flow.fresh(node, given.values[1] ?? join(inside, given.rest))
    const carried = flow.read(held, ANY_FIELD)
    const result = callValue(
      flow,
      callback,
      { values: [carried, inside, emptyValue(), receiver], rest: emptyValue() },
      emptyValue(),
      node,
      name,
    )
    flow.store(flow.site(node), ANY_FIELD, result)
    return join(result, carried)
  }
  const optional = name === 'sort' || name === 'toSorted' || name.startsWith('replace') || name.endsWith('.from')
  if (optional && callback.callables.size === 0 && (callback.things.size === 0 || name.startsWith('replace')))
    return emptyValue()
  const element = name === 'sort' || name === 'toSorted' ? [inside, inside] : [inside, inside, receiver]
  results.push(
    callValue(
      flow,
      callback,
      { values: element, rest: emptyValue() },
      given.values[position + 1] ?? emptyValue(),
      node,
      name,
    ),
  )
  return join(...results)
}

export function callValue(
  flow: Flow,
  target: Value,
  given: Arguments,
  self: Value,
  node: AnyNode,
  name: string,
): Value {
  if (target.things.size > 0 || target.callables.size === 0) flow.problem('unknown-call', node, name)
  const results: Value[] = []
  for (const callable of target.callables) {
    if (isFunction(callable as AnyNode) && isPureFunction(flow.map, callable as FunctionNode)) {
      results.push(assertedResult(flow, node, given, self, name))
    } else if (typeof callable === 'string') {
      const known = pureGlobals.has(callable) || staticFunctions.has(callable)
      if (!known) flow.problem(callable === 'Math.random' ? 'random' : 'unknown-call', node, callable)
    } else if (isClass(callable)) flow.problem('unknown-call', node, name)
    else {
      flow.add(flow.thisOf(callable), self)
      results.push(invoke(flow, callable, given, node))
    }
  }
  return join(...results)
}

/** Something new, or what it was given: nothing is changed, for the user says so. */
function assertedResult(flow: Flow, node: AnyNode, given: Arguments, self: Value, name: string): Value {
  flow.asserted.set(lineOf(node), name)
  const all = join(...given.values, given.rest, self)
  return join(flow.fresh(node, join(all, flow.read(all, ANY_FIELD))), all)
}

function invoke(flow: Flow, fn: FunctionNode, given: Arguments, node: AnyNode): Value {
  if (fn.generator) flow.problem('generator', node, 'a generator')
  flow.reach(fn)
  fn.params.forEach((param, index) => {
    if (param.type === 'RestElement') {
      flow.assign(param.argument, flow.fresh(param, join(...given.values.slice(index), given.rest)), param)
    } else flow.assign(param, join(given.values[index] ?? emptyValue(), given.rest), param)
  })
  return flow.returns(fn)
}

function construct(flow: Flow, target: ClassNode, given: Arguments, made: Value, node: AnyNode): void {
  flow.add(flow.thisOf(target), made)
  if (target.superClass) {
    const base = evaluate(flow, target.superClass)
    const known = [...base.callables].filter(
      (callable): callable is Exclude<Callable, string> => typeof callable !== 'string',
    )
    if (base.things.size > 0) flow.problem('unknown-call', node, 'a superclass')
    for (const parent of known) if (isClass(parent)) construct(flow, parent, given, made, node)
  }
  for (const part of target.body.body) {
    if (part.type === 'PropertyDefinition' && !part.static && part.value) {
      const name = !part.computed && 'name' in part.key ? String(part.key.name) : ANY_FIELD
      flow.write(made, name, evaluate(flow, part.value), part)
    }
    if (part.type === 'MethodDefinition' && part.kind === 'constructor') {
      flow.add(flow.thisOf(part.value), made)
      invoke(flow, part.value as FunctionNode, given, node)
    }
  }
}

function superCall(flow: Flow, node: CallExpression): Value {
  // The superclass's constructor was entered by `construct` with the subclass's arguments; here it gets its own.
  const given = args(flow, node)
  let around = flow.map.functionAround(node)
  while (around !== null && !isClass(around)) around = flow.map.functionAround(around)
  if (around === null || !around.superClass) return emptyValue()
  for (const callable of evaluate(flow, around.superClass).callables) {
    if (isClass(callable as AnyNode)) construct(flow, callable as ClassNode, given, flow.thisOf(around), node)
  }
  return emptyValue()
}

function newBuiltin(flow: Flow, node: AnyNode, name: string, given: Arguments): Value {
  const kind = pureClasses.get(name)
  if (kind === undefined) {
    flow.problem('side-effect', node, name)
    return emptyValue()
  }
  const count = given.values.length
  if (name === 'Date' && (count === 0 || node.type === 'CallExpression')) flow.problem('clock', node, 'new Date()')
  if (name === 'Date' && count > 1) flow.problem('locale', node, 'new Date(year, month, ...)')
  const all = join(...given.values, given.rest)
  const made = flow.fresh(node, join(all, flow.read(all, ANY_FIELD), flow.read(flow.read(all, ANY_FIELD), ANY_FIELD)))
  if (kind !== 'view') return made
  if (all.callables.has(MEMORY)) return join(made, all)
  if ([...all.things].some((thing) => thing.kind === 'outer')) flow.viewsOnUnknown = true
  return join(made, { things: new Set([...all.things].filter((thing) => thing.kind === 'site')), callables: new Set() })
}

function callStatic(flow: Flow, node: CallExpression, object: string, name: string): Value {
  const given = args(flow, node)
  const full = `${object}.${name}`
  if (full === 'Math.random' || object === 'crypto') flow.problem('random', node, full)
  else if (full === 'Date.now' || object === 'performance') flow.problem('clock', node, full)
  else if (object === 'Intl') flow.problem('locale', node, full)
  else if (object === 'Atomics') return onMemory(flow, node, full, given)
  else if (full === 'Buffer.from') return join(flow.fresh(node), ...given.values)
  else {
    const effect = staticFunctions.get(full)
    if (effect === undefined) flow.problem(object === 'console' ? 'side-effect' : 'unknown-call', node, full)
    else return applyEffect(flow, node, effect, given.values[0] ?? given.rest, given, full)
    return emptyValue()
  }
  return flow.fresh(node)
}

function args(flow: Flow, node: CallExpression | NewExpression): Arguments {
  const values: Value[] = []
  let rest = emptyValue()
  for (const argument of node.arguments) {
    if (argument.type === 'SpreadElement') rest = join(rest, evaluate(flow, argument))
    else if (rest.things.size + rest.callables.size > 0) rest = join(rest, evaluate(flow, argument))
    else values.push(evaluate(flow, argument))
  }
  return { values, rest }
}

function isNamespace(name: string): boolean {
  return pureClasses.has(name) || pureGlobals.has(name) || NAMESPACES.has(name)
}

const NAMESPACES = new Set([
  'Math',
  'JSON',
  'Promise',
  'Intl',
  'console',
  'performance',
  'crypto',
  'Buffer',
  'Reflect',
  'Atomics',
])

function textOf(flow: Flow, node: AnyNode): string {
  return flow.map.module.text.slice(node.start, node.end).slice(0, 40)
}
