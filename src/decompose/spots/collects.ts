/** Recognises a `reduce` that hands one container from step to step and only adds to it, as a loop would. */
import type { AnyNode, ObjectExpression } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { contains, type FunctionNode, isFunction, walk } from '../syntax/walk.ts'
import { type KeyedSum, sumInCopy } from './keyed-sums.ts'
import { outputOf } from './outputs.ts'
import type { Output } from './plan.ts'
import { isSteady, usesOf } from './steady.ts'
import { tallyInCopy } from './tallies.ts'

/** Containers whose parts are merged in the order of the items. */
type Container = Extract<
  Output,
  { how: 'push' | 'put' | 'set' | 'add' | 'tallyMap' | 'tallyKeys' | 'groupMap' | 'groupKeys' | 'sumMap' | 'sumKeys' }
>

/**
 * What the steps do to the container that they hand on; null when they do anything else with it.
 * @param init what the first step is given
 */
export function collectOf(map: ModuleMap, callback: FunctionNode, held: Variable, init: AnyNode): Container | null {
  const results = resultsOf(callback)?.flatMap(ends) ?? null
  if (results === null || held.references.some((reference) => reference.isWrite())) return null
  const same = results.filter((result) => map.variableOf(result) === held)
  const copies = results.filter((result) => isCopy(map, result, held))
  const chained = results.filter((result) => isChained(map, result, held))
  if (same.length + copies.length + chained.length < results.length) return null
  if (copies.length > 0) return chained.length > 0 ? null : copied(map, held, [...same, ...copies], copies, init)
  const setting = { map, body: callback, counter: null, elsewhere: [], ignored: same }
  const output = outputOf(setting, held)
  return output !== null && isContainer(output) ? output : null
}

/** What a callback may give; null when it may give nothing. */
function resultsOf(callback: FunctionNode): AnyNode[] | null {
  if (callback.body.type !== 'BlockStatement') return [callback.body]
  if (callback.body.body.at(-1)?.type !== 'ReturnStatement') return null
  const results: AnyNode[] = []
  let empty = false
  walk(callback.body, (node) => {
    if (isFunction(node)) return false
    if (node.type !== 'ReturnStatement') return true
    if (node.argument) results.push(node.argument)
    else empty = true
    return true
  })
  return empty ? null : results
}

/** `a` and `b` of `test ? a : b`, and the last of `a, b`. */
function ends(result: AnyNode): AnyNode[] {
  if (result.type === 'ConditionalExpression') return [result.consequent, result.alternate].flatMap(ends)
  if (result.type !== 'SequenceExpression') return [result]
  const last = result.expressions.at(-1)
  return last === undefined ? [result] : ends(last)
}

/** `held.set(...)`, `held.add(...)`: whether that is all they do is for their use to say. */
function isChained(map: ModuleMap, result: AnyNode, held: Variable): boolean {
  if (result.type !== 'CallExpression' || result.callee.type !== 'MemberExpression') return false
  return map.variableOf(result.callee.object) === held
}

/** `({ ...held, [k]: e })`, `({ n: held.n + 1 })`. */
function isCopy(map: ModuleMap, node: AnyNode, held: Variable): node is ObjectExpression {
  if (node.type !== 'ObjectExpression') return false
  const [first] = node.properties
  return first?.type === 'SpreadElement' ? map.variableOf(first.argument) === held : first !== undefined
}

/**
 * Each step makes a new container of the one before and of what it adds. As long as the first is made for this call alone,
 * and holds nothing but primitives, nobody can tell that from one that is changed.
 */
function copied(
  map: ModuleMap,
  held: Variable,
  known: readonly AnyNode[],
  copies: readonly AnyNode[],
  init: AnyNode,
): Container | null {
  const elsewhere = held.references.some(({ identifier }) => !known.some((range) => contains(range, identifier)))
  if (!isBareLiteral(init) || elsewhere) return null
  const uses = copies.flatMap((copy) => copyUses(map, held, copy, init))
  const hows = new Set(uses.map((use) => use?.how))
  const addends = uses.flatMap((use) => (use?.how === 'sumKeys' ? use.addends : []))
  if (addends.length > 0 && hows.delete('tallyKeys')) hows.add('sumKeys')
  const [how] = hows
  if (hows.size !== 1 || how === undefined || how === 'sumMap') return null
  return how === 'sumKeys' ? { how, variable: held, addends } : { how, variable: held }
}

/** `{}`, `{ n: 0 }`. */
function isBareLiteral(init: AnyNode): boolean {
  if (init.type !== 'ObjectExpression') return false
  return init.properties.every(
    (property) =>
      property.type === 'Property' && !property.computed && property.value.type === 'Literal' && !isProto(property.key),
  )
}

function isProto(key: AnyNode): boolean {
  return (
    (key.type === 'Identifier' && key.name === '__proto__') || (key.type === 'Literal' && key.value === '__proto__')
  )
}

type CopyUse = { readonly how: 'put' | 'tallyKeys' | 'groupKeys' } | KeyedSum | undefined

/** What a copy adds to what was held, property by property; undefined among them when that is unknown. */
function copyUses(map: ModuleMap, held: Variable, copy: AnyNode, init: AnyNode): CopyUse[] {
  if (copy.type !== 'ObjectExpression' || init.type !== 'ObjectExpression') return [undefined]
  const [first, ...others] = copy.properties
  if (first?.type === 'SpreadElement' && others.length > 0)
    return others.map((property) => propertyUse(map, held, property))
  // Without what was held before, it has to have all the same keys.
  const keys = copy.properties.map(keyOf)
  const same =
    keys.length === init.properties.length &&
    init.properties.every((property, at) => keys[at] !== null && keyOf(property) === keys[at])
  const uses = copy.properties.map((property) => propertyUse(map, held, property))
  return same && uses.every((use) => use?.how === 'tallyKeys' || use?.how === 'sumKeys') ? uses : [undefined]
}

/** The name of a property; null for one that is no name in the text. */
function keyOf(property: AnyNode): string | null {
  if (property.type !== 'Property' || property.computed || property.key.type !== 'Identifier') return null
  return property.key.name
}

function propertyUse(map: ModuleMap, held: Variable, property: AnyNode): CopyUse {
  if (property.type !== 'Property' || property.kind !== 'init' || property.method || property.shorthand)
    return undefined
  const { key, value, computed } = property
  if (usesOf(held, key) > 0 || (!computed && (key.type !== 'Identifier' || isProto(key)))) return undefined
  if (usesOf(held, value) === 0) return { how: 'put' }
  const steady = (node: AnyNode): boolean => isSteady(map, held, node)
  const tally = tallyInCopy(map, held, key, value, steady)
  if (tally === 'tallyKeys' || tally === 'groupKeys') return { how: tally }
  return sumInCopy(map, held, key, value, steady) ?? undefined
}

function isContainer(output: Output): output is Container {
  return /^(push|put|set|add|tallyMap|tallyKeys|groupMap|groupKeys|sumMap|sumKeys)$/.test(output.how)
}
