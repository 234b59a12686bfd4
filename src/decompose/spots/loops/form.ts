/** Where a loop can be looked at: between stretches of it, or only in its own passes. */
import type { AnyNode } from 'acorn'
import type { ModuleMap } from '../../syntax/module-map.ts'
import type { Variable } from '../../syntax/parse.ts'
import { contains, isFunction, isLoop, walk } from '../../syntax/walk.ts'
import type { Site } from '../find.ts'
import { shapeOf } from '../shape.ts'

/** `strip`: a counted loop in stretches; `between`: any loop in stretches; `within`: in its passes. */
export type LoopForm = 'strip' | 'between' | 'within'

/** How a counted loop counts. */
export interface Strip {
  readonly counter: Variable
  readonly step: number
  readonly closed: boolean
}

export function formOf(map: ModuleMap, site: Site): { readonly form: LoopForm; readonly strip: Strip | null } {
  const { node } = site
  if (node.type === 'ForOfStatement' || node.type === 'ForInStatement') return { form: 'within', strip: null }
  // Each pass has bindings of its own, and somebody keeps those of an earlier one.
  if (node.type === 'ForStatement' && isSeenByClosures(map, node)) return { form: 'within', strip: null }
  const strip = stripOf(map, site)
  return { form: strip === null ? 'between' : 'strip', strip }
}

/** A few steps of plain arithmetic: over before anybody could look. */
export function isShort(map: ModuleMap, site: Site): boolean {
  // To look in each pass costs as much as such a pass itself.
  if (formOf(map, site).form === 'within') return isPlain(site)
  const shape = shapeOf(map, site)
  if (shape?.kind !== 'range' || shape.end.type !== 'Literal' || !(Number(shape.end.value) <= SHORT_PASSES))
    return false
  return isPlain(site)
}

function isPlain({ node }: Site): boolean {
  let plain = true
  walk('body' in node ? node.body : node, (at) => {
    if (isLoop(at) || /^(Call|New|Await)Expression$/.test(at.type)) plain = false
    return plain
  })
  return plain
}

const SHORT_PASSES = 10_000

function stripOf(map: ModuleMap, site: Site): Strip | null {
  const { node } = site
  const shape = shapeOf(map, site)
  if (shape?.kind !== 'range' || node.type !== 'ForStatement' || !node.update || !Number.isInteger(shape.step))
    return null
  const { step, by, ahead } = shape
  if (step < 1 || by !== null || ahead !== null) return null
  const isPlain = node.test?.type === 'BinaryExpression' && map.variableOf(node.test.left) === shape.counter
  return isPlain && isFixed(map, shape.end) ? { counter: shape.counter, step: shape.step, closed: shape.closed } : null
}

/** The same number whenever it is read. */
function isFixed(map: ModuleMap, end: AnyNode): boolean {
  if (end.type === 'Literal') return typeof end.value === 'number'
  const variable = end.type === 'Identifier' ? map.variableOf(end) : null
  return variable?.references.every((reference) => !reference.isWrite() || reference.init === true) ?? false
}

function isSeenByClosures(map: ModuleMap, loop: AnyNode): boolean {
  const around = map.functionAround(loop)
  return map.module.scopes.some(
    (scope) =>
      scope.block === loop &&
      scope.variables.some((variable) =>
        variable.references.some(({ identifier }) => {
          const fn = map.functionAround(identifier)
          return fn !== around && isFunction(fn) && contains(loop, fn)
        }),
      ),
  )
}
