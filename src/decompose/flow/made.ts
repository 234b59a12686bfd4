/**
 * Functions that other functions make: `const scale = makeScaler(xs)`, where `makeScaler` gives `(x) => (x - low) / span`;
 * and sets of them: `const model = train(rows)`, where `train` gives `{ predict, explain }`.
 */
import type { AnyNode } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { contains, type FunctionNode, isFunction, walk } from '../syntax/walk.ts'

/** A constant that holds a made function, or a set of them, which keeps nothing for itself but what it was made with. */
export interface Made {
  readonly variable: Variable
  readonly maker: FunctionNode
  /** What the maker gives: the function, its name, or the literal with all of them. */
  readonly result: AnyNode
  /** The made function; for a set of them, by name. */
  readonly functions: FunctionNode | ReadonlyMap<string, FunctionNode>
  /** The one that the constant holds of a set, as in `const { predict } = train(rows)`. */
  readonly picked: string | null
  /** Variables of the maker that the functions read; nothing ever sets them again. */
  readonly environment: readonly Variable[]
  /** Functions of the maker that go along: those that are called, and those that the result names. */
  readonly besides: readonly Variable[]
}

/** All functions that a constant may call. */
export function functionsOf({ functions }: Made): readonly FunctionNode[] {
  return isFunction(functions as AnyNode)
    ? [functions as FunctionNode]
    : [...(functions as Map<string, FunctionNode>).values()]
}

const known = new WeakMap<Variable, { readonly made: Made | null }>()

/** The made function that a constant holds; null for everything else, and for functions with a state of their own. */
export function madeBy(map: ModuleMap, variable: Variable): Made | null {
  const held = known.get(variable)
  if (held !== undefined) return held.made
  known.set(variable, { made: null })
  const made = findMade(map, variable)
  known.set(variable, { made })
  return made
}

/** The name of a function that is made where it is handed to an array method. */
export const MADE_THERE = '$c'

const knownCalls = new WeakMap<AnyNode, { readonly made: Made | null }>()

/** The function that a call makes, as in `xs.map(scale(k))`; null for everything else, and for functions with a state of their own. */
export function madeAt(map: ModuleMap, call: AnyNode): Made | null {
  const held = knownCalls.get(call)
  if (held !== undefined) return held.made
  const found = findMaking(map, call)
  const scope = { type: 'function', block: call, variables: [], references: [] }
  const variable: Variable = { name: MADE_THERE, scope, defs: [], references: [], identifiers: [] }
  const made = found === null || found.functions instanceof Map ? null : { variable, picked: null, ...found }
  knownCalls.set(call, { made })
  return made
}

function findMade(map: ModuleMap, variable: Variable): Made | null {
  const [definition] = variable.defs
  if (definition?.node.type !== 'VariableDeclarator' || variable.defs.length !== 1 || isSetAgain(variable)) return null
  const { id, init } = definition.node
  const picked = id.type === 'ObjectPattern' ? pickedBy(map, id, variable) : null
  if ((id.type !== 'Identifier' && picked === null) || !init) return null
  const found = findMaking(map, init)
  if (found === null || contains(found.maker, definition.node)) return null
  const { functions } = found
  const isSet = functions instanceof Map
  if (isSet !== (picked !== null) && !(isSet && isAskedByName(map, variable, functions))) return null
  if (picked !== null && !(isSet && functions.has(picked))) return null
  return { variable, picked, ...found }
}

/** What a call makes. */
function findMaking(map: ModuleMap, call: AnyNode): Omit<Made, 'variable' | 'picked'> | null {
  if (call.type !== 'CallExpression' || call.callee.type !== 'Identifier') return null
  const called = map.variableOf(call.callee)
  const maker = called === null ? null : map.callableOf(called)
  if (!isFunction(maker) || maker.async || maker.generator || contains(maker, call)) return null
  const result = onlyResult(maker)
  const functions = result === null ? null : functionsIn(map, maker, result)
  if (result === null || functions === null) return null
  const named = [...map.namesIn(result)].map((name) => map.variableOf(name))
  const own = functions instanceof Map ? [...functions.values()] : [functions as FunctionNode]
  const parts = partsOf(map, maker, own, named)
  return parts === null ? null : { maker, result, functions, ...parts }
}

/** `predict` of `const { predict } = train(rows)`, and `f` of `{ predict: f }`. */
function pickedBy(map: ModuleMap, id: Extract<AnyNode, { type: 'ObjectPattern' }>, variable: Variable): string | null {
  for (const property of id.properties) {
    if (property.type !== 'Property' || property.computed || property.key.type !== 'Identifier') continue
    if (property.value.type === 'Identifier' && map.variableOf(property.value) === variable) return property.key.name
  }
  return null
}

/** The function that a result is, or those that are in it; null when anything else may be. */
function functionsIn(
  map: ModuleMap,
  maker: FunctionNode,
  result: AnyNode,
): FunctionNode | ReadonlyMap<string, FunctionNode> | null {
  const functionOf = (node: AnyNode): FunctionNode | null => {
    const named = node.type === 'Identifier' ? map.variableOf(node) : null
    const fn = named === null ? node : map.callableOf(named)
    return isFunction(fn) && contains(maker, fn) && !fn.async && !fn.generator ? fn : null
  }
  if (result.type !== 'ObjectExpression') return functionOf(result)
  const functions = new Map<string, FunctionNode>()
  for (const property of result.properties) {
    if (property.type !== 'Property' || property.kind !== 'init' || property.computed) return null
    const fn = functionOf(property.value)
    if (fn === null || property.key.type !== 'Identifier' || property.key.name === '__proto__') return null
    functions.set(property.key.name, fn)
  }
  return functions.size > 0 ? functions : null
}

/** A set of functions of which nothing is done but calling them by their names. */
function isAskedByName(map: ModuleMap, variable: Variable, functions: ReadonlyMap<string, FunctionNode>): boolean {
  return variable.references.every(({ identifier, init }) => {
    if (init === true) return true
    const member = map.parentOf(identifier)
    if (member?.type !== 'MemberExpression' || member.object !== identifier || member.computed) return false
    const call = map.parentOf(member)
    const isCalled = call?.type === 'CallExpression' && call.callee === member
    return isCalled && member.property.type === 'Identifier' && functions.has(member.property.name)
  })
}

export function isSetAgain(variable: Variable): boolean {
  return variable.references.some((reference) => reference.isWrite() && reference.init !== true)
}

function onlyResult(maker: FunctionNode): AnyNode | null {
  if (maker.body.type !== 'BlockStatement') return maker.body
  const results: (AnyNode | null)[] = []
  walk(maker.body, (node) => {
    if (node.type === 'ReturnStatement') results.push(node.argument ?? null)
    return !isFunction(node)
  })
  return results.length === 1 && maker.body.body.at(-1)?.type === 'ReturnStatement' ? (results[0] ?? null) : null
}

/**
 * What of their maker functions read; null when they, or anything beside them, change that.
 * @param named what the result names
 */
function partsOf(
  map: ModuleMap,
  maker: FunctionNode,
  functions: readonly FunctionNode[],
  named: readonly (Variable | null)[],
): Pick<Made, 'environment' | 'besides'> | null {
  const environment = new Set<Variable>()
  const besides = new Set<Variable>()
  const queue: FunctionNode[] = [...functions]
  for (const variable of named) {
    if (variable !== null && functions.some((fn) => map.callableOf(variable) === fn)) besides.add(variable)
  }
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (usesThis(next)) return null
    for (const name of map.namesIn(next)) {
      const variable = map.variableOf(name)
      if (variable === null || contains(next, variable.scope.block) || !contains(maker, variable.scope.block)) continue
      if (variable.defs.length !== 1 || isSetAgain(variable)) return null
      const callable = map.callableOf(variable)
      if (callable === null) environment.add(variable)
      else if (besides.has(variable) || callable === next) continue
      else if (!isFunction(callable) || variable.scope.block !== maker) return null
      else {
        besides.add(variable)
        queue.push(callable)
      }
    }
  }
  return { environment: [...environment], besides: [...besides] }
}

export function usesThis(fn: FunctionNode): boolean {
  let found = false
  walk(fn, (node) => {
    if (node.type === 'ThisExpression' || node.type === 'Super' || node.type === 'MetaProperty') found = true
    if (node.type === 'Identifier' && node.name === 'arguments') found = true
    return !found
  })
  return found
}
