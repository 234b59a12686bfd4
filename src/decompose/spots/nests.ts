/** Recognises two loops that are one: every pair of an outer and an inner item is an item of its own. */
import type { AnyNode, ForOfStatement, ForStatement } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { contains, lineOf, walk } from '../syntax/walk.ts'
import { exitsOf } from './exits.ts'
import type { Site } from './find.ts'
import { type Output, type Shape, variablesOf } from './plan.ts'
import { headPartsOf, isInvariantForm, shapeOf } from './shape.ts'

/** The inner loop of a nest, which goes over the same items each time. */
export interface Nest {
  readonly node: ForOfStatement | ForStatement
  readonly shape: Extract<Shape, { kind: 'of' | 'range' }>
}

/** Outputs that are merged in the order of the items, whatever these are. */
const IN_ORDER: ReadonlySet<Output['how']> = new Set([
  ...([
    'push',
    'put',
    'set',
    'add',
    'count',
    'tallyMap',
    'tallyKeys',
    'sumMap',
    'sumKeys',
    'max',
    'min',
    'sum',
    'best',
    'groupMap',
    'groupKeys',
  ] as const),
])

/** The nest that a loop and the loop in it make up; null when the inner one is not the same for all outer items. */
export function nestOf(map: ModuleMap, site: Site, shape: Shape, outputs: readonly Output[]): Nest | null {
  if (site.kind !== 'loop' || !isSimple(shape) || !outputs.every(({ how }) => IN_ORDER.has(how))) return null
  const node = onlyStatement(site.node.body)
  if (node.type !== 'ForOfStatement' && node.type !== 'ForStatement') return null
  const inner = shapeOf(map, { kind: 'loop', node, line: lineOf(node) })
  if (inner === null || !isSimple(inner) || exitsOf(node, []).length > 0) return null
  const head = headOf(node, inner)
  const given = new Set<Variable>(outputs.flatMap(variablesOf))
  if (!head.every((part) => isInvariantForm(part) && isFixed(map, part, site.node, given))) return null
  return { node, shape: inner }
}

/** What an inner loop goes over: a list, or the two ends of a range. */
export function headOf(node: ForOfStatement | ForStatement, shape: Nest['shape']): readonly AnyNode[] {
  if (node.type === 'ForOfStatement') return [node.right]
  return shape.kind === 'range' && shape.first !== null ? [shape.first, shape.end] : []
}

function isSimple(shape: Shape): shape is Nest['shape'] {
  if (shape.kind === 'of') return true
  return (
    shape.kind === 'range' &&
    shape.first !== null &&
    !shape.outlives &&
    headPartsOf(shape).length === 1 &&
    shape.step > 0
  )
}

/** A loop that is all there is in the body of the loop around it. */
export function onlyStatement(body: AnyNode): AnyNode {
  const [first] = body.type === 'BlockStatement' ? body.body : []
  return body.type === 'BlockStatement' && body.body.length === 1 && first !== undefined ? first : body
}

/** Names nothing that the nest declares or gives out, and is written on one line without comments. */
function isFixed(map: ModuleMap, part: AnyNode, loop: AnyNode, given: ReadonlySet<Variable>): boolean {
  let fixed = !/[\n\r\u2028\u2029]|\/[/*]/.test(map.module.text.slice(part.start, part.end))
  walk(part, (node) => {
    const variable = node.type === 'Identifier' ? map.variableOf(node) : null
    if (variable !== null && (given.has(variable) || contains(loop, variable.scope.block))) fixed = false
    return fixed
  })
  return fixed
}
