/** Between which formulas of the counter the value of an index lies, whatever inner loops and clamps do to it. */
import type { AnyNode, BinaryExpression, CallExpression } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { contains } from '../syntax/walk.ts'
import { isPlainCounter, loopAround, type Polynomial, polynomialOf, product, sum, variesIn } from './affine.ts'
import { mathName } from './steady.ts'

/** A value is at least the least of `lows`, and at most the greatest of `highs`; all names in them are integers >= 0. */
export interface Interval {
  readonly lows: readonly Polynomial[]
  readonly highs: readonly Polynomial[]
}

/** Where an index is looked at. */
export interface IndexSetting {
  readonly map: ModuleMap
  readonly body: { start: number; end: number }
  /** Counter or index of the iteration. */
  readonly counter: Variable
  /** Variables whose properties may change while the spot runs. */
  readonly changed: ReadonlySet<Variable>
  /** `xs.length` and the like, as if they were variables. */
  readonly paths: Map<string, Variable>
}

/** Bounds that are followed; people clamp once or twice. */
const BOUNDS_MAX = 8
const STEPS_MAX = 24

/** The interval of an index; null when none is found. */
export function intervalOf(setting: IndexSetting, node: AnyNode, steps = 0): Interval | null {
  if (steps > STEPS_MAX) return null
  const found = evaluated(setting, node, (part) => intervalOf(setting, part, steps + 1))
  return found === null || found.lows.length > BOUNDS_MAX || found.highs.length > BOUNDS_MAX ? null : found
}

function evaluated(setting: IndexSetting, node: AnyNode, of: (part: AnyNode) => Interval | null): Interval | null {
  switch (node.type) {
    case 'Literal':
      return Number.isSafeInteger(node.value) ? exactly({ factor: Number(node.value), variables: [] }) : null
    case 'Identifier':
      return ofName(setting, node, of)
    case 'MemberExpression':
      return ofPath(setting, node)
    case 'UnaryExpression': {
      const argument = node.operator === '-' ? of(node.argument) : null
      return argument === null ? null : times(argument, polynomialOf({ factor: -1, variables: [] }), setting.counter)
    }
    case 'BinaryExpression':
      return ofArithmetic(node, of, setting.counter)
    case 'ConditionalExpression':
      return either(of(node.consequent), of(node.alternate))
    case 'CallExpression':
      return ofClamp(setting, node, of)
    default:
      return null
  }
}

/** `Math.max(0, i - 1)`, `Math.min(i + 1, n - 1)`. */
function ofClamp(
  { map, counter }: IndexSetting,
  node: CallExpression,
  of: (part: AnyNode) => Interval | null,
): Interval | null {
  const name = mathName(map, node)
  const [a, b] = node.arguments.map((argument) => (argument.type === 'SpreadElement' ? null : of(argument)))
  if (node.arguments.length !== 2 || !a || !b) return null
  // At least, or at most, either of them: the one that goes with the counter tells more.
  const telling = (x: Interval['lows'], y: Interval['lows']): Interval['lows'] => (moves(counter, x) ? x : y)
  if (name === 'max') return { lows: telling(a.lows, b.lows), highs: [...a.highs, ...b.highs] }
  return name === 'min' ? { lows: [...a.lows, ...b.lows], highs: telling(a.highs, b.highs) } : null
}

/** Some bound goes with the counter. */
export function moves(counter: Variable, bounds: readonly Polynomial[]): boolean {
  return bounds.some((bound) => [...bound.values()].some(({ variables }) => variables.includes(counter)))
}

/** No bound has a product of the counter with itself: each is least and greatest at the ends of a range. */
export function isLinear(counter: Variable, { lows, highs }: Interval): boolean {
  return [...lows, ...highs].every((bound) =>
    [...bound.values()].every(({ variables }) => variables.filter((variable) => variable === counter).length <= 1),
  )
}

export function either(a: Interval | null, b: Interval | null): Interval | null {
  return a === null || b === null ? null : { lows: [...a.lows, ...b.lows], highs: [...a.highs, ...b.highs] }
}

function ofName(
  { map, body, counter }: IndexSetting,
  node: AnyNode,
  of: (node: AnyNode) => Interval | null,
): Interval | null {
  const variable = map.variableOf(node)
  if (variable === null) return null
  const [definition] = variable.defs
  const isOwn = contains(body, variable.scope.block)
  if (variable === counter || (!isOwn && !variesIn(variable, body)))
    return exactly({ factor: 1, variables: [variable] })
  if (definition?.node.type !== 'VariableDeclarator' || variable.defs.length !== 1) return null
  const loop = loopAround(map, variable, node)
  if (loop !== null) return ofInnerCounter(map, loop, variable, of)
  const isFixed = !variable.references.some((reference) => reference.isWrite() && reference.init !== true)
  const { id, init } = definition.node
  return isFixed && init && id.type === 'Identifier' ? of(init) : null
}

/** From where an inner `for (let k = a; k < b; k++)` begins to where it ends. */
function ofInnerCounter(
  map: ModuleMap,
  loop: Extract<AnyNode, { type: 'ForStatement' }>,
  variable: Variable,
  of: (node: AnyNode) => Interval | null,
): Interval | null {
  const { init, test } = loop
  if (init?.type !== 'VariableDeclaration' || !isPlainCounter(map, loop, variable)) return null
  const start = init.declarations.find(({ id }) => map.variableOf(id) === variable)?.init
  if (!start || test?.type !== 'BinaryExpression' || map.variableOf(test.left) !== variable) return null
  if (test.operator !== '<' && test.operator !== '<=') return null
  const [first, end] = [of(start), of(test.right)]
  if (first === null || end === null) return null
  const less = polynomialOf({ factor: test.operator === '<' ? -1 : 0, variables: [] })
  return { lows: first.lows, highs: end.highs.map((high) => sum(high, less, 1)) }
}

/** `xs.length`, `grid.width`: of an object that stays as it is while the spot runs. */
function ofPath({ map, body, changed, paths }: IndexSetting, node: AnyNode): Interval | null {
  let base: AnyNode = node
  while (base.type === 'MemberExpression' && !base.computed && base.property.type === 'Identifier') base = base.object
  const variable = map.variableOf(base)
  if (variable === null || contains(body, variable.scope.block) || changed.has(variable)) return null
  const text = map.module.text.slice(node.start, node.end)
  if (!/^[\w$.]+$/.test(text)) return null
  const known = paths.get(text) ?? { name: text, scope: variable.scope, defs: [], references: [], identifiers: [node] }
  paths.set(text, known)
  return exactly({ factor: 1, variables: [known] })
}

function ofArithmetic(
  { left, right, operator }: BinaryExpression,
  of: (node: AnyNode) => Interval | null,
  counter: Variable,
): Interval | null {
  if (left.type === 'PrivateIdentifier') return null
  const [a, b] = [of(left), of(right)]
  if (a === null || b === null) return null
  if (operator === '*') return times(a, exact(b), counter) ?? times(b, exact(a), counter)
  if (operator !== '+' && operator !== '-') return null
  const sign = operator === '+' ? 1 : -1
  const [x, y] = [exact(a), exact(b)]
  if (x !== null && y !== null) return alike([sum(x, y, sign)])
  const [least, most] = sign > 0 ? [b.lows, b.highs] : [b.highs, b.lows]
  return { lows: sums(a.lows, least, sign), highs: sums(a.highs, most, sign) }
}

/** All of an interval times one formula; null when that may turn it round. */
function times(a: Interval, by: Polynomial | null, counter: Variable): Interval | null {
  if (by === null) return null
  const x = exact(a)
  const both = x === null ? null : product(x, by)
  if (x !== null) return both === null ? null : alike([both])
  const factors = [...by.values()].map(({ factor }) => factor)
  const up = factors.every((factor) => factor >= 0)
  // Names are never below 0, but the counter may be.
  if ((!up && factors.some((factor) => factor > 0)) || moves(counter, [by])) return null
  const [lows, highs] = [a.lows, a.highs].map((bounds) => bounds.map((bound) => product(bound, by)))
  if (!isWhole(lows) || !isWhole(highs)) return null
  return up ? { lows, highs } : { lows: highs, highs: lows }
}

function isWhole(bounds: readonly (Polynomial | null)[] | undefined): bounds is readonly Polynomial[] {
  return bounds?.every((bound) => bound !== null) ?? false
}

/** The one formula that an interval is; null when it is more. */
function exact({ lows, highs }: Interval): Polynomial | null {
  return lows === highs ? (lows[0] ?? null) : null
}

function alike(bounds: readonly Polynomial[]): Interval {
  return { lows: bounds, highs: bounds }
}

function exactly(term: Parameters<typeof polynomialOf>[0]): Interval {
  return alike([polynomialOf(term)])
}

function sums(a: readonly Polynomial[], b: readonly Polynomial[], sign: number): Polynomial[] {
  return a.flatMap((x) => b.map((y) => sum(x, y, sign)))
}
