/** How a site's iterations are enumerated, and where its own code ends early. */
import type { AnyNode, CallExpression, Expression, ForStatement, VariableDeclaration, WhileStatement } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { contains, isFunction, isLoop, walk } from '../syntax/walk.ts'
import { stepIn } from './affine.ts'
import { labelsOf } from './exits.ts'
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
  if (isInChain(site.node) && !isWholeChain(map, site.node)) return null
  const optional = isInChain(site.node)
  return { kind: 'call', method: site.method as 'map', callback, fold, stages: [], optional }
}

/** What is called may be missing, or something on the way to it: `list?.map(f)`, `a?.list.map(f)`. */
export function isInChain(call: CallExpression): boolean {
  let at: AnyNode = call.callee
  while (at.type === 'MemberExpression' || at.type === 'CallExpression') {
    if (at.optional) return true
    at = at.type === 'MemberExpression' ? at.object : at.callee
  }
  return false
}

/** `list?.map(f)`, with nothing else that may be missing, nothing behind it, and arguments that may as well be looked at. */
function isWholeChain(map: ModuleMap, call: CallExpression): boolean {
  const { callee, arguments: given } = call
  if (map.parentOf(call)?.type !== 'ChainExpression' || callee.type !== 'MemberExpression' || !callee.optional)
    return false
  const { object } = callee
  const isEnd = object.type !== 'MemberExpression' && object.type !== 'CallExpression'
  const isFree = isEnd || !isInChain({ ...call, callee: object })
  return isFree && given.every((argument) => isFunction(argument) || /^(Identifier|Literal)$/.test(argument.type))
}

function loopShape(map: ModuleMap, loop: LoopNode): Shape | null {
  switch (loop.type) {
    case 'ForOfStatement':
      return loop.await || !declaresItem(loop.left) ? null : { kind: 'of' }
    case 'ForInStatement':
      return declaresItem(loop.left) && loop.left.declarations[0]?.id.type === 'Identifier' ? { kind: 'in' } : null
    case 'ForStatement':
      return rangeShape(map, loop)
    case 'WhileStatement':
      return whileShape(map, loop)
    default:
      return null
  }
}

function declaresItem(left: AnyNode): left is VariableDeclaration {
  return left.type === 'VariableDeclaration' && left.kind !== 'var'
}

function rangeShape(map: ModuleMap, loop: ForStatement): Shape | null {
  const [target, first] = setAtHead(loop.init ?? null)
  const drained = drainedBy(map, loop.test ?? null)
  const counter = drained ?? (target === null ? counterIn(map, loop.test ?? null) : map.variableOf(target))
  if (counter === null || (loop.init && (target === null || map.variableOf(target) !== counter))) return null
  const head = headOf(map, loop, counter)
  const inHead = (node: AnyNode): boolean =>
    [loop.init, drained === null ? loop.update : loop.test].some((part) => !!part && contains(part, node))
  const writes = counter.references.filter((reference) => reference.isWrite() && contains(loop, reference.identifier))
  if (head === null || !writes.every(({ identifier }) => inHead(identifier))) return null
  const isOwn = loop.init?.type === 'VariableDeclaration' && loop.init.kind === 'let'
  if (isOwn && counter.references.some((r) => r.isWrite() && !inHead(r.identifier))) return null
  if (!isOwn && !isPlainVariable(map, counter, loop)) return null
  const fixed = fixedAtHead(map, loop)
  if (fixed === null || (fixed.length > 0 && !isOwn)) return null
  return { kind: 'range', counter, first, ...head, outlives: !isOwn, fixed }
}

type Head = Pick<Extract<Shape, { kind: 'range' }>, 'end' | 'closed' | 'ahead' | 'step' | 'by' | 'drains'>

/** Where a counted loop ends, and how it goes there. */
function headOf(map: ModuleMap, { test, update }: ForStatement, counter: Variable): Head | null {
  if (test && drainedBy(map, test) === counter) return update ? null : drainOf(test)
  const step = stepFor(map, update, counter)
  const end = endOf(map, test ?? null, counter, (step?.step ?? 1) < 0)
  return end === null || step === null ? null : { ...end, ...step, drains: false }
}

function drainOf(test: AnyNode): Head {
  return { end: test, closed: false, ahead: null, step: -1, by: null, drains: true }
}

/** What `k--`, or `k-- > 0`, counts down. */
function drainedBy(map: ModuleMap, test: AnyNode | null): Variable | null {
  const isCompared =
    test?.type === 'BinaryExpression' &&
    test.operator === '>' &&
    test.right.type === 'Literal' &&
    test.right.value === 0
  const update = isCompared ? test.left : test
  if (update?.type !== 'UpdateExpression' || update.prefix || update.operator !== '--') return null
  return update.argument.type === 'Identifier' ? map.variableOf(update.argument) : null
}

/** `n = xs.length` in `for (let i = 0, n = xs.length; ...)`; null when something else is declared there. */
function fixedAtHead(map: ModuleMap, loop: ForStatement): AnyNode[] | null {
  if (loop.init?.type !== 'VariableDeclaration') return []
  const values: AnyNode[] = []
  for (const { id, init } of loop.init.declarations.slice(1)) {
    const variable = id.type === 'Identifier' ? map.variableOf(id) : null
    if (!variable || !init || !isInvariantForm(init)) return null
    if (variable.references.some((reference) => reference.isWrite() && reference.init !== true)) return null
    values.push(init)
  }
  return values
}

/** `let i = 0; while (i < n) { ...; i++ }`. */
function whileShape(map: ModuleMap, loop: WhileStatement): Shape | null {
  const drained = drainedBy(map, loop.test)
  if (drained !== null) {
    const isPlain = isPlainVariable(map, drained, loop) && !isWrittenIn(drained, loop.body)
    return isPlain
      ? { kind: 'range', counter: drained, first: null, ...drainOf(loop.test), outlives: true, fixed: [] }
      : null
  }
  const counter = counterIn(map, loop.test)
  const last = loop.body.type === 'BlockStatement' ? loop.body.body.at(-1) : undefined
  if (counter === null || last?.type !== 'ExpressionStatement' || !isPlainVariable(map, counter, loop)) return null
  const step = stepFor(map, last.expression, counter)
  const end = endOf(map, loop.test, counter, (step?.step ?? 1) < 0)
  const writes = counter.references.filter((reference) => reference.isWrite() && contains(loop, reference.identifier))
  if (end === null || step === null || !writes.every(({ identifier }) => contains(last, identifier))) return null
  // A `continue` would leave the counter as it is.
  if (continues(map, loop)) return null
  return { kind: 'range', counter, first: null, ...end, ...step, drains: false, outlives: true, fixed: [] }
}

function isWrittenIn(variable: Variable, node: AnyNode): boolean {
  return variable.references.some((reference) => reference.isWrite() && contains(node, reference.identifier))
}

/** `i = 0` or `var i = 0` at the head of a `for`: what is set, and to what. */
function setAtHead(init: AnyNode | null): readonly [AnyNode | null, AnyNode | null] {
  if (init?.type === 'AssignmentExpression' && init.operator === '=' && init.left.type === 'Identifier')
    return [init.left, init.right]
  if (init?.type !== 'VariableDeclaration' || init.kind === 'const') return [null, null]
  const [declarator] = init.declarations
  return declarator?.init && declarator.id.type === 'Identifier' ? [declarator.id, declarator.init] : [null, null]
}

function counterIn(map: ModuleMap, test: AnyNode | null): Variable | null {
  if (test?.type !== 'BinaryExpression') return null
  const { left } = test
  return map.variableOf(left.type === 'BinaryExpression' ? left.left : left) ?? map.variableOf(test.right)
}

/** Where the counter stops: `i < end`, `end >= i`, `i + n <= end`; with `>` for one that goes down. */
function endOf(
  map: ModuleMap,
  test: AnyNode | null,
  counter: Variable,
  down: boolean,
): Pick<Extract<Shape, { kind: 'range' }>, 'end' | 'closed' | 'ahead'> | null {
  if (test?.type !== 'BinaryExpression' || test.left.type === 'PrivateIdentifier') return null
  const { left, right, operator } = test
  const [own, other] = isAbout(map, left, counter) ? [left, right] : [right, left]
  const way = own === left ? operator : (TURNED.get(operator) ?? '')
  if (!(down ? /^>=?$/ : /^<=?$/).test(way) || !isInvariantForm(other) || isAbout(map, other, counter)) return null
  const closed = way.endsWith('=')
  if (map.variableOf(own) === counter) return { end: other, closed, ahead: null }
  if (own.type !== 'BinaryExpression' || !/^[-+]$/.test(own.operator) || !isWritable(map, other)) return null
  const minus = own.operator === '-'
  const leads = map.variableOf(own.left) === counter
  const added = leads ? own.right : (own.left as AnyNode)
  if ((!leads && (minus || map.variableOf(own.right) !== counter)) || isAbout(map, added, counter)) return null
  return isWritable(map, added) ? { end: other, closed, ahead: { node: added, minus } } : null
}

const TURNED = new Map([
  ['<', '>'],
  ['<=', '>='],
  ['>', '<'],
  ['>=', '<='],
])

function isAbout(map: ModuleMap, node: AnyNode, counter: Variable): boolean {
  return map.namesIn(node).some((name) => map.variableOf(name) === counter)
}

/** An invariant whose text can stand a second time, on one line. */
function isWritable(map: ModuleMap, node: AnyNode): boolean {
  return isInvariantForm(node) && !/[\n\r\u2028\u2029]|\/[/*]/.test(map.module.text.slice(node.start, node.end))
}

/** What an update adds to the counter: a number, or the value of an invariant, which has to be positive. */
function stepFor(
  map: ModuleMap,
  update: AnyNode | null | undefined,
  counter: Variable,
): Pick<Extract<Shape, { kind: 'range' }>, 'step' | 'by'> | null {
  if (!update) return null
  const literal = stepIn(map, update, counter)
  if (literal !== null) return { step: literal, by: null }
  if (update.type === 'UpdateExpression') {
    return map.variableOf(update.argument) === counter && update.operator === '--' ? { step: -1, by: null } : null
  }
  if (update.type !== 'AssignmentExpression' || map.variableOf(update.left) !== counter) return null
  const { operator, right } = update
  if (operator === '-=') {
    const isNumber = right.type === 'Literal' && Number.isSafeInteger(right.value) && Number(right.value) > 0
    return isNumber ? { step: -Number(right.value), by: null } : null
  }
  const own = operator === '=' && right.type === 'BinaryExpression' && right.operator === '+'
  const by = operator === '+=' ? right : own && map.variableOf(right.left) === counter ? right.right : null
  return by !== null && isWritable(map, by) && !isAbout(map, by, counter) ? { step: 1, by } : null
}

/** A variable of the function around the loop that no other function sees. */
function isPlainVariable(map: ModuleMap, counter: Variable, loop: AnyNode): boolean {
  const home = map.functionAround(loop)
  return (
    home !== null &&
    !map.isModuleLevel(counter) &&
    counter.defs.every(({ type }) => type === 'Variable') &&
    counter.references.every(({ identifier }) => map.functionAround(identifier) === home)
  )
}

function continues(map: ModuleMap, loop: WhileStatement): boolean {
  const labels = labelsOf(map, loop)
  let found = false
  const visit = (node: AnyNode, own: boolean): void => {
    walk(node, (at) => {
      if (isFunction(at)) return false
      if (at.type === 'ContinueStatement' && (at.label ? labels.includes(at.label.name) : own)) found = true
      if (at === node || !isLoop(at)) return true
      visit(at, false)
      return false
    })
  }
  visit(loop.body, true)
  return found
}

/** Names, constants, property paths and arithmetic: reading them twice gives the same. */
export function isInvariantForm(node: Expression | AnyNode): boolean {
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

/** What a counted loop asks for before it begins, besides where it starts. */
export function headPartsOf({ end, by, ahead, fixed }: Extract<Shape, { kind: 'range' }>): AnyNode[] {
  return [end, ...(by === null ? [] : [by]), ...(ahead === null ? [] : [ahead.node]), ...fixed]
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
