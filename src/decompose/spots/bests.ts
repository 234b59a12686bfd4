/** Recognises loops that keep the best item so far: `if (cost < lowest) { lowest = cost; best = item }`. */
import type { AnyNode, BinaryExpression } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { contains, isFunction, walk } from '../syntax/walk.ts'
import type { UseSetting } from './outputs.ts'

export type Comparison = '<' | '<=' | '>' | '>='

/**
 * The variables that one test sets all together, or leaves all as they are. Among items whose keys are numbers a shard
 * finds its own best; the root puts that to the same test. `held` gives the key of what is held so far.
 */
export interface Best {
  readonly how: 'best'
  readonly variable: Variable
  readonly variables: readonly Variable[]
  /** What sets the variables: the `if`, or the assignment of a `?:`. */
  readonly statement: AnyNode
  /** The part of the test that asks for what is held; a shard asks for its own best instead. */
  readonly comparison: AnyNode
  readonly candidate: AnyNode
  readonly held: AnyNode
  /** `best === null` in `best === null || cost < best.cost`. */
  readonly unset: AnyNode | null
  /** As `candidate operator held`. */
  readonly operator: Comparison
  /** The item is taken when the comparison fails: `best = best.cost <= cost ? best : item`. */
  readonly negated: boolean
}

type Test = Pick<Best, 'comparison' | 'candidate' | 'held' | 'unset' | 'operator'>

/** The best-so-far that sets `variable`; null when something else does, too. */
export function bestOf(setting: UseSetting, site: AnyNode, variable: Variable): Best | null {
  const { map, body } = setting
  const write = variable.references.find((reference) => reference.isWrite() && contains(body, reference.identifier))
  const assignment = write === undefined ? null : map.parentOf(write.identifier)
  if (assignment?.type !== 'AssignmentExpression' || assignment.operator !== '=') return null
  const statement = map.parentOf(assignment)
  if (statement?.type !== 'ExpressionStatement') return null
  const chosen = assignment.right.type === 'ConditionalExpression' ? byChoice(map, variable, assignment) : null
  const found = chosen === null ? byIf(map, statement) : { ...chosen, statement }
  if (found === null || !contains(body, found.statement)) return null
  const best: Best = { how: 'best', variable: found.variables[0] ?? variable, ...found }
  return isAlone(setting, best) && isLasting(map, site, best) ? best : null
}

/** `best = a.cost < best.cost ? a : best`. */
function byChoice(
  map: ModuleMap,
  variable: Variable,
  { right }: Extract<AnyNode, { type: 'AssignmentExpression' }>,
): Omit<Best, 'how' | 'variable' | 'statement'> | null {
  if (right.type !== 'ConditionalExpression') return null
  const negated = map.variableOf(right.consequent) === variable
  if (!negated && map.variableOf(right.alternate) !== variable) return null
  const test = testOf(map, right.test, new Set([variable]))
  if (test === null || (negated && test.comparison !== right.test) || (negated && test.unset !== null)) return null
  return { ...test, variables: [variable], negated }
}

function byIf(map: ModuleMap, assigning: AnyNode): Omit<Best, 'how' | 'variable'> | null {
  const parent = map.parentOf(assigning)
  const statement = parent?.type === 'BlockStatement' ? map.parentOf(parent) : parent
  if (statement?.type !== 'IfStatement' || statement.alternate) return null
  const { consequent } = statement
  if (consequent !== assigning && consequent !== parent) return null
  const variables = new Set<Variable>()
  for (const part of consequent.type === 'BlockStatement' ? consequent.body : [consequent]) {
    if (part.type === 'VariableDeclaration' && part.kind !== 'var') continue
    if (part.type !== 'ExpressionStatement' || part.expression.type !== 'AssignmentExpression') return null
    const { operator, left } = part.expression
    const variable = left.type === 'Identifier' ? map.variableOf(left) : null
    if (operator !== '=' || variable === null) return null
    variables.add(variable)
  }
  const test = testOf(map, statement.test, variables)
  return test === null ? null : { ...test, variables: [...variables], statement, negated: false }
}

/** `a && (b || candidate < held)` and its parts, as far as they ask for what is held. */
function testOf(map: ModuleMap, test: AnyNode, held: ReadonlySet<Variable>): Test | null {
  if (test.type === 'LogicalExpression' && test.operator === '&&') {
    const asking = [test.left, test.right].filter((side) => asksFor(map, side, held))
    return asking.length === 1 && asking[0] !== undefined ? testOf(map, asking[0], held) : null
  }
  if (test.type === 'LogicalExpression' && test.operator === '||') {
    const compares = [test.left, test.right].find(isComparison)
    const unset = compares === test.left ? test.right : test.left
    const found = compares === undefined ? null : comparisonOf(map, compares, held)
    return found !== null && isUnsetTest(unset) ? { ...found, comparison: test, unset } : null
  }
  return isComparison(test) ? comparisonOf(map, test, held) : null
}

function isComparison(node: AnyNode): node is BinaryExpression & { operator: Comparison } {
  return node.type === 'BinaryExpression' && /^[<>]=?$/.test(node.operator)
}

function comparisonOf(
  map: ModuleMap,
  node: BinaryExpression & { operator: Comparison },
  held: ReadonlySet<Variable>,
): Test | null {
  const { left, right, operator } = node
  if (left.type === 'PrivateIdentifier') return null
  const [asksLeft, asksRight] = [asksFor(map, left, held), asksFor(map, right, held)]
  if (asksLeft === asksRight) return null
  const comparison = node as AnyNode
  if (asksRight) return { comparison, candidate: left, held: right, unset: null, operator }
  return { comparison, candidate: right, held: left, unset: null, operator: TURNED[operator] }
}

const TURNED: Record<Comparison, Comparison> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

/** `best === null`, `!best`, `index < 0`: is nothing held yet? */
function isUnsetTest(node: AnyNode): boolean {
  if (node.type === 'UnaryExpression') return node.operator === '!' && node.argument.type === 'Identifier'
  return node.type === 'BinaryExpression' && /^([!=]==?|<)$/.test(node.operator)
}

function asksFor(map: ModuleMap, node: AnyNode, held: ReadonlySet<Variable>): boolean {
  return map.namesIn(node).some((name) => held.has(map.variableOf(name) as Variable))
}

/** The iteration uses the variables for nothing but the test. */
function isAlone(setting: UseSetting, { variables, statement, held, unset }: Best): boolean {
  const { map, body, elsewhere, ignored } = setting
  const asked = unset === null ? [held] : [held, unset]
  return variables.every((variable) =>
    variable.references.every(({ identifier }) => {
      if (elsewhere.some((range) => contains(range, identifier))) return false
      if (!contains(body, identifier) || ignored.some((range) => contains(range, identifier))) return true
      if (asked.some((range) => contains(range, identifier))) return true
      const parent = map.parentOf(identifier)
      if (!contains(statement, identifier)) return false
      return parent?.type === 'AssignmentExpression' ? parent.left === identifier : isKept(parent, identifier)
    }),
  )
}

/** The `best` that stays in `best = test ? item : best`. */
function isKept(parent: AnyNode | null, identifier: AnyNode): boolean {
  return (
    parent?.type === 'ConditionalExpression' && (parent.alternate === identifier || parent.consequent === identifier)
  )
}

/** What is held outlives the loop, and can be asked for outside of it, in the same words. */
function isLasting(map: ModuleMap, site: AnyNode, { variables, held, unset }: Best): boolean {
  if (variables.some((variable) => contains(site, variable.scope.block))) return false
  if (variables.some((variable) => variable.identifiers.some((identifier) => contains(site, identifier)))) return false
  return (unset === null ? [held] : [held, unset]).every((part) => {
    let lasting = !/[\n\r\u2028\u2029]|\/[/*]/.test(map.module.text.slice(part.start, part.end))
    walk(part, (node) => {
      if (isFunction(node) || /^(Await|Yield|Assignment|Update|This)Expression$/.test(node.type)) lasting = false
      const variable = node.type === 'Identifier' ? map.variableOf(node) : null
      if (variable !== null && contains(site, variable.scope.block)) lasting = false
      return lasting
    })
    return lasting
  })
}
