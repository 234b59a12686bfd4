/** How a site's iterations are enumerated, and where its own code ends early. */
import type { AnyNode, Expression, ForStatement } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { contains, isFunction } from '../syntax/walk.ts'
import { stepOf } from './affine.ts'
import type { LoopNode, Site } from './find.ts'
import { foldOf } from './folds.ts'
import type { Shape } from './plan.ts'

const PARALLEL_METHODS = new Set([
  ...['map', 'filter', 'flatMap', 'forEach', 'from'],
  ...['some', 'every', 'find', 'findIndex'],
])

/** The shape of a site whose iterations might run apart; null when they cannot be enumerated beforehand. */
export function shapeOf(map: ModuleMap, site: Site): Shape | null {
  if (site.kind === 'loop') return loopShape(map, site.node)
  const fold = foldOf(map, site)
  const callback = site.node.arguments[site.method === 'from' ? 1 : 0]
  if (
    (fold === null && !PARALLEL_METHODS.has(site.method)) ||
    callback === undefined ||
    callback.type === 'SpreadElement'
  )
    return null
  if (site.node.optional || (fold === null && site.node.arguments.length !== (site.method === 'from' ? 2 : 1)))
    return null
  if (site.node.callee.type === 'MemberExpression' && site.node.callee.optional) return null
  return { kind: 'call', method: site.method as 'map', callback, fold }
}

function loopShape(map: ModuleMap, loop: LoopNode): Shape | null {
  if (loop.type === 'ForOfStatement') {
    if (loop.await || loop.left.type !== 'VariableDeclaration' || loop.left.kind === 'var') return null
    return { kind: 'of' }
  }
  return loop.type === 'ForStatement' ? rangeShape(map, loop) : null
}

function rangeShape(map: ModuleMap, loop: ForStatement): Shape | null {
  const { init, test } = loop
  if (init?.type !== 'VariableDeclaration' || init.kind !== 'let' || init.declarations.length !== 1) return null
  const [declarator] = init.declarations
  if (!declarator?.init || declarator.id.type !== 'Identifier') return null
  const counter = map.variableOf(declarator.id)
  if (counter === null || test?.type !== 'BinaryExpression' || (test.operator !== '<' && test.operator !== '<='))
    return null
  if (map.variableOf(test.left) !== counter) return null
  const step = stepOf(map, loop, counter)
  const plain = counter.references.every(
    (r) => !r.isWrite() || r.init === true || (loop.update && contains(loop.update, r.identifier)),
  )
  if (step === null || !plain || !isInvariantForm(test.right)) return null
  return { kind: 'range', counter, first: declarator.init, end: test.right, closed: test.operator === '<=', step }
}

/** Names, constants, property paths and arithmetic: reading them twice gives the same. */
function isInvariantForm(node: Expression | AnyNode): boolean {
  switch (node.type) {
    case 'Literal':
    case 'Identifier':
      return true
    case 'MemberExpression':
      return !node.computed && node.property.type === 'Identifier' && isInvariantForm(node.object)
    case 'BinaryExpression':
      return isInvariantForm(node.left) && isInvariantForm(node.right)
    case 'UnaryExpression':
      return node.operator === '-' && isInvariantForm(node.argument)
    case 'CallExpression':
      return (
        node.callee.type === 'MemberExpression' &&
        node.callee.object.type === 'Identifier' &&
        node.callee.object.name === 'Math' &&
        node.callee.property.type === 'Identifier' &&
        node.callee.property.name !== 'random' &&
        node.arguments.every((argument) => argument.type !== 'SpreadElement' && isInvariantForm(argument))
      )
    default:
      return false
  }
}

/** The index variable of an iteration: a loop's counter, or the callback's second parameter. */
export function counterOf(map: ModuleMap, shape: Shape): Variable | null {
  if (shape.kind === 'range') return shape.counter
  if (shape.kind !== 'call' || shape.fold !== null || !isFunction(shape.callback)) return null
  const index = shape.callback.params[1]
  if (index?.type !== 'Identifier') return null
  const variable = map.variableOf(index)
  return variable?.references.some((r) => r.isWrite()) ? null : variable
}
