/** Tells whether the container of an output may be known by a second name, as far as the function around shows it. */
import type { AnyNode } from 'acorn'
import type { Flow } from '../flow/flow.ts'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { contains, isFunction, isLoop, walk } from '../syntax/walk.ts'
import type { Site } from './find.ts'
import { isScalar, type Output } from './plan.ts'
import type { Obstacle } from './reasons.ts'

/** An output container that another captured variable may be, too. */
export function aliased(
  map: ModuleMap,
  site: Site,
  body: { start: number; end: number },
  outputs: ReadonlyMap<Variable, Output>,
  around: Flow | null,
): Obstacle | null {
  if (around === null) return null
  for (const output of outputs.values()) {
    if (isScalar(output.how)) continue
    if (isJustMade(map, output.variable, site.node)) continue
    const mine = around.variableValue(output.variable).things
    for (const other of capturedIn(map, body, output.variable)) {
      for (const thing of around.variableValue(other).things) {
        if (thing.kind === 'site' && mine.has(thing))
          return { reason: 'alias', name: output.variable.name, line: site.line }
      }
    }
  }
  return null
}

/** Made new by its own declaration shortly before the spot, and not handed to anyone in between. */
function isJustMade(map: ModuleMap, variable: Variable, spot: AnyNode): boolean {
  const definition = variable.defs[0]
  if (definition?.node.type !== 'VariableDeclarator' || definition.parent?.type !== 'VariableDeclaration') return false
  const { init, id } = definition.node
  const made = init?.type === 'ArrayExpression' || init?.type === 'ObjectExpression' || init?.type === 'NewExpression'
  if (!made || id.type !== 'Identifier' || definition.parent.kind !== 'const') return false
  if (init.type === 'NewExpression' && (init.callee.type !== 'Identifier' || map.variableOf(init.callee) !== null))
    return false
  if (loopAround(map, definition.node) !== loopAround(map, spot)) return false
  return variable.references.every(({ identifier, init: first }) => {
    if (first === true || identifier.start >= spot.start) return true
    const parent = map.parentOf(identifier)
    return (
      parent?.type === 'MemberExpression' &&
      parent.object === identifier &&
      map.parentOf(parent)?.type !== 'CallExpression'
    )
  })
}

/** The nearest loop or function around a node. */
function loopAround(map: ModuleMap, node: AnyNode): AnyNode | null {
  for (let at = map.parentOf(node); at !== null; at = map.parentOf(at)) if (isLoop(at) || isFunction(at)) return at
  return null
}

function capturedIn(map: ModuleMap, body: { start: number; end: number }, except: Variable): Set<Variable> {
  const captured = new Set<Variable>()
  walk(body as AnyNode, (node) => {
    const variable = node.type === 'Identifier' ? map.variableOf(node) : null
    if (variable !== null && variable !== except && !contains(body, variable.scope.block)) captured.add(variable)
  })
  return captured
}
