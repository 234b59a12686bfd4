/** Follows the values of one iteration of a loop, or of one call of a callback. */
import type { AnyNode } from 'acorn'
import { pureGlobals } from '../flow/builtins.ts'
import { evaluate } from '../flow/expressions.ts'
import { Flow } from '../flow/flow.ts'
import { madeAt } from '../flow/made.ts'
import { outerThing, type Value } from '../flow/value.ts'
import type { ModuleMap } from '../syntax/module-map.ts'
import { isFunction } from '../syntax/walk.ts'
import type { Site } from './find.ts'
import { foldOf } from './folds.ts'

/** The flow of one iteration. What the iteration is given exists before it. */
export function flowOf(map: ModuleMap, site: Site, skipped: ReadonlySet<AnyNode>): Flow {
  const home = site.node
  const list = outerThing('item', null)
  const item: Value = { things: new Set(list.inside === null ? [] : [list.inside]), callables: new Set() }
  if (site.kind === 'call') return callFlow(map, site, item, { things: new Set([list]), callables: new Set() })
  const loop = site.node
  const flow = new Flow(map, loop, home, skipped)
  return flow.solve(() => {
    if (loop.type === 'ForOfStatement' || loop.type === 'ForInStatement') {
      const target = loop.left.type === 'VariableDeclaration' ? loop.left.declarations[0]?.id : loop.left
      if (target) flow.assign(target, item, loop.left)
      evaluate(flow, loop.body)
    } else if (loop.type === 'ForStatement') {
      if (loop.init) evaluate(flow, loop.init)
      if (loop.test) evaluate(flow, loop.test)
      if (loop.update) evaluate(flow, loop.update)
      evaluate(flow, loop.body)
    } else {
      evaluate(flow, loop.test)
      evaluate(flow, loop.body)
    }
  })
}

/** @param all the list whose items these are */
function callFlow(map: ModuleMap, site: Extract<Site, { kind: 'call' }>, item: Value, all: Value): Flow {
  const callback = site.node.arguments[site.method === 'from' ? 1 : 0]
  const flow = new Flow(map, callback ?? site.node, site.node)
  const none: Value = { things: new Set(), callables: new Set() }
  // A fold holds one of the items, or something that is only added to.
  const itemAt = site.method === 'reduce' ? 1 : 0
  // A container that is handed on is used in known ways alone.
  const isCollected = foldOf(map, site)?.kind === 'collect'
  return flow.solve(() => {
    if (callback === undefined || callback.type === 'SpreadElement') return
    if (callback.type === 'MemberExpression') {
      memberCallback(flow, callback)
      return
    }
    const value = callbackValue(flow, callback)
    if (value.things.size > 0 || value.callables.size === 0) flow.problem('unknown-call', callback, 'its callback')
    for (const callable of value.callables) {
      if (typeof callable === 'string') {
        // Others take the whole array as their third argument.
        if (!pureGlobals.has(callable)) flow.problem('unknown-call', callback, callable)
        continue
      }
      if (!isFunction(callable)) flow.problem('unknown-call', callback, 'a class')
      else {
        if (callable.generator) flow.problem('generator', callback, 'a generator')
        flow.reach(callable)
        callable.params.forEach((param, index) => {
          if (param.type === 'RestElement') flow.problem('unsupported', param, 'the whole array in a callback')
          else if (index === itemAt + 2 && site.method !== 'from') {
            flow.takesAll = true
            flow.assign(param, all, param)
          } else if (index === 0 && isCollected) flow.assign(param, none, param)
          else flow.assign(param, index <= itemAt ? item : none, param)
        })
      }
    }
  })
}

/** What is called for each item: a function, one by its name, or one that is made there. Whatever else gives one may keep a state. */
function callbackValue(flow: Flow, callback: AnyNode): Value {
  if (isFunction(callback) || callback.type === 'Identifier') return evaluate(flow, callback)
  const made = madeAt(flow.map, callback)
  return made === null ? { things: new Set(), callables: new Set() } : flow.made(made)
}

/** `xs.map(Math.sqrt)`: only functions of Math, which need no `this`. */
function memberCallback(flow: Flow, callback: Extract<AnyNode, { type: 'MemberExpression' }>): void {
  const pure =
    callback.object.type === 'Identifier' &&
    callback.object.name === 'Math' &&
    flow.map.variableOf(callback.object) === null &&
    callback.property.type === 'Identifier' &&
    !TAKES_ALL.has(callback.property.name)
  if (!pure) flow.problem('unknown-call', callback, 'its callback')
}

/** Functions of Math that would look at the whole array, too, and the one that draws. */
const TAKES_ALL = new Set(['max', 'min', 'hypot', 'random'])
