/** Recognises code that only lets time pass: it reads and changes nothing, wherever it runs. */
import type { AnyNode, CallExpression } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Arguments } from './calls.ts'
import type { Flow } from './flow.ts'
import { emptyValue, type Value } from './value.ts'

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

/** `Atomics.wait(view, ...)` and the like: on memory made in the iteration nobody else is there to see or wake it. */
export function onMemory(flow: Flow, node: AnyNode, full: string, given: Arguments): Value {
  const view = given.values[0] ?? emptyValue()
  const own = view.things.size > 0 && [...view.things].every((thing) => thing.kind === 'site')
  if (!own || view.callables.size > 0 || full === 'Atomics.waitAsync') flow.problem('side-effect', node, full)
  return emptyValue()
}
