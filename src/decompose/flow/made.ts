/** Functions that other functions make: `const scale = makeScaler(xs)`, where `makeScaler` gives `(x) => (x - low) / span`. */
import type { AnyNode } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { contains, type FunctionNode, isFunction, walk } from '../syntax/walk.ts'

/** A constant that holds a made function, which keeps nothing for itself but what it was made with. */
export interface Made {
  readonly variable: Variable
  readonly maker: FunctionNode
  /** What the maker gives: the function, or its name. */
  readonly result: AnyNode
  readonly fn: FunctionNode
  /** Variables of the maker that the function reads; nothing ever sets them again. */
  readonly environment: readonly Variable[]
  /** Functions of the maker that the function calls. */
  readonly besides: readonly Variable[]
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

function findMade(map: ModuleMap, variable: Variable): Made | null {
  const [definition] = variable.defs
  if (definition?.node.type !== 'VariableDeclarator' || variable.defs.length !== 1 || isSetAgain(variable)) return null
  const { id, init } = definition.node
  if (id.type !== 'Identifier' || init?.type !== 'CallExpression' || init.callee.type !== 'Identifier') return null
  const called = map.variableOf(init.callee)
  const maker = called === null ? null : map.callableOf(called)
  if (!isFunction(maker) || maker.async || maker.generator || contains(maker, definition.node)) return null
  const result = onlyResult(maker)
  const named = result?.type === 'Identifier' ? map.variableOf(result) : null
  const fn = named === null ? result : map.callableOf(named)
  if (result === null || !isFunction(fn) || !contains(maker, fn) || fn.async || fn.generator) return null
  const parts = partsOf(map, maker, fn)
  return parts === null ? null : { variable, maker, result, fn, ...parts }
}

function isSetAgain(variable: Variable): boolean {
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

/** What of its maker a function reads; null when it, or anything beside it, changes that. */
function partsOf(map: ModuleMap, maker: FunctionNode, fn: FunctionNode): Pick<Made, 'environment' | 'besides'> | null {
  const environment = new Set<Variable>()
  const besides = new Set<Variable>()
  const queue: FunctionNode[] = [fn]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (usesThis(next)) return null
    for (const name of map.namesIn(next)) {
      const variable = map.variableOf(name)
      if (variable === null || contains(next, variable.scope.block) || !contains(maker, variable.scope.block)) continue
      if (variable.defs.length !== 1 || isSetAgain(variable)) return null
      const callable = map.callableOf(variable)
      if (callable === null) environment.add(variable)
      else if (callable === fn || besides.has(variable)) continue
      else if (!isFunction(callable) || variable.scope.block !== maker) return null
      else {
        besides.add(variable)
        queue.push(callable)
      }
    }
  }
  return { environment: [...environment], besides: [...besides] }
}

function usesThis(fn: FunctionNode): boolean {
  let found = false
  walk(fn, (node) => {
    if (node.type === 'ThisExpression' || node.type === 'Super' || node.type === 'MetaProperty') found = true
    if (node.type === 'Identifier' && node.name === 'arguments') found = true
    return !found
  })
  return found
}
