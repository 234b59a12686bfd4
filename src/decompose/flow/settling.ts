/** Evaluates what promises are settled with, and what goes on from them. */
import type { CallExpression, Identifier, MemberExpression } from 'acorn'
import { isFunction } from '../syntax/walk.ts'
import { type Arguments, callValue } from './calls.ts'
import type { Flow } from './flow.ts'
import { executorWith, settledBy } from './promises.ts'
import { emptyValue, join, type Value } from './value.ts'

/** Looks at `resolve(x)`, `reject(error)` and the timer of an executor; false for every other call. */
export function settles(flow: Flow, node: CallExpression, callee: Identifier, given: Arguments): boolean {
  const timed = callee.name === 'setTimeout' ? executorWith(flow.map, node) : null
  if (timed !== null) {
    flow.waits = true
    const [callback] = node.arguments
    if (isFunction(callback)) flow.reach(callback)
    else flow.add(flow.returns(timed.fn), join(...given.values.slice(2)))
    return true
  }
  const executor = settledBy(flow.map, callee)
  if (executor === null) return false
  const resolves = flow.map.variableOf(callee) === executor.resolve
  flow.add(resolves ? flow.returns(executor.fn) : flow.thrown, join(...given.values, given.rest))
  return true
}

/** `.then(f, g)`, `.catch(f)`, `.finally(f)`: what is awaited is what it was, or what the functions give. */
export function goneOn(
  flow: Flow,
  node: CallExpression & { callee: MemberExpression },
  awaited: Value,
  given: Arguments,
): Value {
  const name = node.callee.property.type === 'Identifier' ? node.callee.property.name : ''
  const failed = join(flow.thrown, flow.fresh(node))
  const taken = name === 'then' ? [awaited, failed] : name === 'catch' ? [failed] : []
  const results = given.values.map((callback, index) => {
    if (callback.callables.size === 0) return emptyValue()
    const values = [taken[index] ?? emptyValue()]
    return callValue(flow, callback, { values, rest: emptyValue() }, emptyValue(), node, name)
  })
  return join(awaited, ...results)
}
