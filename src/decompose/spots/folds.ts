/** Recognises folds whose heavy part is independent, and folds that only pick one of the items. */
import type { AnyNode, BinaryExpression, CallExpression, MemberExpression } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { contains, type FunctionNode, isFunction, isLoop, walk } from '../syntax/walk.ts'
import { collectOf } from './collects.ts'
import type { Site } from './find.ts'
import { mayBeIntegers } from './integers.ts'
import { mayAddIntegers } from './keyed-sums.ts'
import type { Output } from './plan.ts'
import { mathName } from './steady.ts'

/** How a `reduce` is taken apart. */
export type Fold =
  /** `(a, x) => a + f(x)`: shards compute `f(x)`, the root adds in order. `cut` is the text of `a +`. */
  | {
      readonly kind: 'add'
      readonly operator: '+' | '-' | '*'
      readonly cut: Range
      /** Starts from a BigInt or from text: partial sums are exact. */
      readonly exact: boolean
      /** Shards add, when it turns out that all are integers; there is nothing heavy to do but adding. */
      readonly integers: boolean
    }
  /** `(a, b) => (b.k < a.k ? b : a)`: exact as long as all keys are numbers and none is NaN. */
  | { readonly kind: 'pick'; readonly key: readonly string[] }
  /** `(a, x) => Math.max(a, f(x))`: exact in any grouping. `cut` is the text of `a,`. */
  | { readonly kind: 'extreme'; readonly of: 'max' | 'min'; readonly cut: Range }
  /** `(held, x) => { held[k(x)]++; return held }`: each shard fills a container of its own. */
  | { readonly kind: 'collect'; readonly output: Output }

interface Range {
  readonly start: number
  readonly end: number
}

const known = new WeakMap<AnyNode, { readonly fold: Fold | null }>()

/** How the callback of a `reduce` folds; null when each step needs the one before. */
export function foldOf(map: ModuleMap, site: Site): Fold | null {
  if (site.kind !== 'call' || site.method !== 'reduce') return null
  const held = known.get(site.node)
  if (held !== undefined) return held.fold
  const fold = findFold(map, site)
  known.set(site.node, { fold })
  return fold
}

function findFold(map: ModuleMap, site: Extract<Site, { kind: 'call' }>): Fold | null {
  const [callback, init] = site.node.arguments
  if (!isFunction(callback) || callback.async || callback.generator || site.node.arguments.length > 2) return null
  const [first, second] = callback.params
  if (first?.type !== 'Identifier' || second === undefined || callback.params.length > 4) return null
  const held = map.variableOf(first)
  if (held === null || init?.type === 'SpreadElement') return null
  const fold = valueFoldOf(map, callback, { held, second, init })
  if (fold !== null || init === undefined) return fold
  const output = collectOf(map, callback, held, init)
  return output === null || !mayAddIntegers(map, output) ? null : { kind: 'collect', output }
}

/** A fold whose steps each make a value of the one before. */
function valueFoldOf(
  map: ModuleMap,
  callback: FunctionNode,
  { held, second, init }: { readonly held: Variable; readonly second: AnyNode; readonly init: AnyNode | undefined },
): Fold | null {
  const result = resultOf(callback)
  if (result === null) return null
  if (result.type === 'ConditionalExpression' && second.type === 'Identifier') {
    return pickOf(map, result, held, map.variableOf(second))
  }
  if (result.type === 'CallExpression') return extremeOf(map, result, held, init === undefined ? second : null)
  if (init === undefined || result.type !== 'BinaryExpression') return null
  return additionOf(map, callback, result, held, init)
}

/** Why a fold stays in order: it adds to what it holds, or each step makes something else of it. */
export function foldReason(
  map: ModuleMap,
  { node }: Extract<Site, { kind: 'call' }>,
): 'fp-order' | 'carried-dependency' {
  const [callback] = node.arguments
  const [first] = isFunction(callback) ? callback.params : []
  if (!isFunction(callback) || first === undefined) return 'carried-dependency'
  const held = new Set(map.namesIn(first).map((name) => map.variableOf(name)))
  const adds = (at: AnyNode): boolean => {
    if (at.type === 'Identifier') return held.has(map.variableOf(at))
    if (at.type === 'MemberExpression') return adds(at.object)
    if (at.type === 'LogicalExpression') return adds(at.left)
    return at.type === 'BinaryExpression' && /^[-+*]$/.test(at.operator) && (adds(at.left as AnyNode) || adds(at.right))
  }
  let sums = false
  walk(callback.body as AnyNode, (at) => {
    if (at.type === 'AssignmentExpression') {
      sums ||= /^[-+*]=$/.test(at.operator)
        ? adds(at.left as AnyNode)
        : at.right.type === 'BinaryExpression' && adds(at.right)
      return false
    }
    // Within another operation, as in `(held * 31 + x) % 97`, it is a step of its own.
    if (at.type !== 'BinaryExpression' && at.type !== 'CallExpression') return true
    sums ||= at.type === 'BinaryExpression' && adds(at)
    return false
  })
  return sums ? 'fp-order' : 'carried-dependency'
}

/** The body does enough per item to be worth more than the adding. */
export function isHeavy(
  map: ModuleMap,
  body: AnyNode,
  ignored: readonly { start: number; end: number }[] = [],
): boolean {
  let heavy = false
  walk(body, (node) => {
    if (ignored.some((range) => contains(range, node))) return false
    if (isLoop(node)) heavy = true
    if (node.type !== 'CallExpression') return !heavy
    const { callee } = node
    const variable = callee.type === 'Identifier' ? map.variableOf(callee) : null
    const method =
      callee.type === 'MemberExpression' && callee.property.type === 'Identifier' ? callee.property.name : ''
    if (variable !== null || map.methods.has(method) || node.arguments.some((argument) => isFunction(argument)))
      heavy = true
    return !heavy
  })
  return heavy
}

function additionOf(
  map: ModuleMap,
  callback: FunctionNode,
  result: BinaryExpression & AnyNode,
  held: Variable,
  init: AnyNode,
): Fold | null {
  const { left, right, operator } = result
  if (operator !== '+' && operator !== '-' && operator !== '*') return null
  if (left.type !== 'Identifier' || map.variableOf(left) !== held || held.references.length !== 1) return null
  const between = map.module.text.slice(left.end, right.start)
  const sign = /^\s*([-+*])[\s(]*$/.exec(between)
  if (sign === null || result.start !== left.start) return null
  const isText = init.type === 'TemplateLiteral' || (init.type === 'Literal' && typeof init.value === 'string')
  const isBig = init.type === 'Literal' && 'bigint' in init && init.bigint != null
  const exact = operator === '+' && (isText || isBig)
  const integers = !exact && !isHeavy(map, callback.body as AnyNode)
  if (integers && (operator === '*' || !mayBeIntegers(map, right) || !mayBeIntegers(map, init))) return null
  const end = left.end + between.indexOf(operator) + 1
  return { kind: 'add', operator, cut: { start: left.start, end }, exact, integers }
}

/** @param alone without a start the items themselves are compared, which this parameter must be then */
function extremeOf(map: ModuleMap, call: CallExpression, held: Variable, alone: AnyNode | null): Fold | null {
  const of = mathName(map, call)
  const { arguments: given } = call
  const at = given.findIndex((argument) => map.variableOf(argument) === held)
  const before = given[at - 1]
  const after = given[at + 1]
  const own = given[at]
  if ((of !== 'max' && of !== 'min') || own === undefined || held.references.length !== 1) return null
  if (given.length < 2 || given.some((argument) => argument.type === 'SpreadElement')) return null
  if (alone !== null) {
    const item = map.variableOf(alone)
    if (item === null || given.length !== 2 || map.variableOf(before ?? after ?? own) !== item) return null
  }
  const cut =
    after === undefined ? { start: before?.end ?? own.start, end: own.end } : { start: own.start, end: after.start }
  // Parentheses and comments around an argument would be cut in half.
  return /^[\s\w$,]*$/.test(map.module.text.slice(cut.start, cut.end)) ? { kind: 'extreme', of, cut } : null
}

function pickOf(
  map: ModuleMap,
  result: Extract<AnyNode, { type: 'ConditionalExpression' }>,
  held: Variable,
  item: Variable | null,
): Fold | null {
  const { test, consequent, alternate } = result
  if (item === null || held.references.length !== 2 || item.references.length !== 2) return null
  const picked = new Set([map.variableOf(consequent), map.variableOf(alternate)])
  if (!picked.has(held) || !picked.has(item)) return null
  if (test.type !== 'BinaryExpression' || !/^[<>]=?$/.test(test.operator)) return null
  const [left, right] = [pathOf(map, test.left), pathOf(map, test.right)]
  if (left === null || right === null || left.path.join('.') !== right.path.join('.')) return null
  const compared = new Set([left.variable, right.variable])
  return compared.has(held) && compared.has(item) ? { kind: 'pick', key: left.path } : null
}

/** `x.a.b` as its variable and the names after it. */
function pathOf(map: ModuleMap, node: AnyNode): { variable: Variable; path: string[] } | null {
  if (node.type === 'Identifier') {
    const variable = map.variableOf(node)
    return variable === null ? null : { variable, path: [] }
  }
  if (node.type !== 'MemberExpression' || node.optional) return null
  const name = propertyOf(node)
  const object = name === null ? null : pathOf(map, node.object)
  return object === null || name === null ? null : { variable: object.variable, path: [...object.path, name] }
}

function propertyOf({ computed, property }: MemberExpression): string | null {
  if (!computed) return property.type === 'Identifier' ? property.name : null
  return property.type === 'Literal' && /^(string|number)$/.test(typeof property.value) ? String(property.value) : null
}

/** What a callback gives, when only its last statement gives anything. */
function resultOf(callback: FunctionNode): AnyNode | null {
  if (callback.body.type !== 'BlockStatement') return callback.body
  const last = callback.body.body.at(-1)
  if (last?.type !== 'ReturnStatement' || !last.argument) return null
  let returns = 0
  walk(callback.body, (node) => {
    if (isFunction(node) && !contains(node, callback)) return false
    if (node.type === 'ReturnStatement') returns++
    return true
  })
  return returns === 1 ? last.argument : null
}
