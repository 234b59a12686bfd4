/** Index arithmetic: is `out[y * width + x]` in row y alone? Polynomials over names, and their range over inner loops. */
import type { AnyNode, ForStatement } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { contains, isFunction } from '../syntax/walk.ts'

/** Sum of terms: product of variables times an integer. Key: sorted variable ids, so equal products meet. */
export type Polynomial = ReadonlyMap<string, Term>

export interface Term {
  readonly factor: number
  readonly variables: readonly Variable[]
}

/** Where a spot may write in one iteration: cells `stride * i + low` up to `stride * i + high`, over several uses. */
export interface Cells {
  readonly stride: Polynomial
  readonly low: readonly Polynomial[]
  readonly high: readonly Polynomial[]
}

/** Longest polynomial that is followed; index expressions of people have two or three terms. */
const TERMS_MAX = 16

/**
 * The cells that `index` covers for one value of `loop`, over all values of the inner loops around it;
 * null when that cannot be told.
 */
export function cellsOf(
  map: ModuleMap,
  index: AnyNode,
  loop: Variable,
  body: { start: number; end: number },
): Cells | null {
  const polynomial = toPolynomial(map, index, body, 0)
  if (polynomial === null) return null
  const stride = new Map<string, Term>()
  const rest = new Map<string, Term>()
  for (const term of polynomial.values()) {
    const others = term.variables.filter((variable) => variable !== loop)
    if (others.length === term.variables.length) addTerm(rest, term)
    else if (others.length === term.variables.length - 1) addTerm(stride, { factor: term.factor, variables: others })
    else return null
  }
  const bounds = bound(map, rest, body, index)
  if (bounds === null || stride.size === 0) return null
  const all = [...stride.values(), ...bounds.low.values(), ...bounds.high.values()].flatMap((term) => term.variables)
  if (all.some((variable) => variesIn(variable, body) || variable === loop)) return null
  return { stride, low: [bounds.low], high: [bounds.high] }
}

/** The cells of several uses in one iteration; null when their strides differ. */
export function mergeCells(cells: readonly Cells[]): Cells | null {
  const [first] = cells
  if (first === undefined || cells.some((c) => polynomialText(c.stride) !== polynomialText(first.stride))) return null
  return { stride: first.stride, low: unique(cells.flatMap((c) => c.low)), high: unique(cells.flatMap((c) => c.high)) }
}

/** Proved for all names that are integers >= 0: cells of different iterations are different. */
export function areDisjoint({ stride, low, high }: Cells): boolean {
  return high.every((top) =>
    low.every((bottom) => {
      const slack = new Map(sum(sum(stride, top, -1), bottom, 1))
      addTerm(slack, { factor: -1, variables: [] })
      return [...slack.values()].every((term) => term.factor >= 0)
    }),
  )
}

/** The same cells with the stride of a counter that goes on by `step`, or by the value of a name. */
export function times(map: ModuleMap, cells: Cells, step: number, by: AnyNode | null): Cells {
  const variable = by === null ? null : map.variableOf(by)
  const factor = polynomialOf({ factor: step, variables: variable === null ? [] : [variable] })
  return { ...cells, stride: product(cells.stride, factor) ?? cells.stride }
}

/** Names that a cell formula reads; each must be a safe integer >= 0 at run time. */
export function namesOf({ stride, low, high }: Cells): string[] {
  const terms = [stride, ...low, ...high].flatMap((polynomial) => [...polynomial.values()])
  return [...new Set(terms.flatMap((term) => term.variables.map((variable) => variable.name)))]
}

function unique(polynomials: readonly Polynomial[]): Polynomial[] {
  return [...new Map(polynomials.map((polynomial) => [polynomialText(polynomial), polynomial])).values()]
}

/** Replaces inner loop variables by the ends of their ranges. */
function bound(
  map: ModuleMap,
  rest: Polynomial,
  body: { start: number; end: number },
  index: AnyNode,
): { low: Polynomial; high: Polynomial } | null {
  const low = new Map<string, Term>()
  const high = new Map<string, Term>()
  for (const term of rest.values()) {
    const inner = term.variables.filter((variable) => variesIn(variable, body))
    if (inner.length > 1) return null
    const [variable] = inner
    if (variable === undefined) {
      addTerm(low, term)
      addTerm(high, term)
      continue
    }
    const range = rangeOf(map, variable, body, index)
    if (range === null) return null
    const others = { factor: term.factor, variables: term.variables.filter((v) => v !== variable) }
    multiplyInto(low, others, term.factor > 0 ? range.first : range.last)
    multiplyInto(high, others, term.factor > 0 ? range.last : range.first)
  }
  return { low, high }
}

/** First and last value of the counter of an inner `for (let x = A; x < B; x++)`. */
function rangeOf(
  map: ModuleMap,
  variable: Variable,
  body: { start: number; end: number },
  index: AnyNode,
): { first: Polynomial; last: Polynomial } | null {
  const loop = loopAround(map, variable, index)
  if (loop === null || !contains(body, loop) || !isPlainCounter(map, loop, variable)) return null
  const init =
    loop.init?.type === 'VariableDeclaration'
      ? loop.init.declarations.find((d) => map.variableOf(d.id) === variable)?.init
      : loop.init?.type === 'AssignmentExpression' && map.variableOf(loop.init.left) === variable
        ? loop.init.right
        : null
  const test = loop.test
  if (!init || test?.type !== 'BinaryExpression' || test.left.type !== 'Identifier') return null
  if (map.variableOf(test.left) !== variable || (test.operator !== '<' && test.operator !== '<=')) return null
  const first = toPolynomial(map, init, body, 0)
  const end = toPolynomial(map, test.right, body, 0)
  if (first === null || end === null) return null
  const last = new Map(end)
  if (test.operator === '<') addTerm(last, { factor: -1, variables: [] })
  return { first, last }
}

/** The `for` around `index` whose head sets `variable`; its body is where the counter is in range. */
export function loopAround(map: ModuleMap, variable: Variable, index: AnyNode): ForStatement | null {
  for (let at = map.parentOf(index); at !== null && !isFunction(at); at = map.parentOf(at)) {
    if (at.type !== 'ForStatement' || !at.init || !contains(at.body, index)) continue
    const { init } = at
    if (variable.references.some((r) => r.isWrite() && contains(init, r.identifier))) return at
  }
  return null
}

/** Not the same all through an iteration. */
export function variesIn(variable: Variable, body: { start: number; end: number }): boolean {
  return (
    contains(body, variable.scope.block) ||
    variable.references.some((reference) => reference.isWrite() && contains(body, reference.identifier))
  )
}

/** True when within the loop only its own head changes the counter, and no other function does. */
export function isPlainCounter(map: ModuleMap, loop: ForStatement, variable: Variable): boolean {
  if (stepOf(map, loop, variable) === null) return false
  const home = map.functionAround(loop)
  return variable.references.every((reference) => {
    if (!reference.isWrite()) return true
    const { identifier } = reference
    if (!contains(loop, identifier)) return map.functionAround(identifier) === home
    return (loop.update && contains(loop.update, identifier)) || (loop.init && contains(loop.init, identifier))
  })
}

/** The positive integer by which a loop's update raises `variable`; null for everything else. */
export function stepOf(map: ModuleMap, loop: ForStatement, variable: Variable): number | null {
  return loop.update ? stepIn(map, loop.update, variable) : null
}

/** The positive integer by which `update` raises `variable`, and does nothing else. */
export function stepIn(map: ModuleMap, update: AnyNode, variable: Variable): number | null {
  if (update.type === 'UpdateExpression' && update.operator === '++') {
    return map.variableOf(update.argument) === variable ? 1 : null
  }
  if (update.type !== 'AssignmentExpression' || map.variableOf(update.left) !== variable) return null
  const { operator, right } = update
  const by =
    operator === '+='
      ? right
      : operator === '=' &&
          right.type === 'BinaryExpression' &&
          right.operator === '+' &&
          map.variableOf(right.left) === variable
        ? right.right
        : null
  return by?.type === 'Literal' && Number.isSafeInteger(by.value) && Number(by.value) > 0 ? Number(by.value) : null
}

function toPolynomial(
  map: ModuleMap,
  node: AnyNode,
  body: { start: number; end: number },
  depth: number,
): Polynomial | null {
  if (depth > TERMS_MAX) return null
  if (node.type === 'Literal') {
    return Number.isSafeInteger(node.value) ? polynomialOf({ factor: Number(node.value), variables: [] }) : null
  }
  if (node.type === 'Identifier') return identifierPolynomial(map, node, body, depth)
  if (node.type === 'UnaryExpression' && node.operator === '-') {
    const argument = toPolynomial(map, node.argument, body, depth + 1)
    return argument === null ? null : product(argument, polynomialOf({ factor: -1, variables: [] }))
  }
  if (node.type !== 'BinaryExpression' || node.left.type === 'PrivateIdentifier') return null
  const left = toPolynomial(map, node.left, body, depth + 1)
  const right = toPolynomial(map, node.right, body, depth + 1)
  if (left === null || right === null) return null
  if (node.operator === '+') return sum(left, right, 1)
  if (node.operator === '-') return sum(left, right, -1)
  if (node.operator === '*') return product(left, right)
  return null
}

function identifierPolynomial(
  map: ModuleMap,
  node: AnyNode,
  body: { start: number; end: number },
  depth: number,
): Polynomial | null {
  const variable = map.variableOf(node)
  if (variable === null) return null
  const definition = variable.defs[0]
  // A constant of the iteration stands for its formula.
  if (definition?.node.type === 'VariableDeclarator' && contains(body, definition.node) && variable.defs.length === 1) {
    const written = variable.references.some((r) => r.isWrite() && r.init !== true)
    if (!written && definition.node.init && definition.node.id.type === 'Identifier') {
      return toPolynomial(map, definition.node.init, body, depth + 1)
    }
  }
  return polynomialOf({ factor: 1, variables: [variable] })
}

export function polynomialOf(term: Term): Polynomial {
  const polynomial = new Map<string, Term>()
  addTerm(polynomial, term)
  return polynomial
}

export function sum(left: Polynomial, right: Polynomial, sign: number): Polynomial {
  const result = new Map(left)
  for (const term of right.values()) addTerm(result, { ...term, factor: term.factor * sign })
  return result
}

export function product(left: Polynomial, right: Polynomial): Polynomial | null {
  const result = new Map<string, Term>()
  for (const term of left.values()) multiplyInto(result, term, right)
  return result.size > TERMS_MAX ? null : result
}

function multiplyInto(result: Map<string, Term>, term: Term, by: Polynomial): void {
  for (const other of by.values()) {
    addTerm(result, { factor: term.factor * other.factor, variables: [...term.variables, ...other.variables] })
  }
}

function addTerm(polynomial: Map<string, Term>, term: Term): void {
  const variables = [...term.variables].sort((a, b) => idOf(a) - idOf(b))
  const key = variables.map(idOf).join(',')
  const factor = term.factor + (polynomial.get(key)?.factor ?? 0)
  if (factor === 0) polynomial.delete(key)
  else polynomial.set(key, { factor, variables })
}

function idOf(variable: Variable): number {
  return variable.identifiers[0]?.start ?? -1
}

/** JavaScript text of a polynomial. @param nameOf what a variable is called where the text stands */
export function polynomialText(polynomial: Polynomial, nameOf = (variable: Variable) => variable.name): string {
  const terms = [...polynomial.values()].map((term) => [String(term.factor), ...term.variables.map(nameOf)].join('*'))
  return terms.length === 0 ? '0' : terms.join('+')
}
