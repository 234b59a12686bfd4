/** Tells whether the container of an output may be known by a second name, as far as the function around shows it. */
import type { AnyNode } from 'acorn'
import type { Flow } from '../flow/flow.ts'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { contains, type FunctionNode, isFunction, isLoop, walk } from '../syntax/walk.ts'
import type { Site } from './find.ts'
import { makesNew, originOf } from './origins.ts'
import { isScalar, type Output } from './plan.ts'

/** An output container with a second name among the captured variables: for certain, or maybe, which the run shows. */
export interface SecondName {
  readonly variable: Variable
  readonly certain: boolean
}

/** The second name of an output; null when no output can have one. A certain one is told before others. */
export function secondName(
  map: ModuleMap,
  site: Site,
  body: { start: number; end: number },
  outputs: ReadonlyMap<Variable, Output>,
  around: Flow | null,
): SecondName | null {
  let maybe: SecondName | null = null
  for (const output of outputs.values()) {
    const { variable } = output
    if (isScalar(output.how)) continue
    const captured = [...capturedIn(map, body, variable)]
    const others = captured.filter((other) => output.how !== 'cells' || !atSameIndex(map, body, variable, other))
    const given = others.map((other) => sameArguments(map, variable, other))
    const same = others.some((other) => isSame(map, variable, other))
    if (same || given.includes('always')) return { variable, certain: true }
    if (given.includes('sometimes')) maybe = { variable, certain: false }
    if (isJustMade(map, variable, site.node) || around === null) continue
    const mine = around.variableValue(variable).things
    for (const other of others) {
      const { things } = around.variableValue(other)
      if ([...things].some((thing) => thing.kind === 'site' && mine.has(thing))) maybe = { variable, certain: false }
    }
  }
  return maybe
}

function isSame(map: ModuleMap, a: Variable, b: Variable): boolean {
  const [first, second] = [a.identifiers[0], b.identifiers[0]]
  return first !== undefined && second !== undefined && originOf(map, first) === originOf(map, second)
}

/** `out[i] = xs[i]`: the two meet nowhere but in their own cell, whether they are one or not. */
function atSameIndex(map: ModuleMap, body: { start: number; end: number }, a: Variable, b: Variable): boolean {
  const indices = new Set<string>()
  for (const { identifier } of [...a.references, ...b.references]) {
    if (!contains(body, identifier)) continue
    const member = map.parentOf(identifier)
    if (member?.type !== 'MemberExpression' || member.object !== identifier || !member.computed) return false
    indices.add(map.module.text.slice(member.property.start, member.property.end))
  }
  return indices.size === 1
}

/** Two parameters of one function that its calls give the same object. */
function sameArguments(map: ModuleMap, a: Variable, b: Variable): 'always' | 'sometimes' | 'never' {
  const [fn, other] = [a, b].map((variable) => variable.defs[0]?.node)
  if (!isFunction(fn) || fn !== other || a.defs[0]?.type !== 'Parameter') return 'never'
  const [at, otherAt] = [a, b].map((variable) => fn.params.findIndex((param) => map.variableOf(param) === variable))
  const pairs = callsOf(map, fn).map((call) => [call.arguments[at ?? -1], call.arguments[otherAt ?? -1]] as const)
  const same = pairs.filter(([x, y]) => !!x && !!y && originOf(map, x) === originOf(map, y))
  if (same.length === 0) return 'never'
  return same.length === pairs.length ? 'always' : 'sometimes'
}

function callsOf(map: ModuleMap, fn: FunctionNode): Extract<AnyNode, { type: 'CallExpression' }>[] {
  const name = fn.id ?? map.parentOf(fn)
  const variable = name?.type === 'VariableDeclarator' ? map.variableOf(name.id) : name ? map.variableOf(name) : null
  return (variable?.references ?? []).flatMap(({ identifier }) => {
    const call = map.parentOf(identifier)
    return call?.type === 'CallExpression' && call.callee === identifier ? [call] : []
  })
}

/** Made new by its own declaration shortly before the spot, and not handed to anyone in between. */
function isJustMade(map: ModuleMap, variable: Variable, spot: AnyNode): boolean {
  const definition = variable.defs[0]
  if (definition?.node.type !== 'VariableDeclarator' || definition.parent?.type !== 'VariableDeclaration') return false
  const { init, id } = definition.node
  if (!init || id.type !== 'Identifier' || !makesNew(map, init)) return false
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
