/** Pipelines: array calls in a row, as one function that gives for an item what comes out at their end. */
import type { SpotMeta } from '../codegen/meta.ts'
import { callOn, pushFlat } from './call-visit.ts'

export type Callback = (item: unknown, index: number) => unknown

/** @returns for one item, all that comes out at the end. */
export function composed(methods: SpotMeta['stages'], callbacks: readonly Callback[]): Callback {
  return (item, index) => {
    let held: unknown[] = [item]
    methods.forEach((method, stage) => {
      // Called as a plain name: `this` is undefined, as it is for the builtin.
      const callback = callbacks[stage]
      if (callback !== undefined) held = passed(method, callback, held, index)
    })
    return held
  }
}

function passed(method: string, callback: Callback, held: readonly unknown[], index: number): unknown[] {
  const next: unknown[] = []
  for (const item of held) {
    const result = callback(item, index)
    if (method === 'map') next.push(result)
    else if (method === 'filter') {
      if (result) next.push(item)
    } else if (Array.isArray(result)) pushFlat(next, result)
    else next.push(result)
  }
  return next
}

/** The calls as the user wrote them. */
export function plainPipeline(meta: SpotMeta, receiver: unknown, callbacks: readonly unknown[]): unknown {
  let value = receiver
  let name = meta.receiver
  meta.stages.forEach((method, stage) => {
    value = callOn(value, method, name, [callbacks[stage]])
    name += `.${method}(...)`
  })
  return value
}

/** Only lists without holes: what calls make of holes depends on the call. */
export function isPiped(receiver: unknown, callbacks: readonly unknown[]): receiver is unknown[] {
  if (!Array.isArray(receiver) || !callbacks.every((callback) => typeof callback === 'function')) return false
  for (let index = 0; index < receiver.length; index++) if (!(index in receiver)) return false
  return true
}
