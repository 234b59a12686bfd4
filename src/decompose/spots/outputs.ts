/** Recognises how an iteration writes a captured variable: only forms whose merge in index order is exact. */
import type { AnyNode, AssignmentExpression, CallExpression, MemberExpression } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { contains } from '../syntax/walk.ts'
import { type Cells, cellsOf, mergeCells } from './affine.ts'
import { sumIn } from './keyed-sums.ts'
import type { Addition, Output } from './plan.ts'
import { isRepeatable, isSteady, mathName, usesOf } from './steady.ts'
import { tallyIn } from './tallies.ts'
import { isVoid } from './void.ts'

/** Where the uses of a captured variable are looked at. */
export interface UseSetting {
  readonly map: ModuleMap
  /** Code of the iteration. */
  readonly body: { start: number; end: number }
  /** Counter or index of the iteration, when it has one. */
  readonly counter: Variable | null
  /** Functions outside the body that iterations call. */
  readonly elsewhere: readonly { start: number; end: number }[]
  /** Parts of the body that only the root runs. */
  readonly ignored: readonly { start: number; end: number }[]
}

/** One use of the variable: what it does. */
type Use =
  | { readonly how: 'push' | 'set' | 'add' | 'count' | 'tallyMap' | 'tallyKeys' | 'max' | 'min' | 'put' | 'length' }
  | { readonly how: 'groupMap' | 'groupKeys' | 'pushMap' | 'pushKeys' }
  | { readonly how: 'sumMap' | 'sumKeys'; readonly addends: readonly AnyNode[] }
  | { readonly how: 'cells' | 'row'; readonly cells: Cells; readonly writes: boolean }
  | { readonly how: 'sum'; readonly node: Addition }

/** The output that all uses of `variable` amount to; null when they are anything else. */
export function outputOf(setting: UseSetting, variable: Variable): Output | null {
  const uses: Use[] = []
  for (const { identifier } of variable.references) {
    if (setting.elsewhere.some((range) => contains(range, identifier))) return null
    if (!contains(setting.body, identifier)) continue
    if (setting.ignored.some((range) => contains(range, identifier))) continue
    const use = keyedUse(setting, variable, identifier)
    if (use === null) return null
    uses.push(use)
  }
  const hows = new Set(uses.map((use) => use.how))
  // Lists that something else has to have made are not in a shard.
  if (hows.has('groupMap')) hows.delete('pushMap')
  if (hows.has('groupKeys')) hows.delete('pushKeys')
  const sum = keyedSumOutput(variable, uses, hows)
  if (sum !== null) return sum
  const readsLength = hows.delete('length')
  if (hows.has('row')) return rowsOutput(variable, uses, hows, readsLength)
  if (hows.has('cells')) return cellsOutput(variable, uses, hows, readsLength)
  const [how] = hows
  if (how === 'sum') return hows.size === 1 && !readsLength ? sumOutput(variable, uses) : null
  if (hows.size !== 1 || readsLength || how === undefined || how === 'cells' || how === 'row' || how === 'length')
    return null
  if (how === 'pushMap' || how === 'pushKeys' || how === 'sumMap' || how === 'sumKeys') return null
  return { how, variable }
}

/** Counts are sums, too. */
function keyedSumOutput(variable: Variable, uses: readonly Use[], hows: ReadonlySet<string>): Output | null {
  const how = hows.has('sumMap') ? 'sumMap' : 'sumKeys'
  const counts = how === 'sumMap' ? 'tallyMap' : 'tallyKeys'
  if (!hows.has(how) || ![...hows].every((other) => other === how || other === counts)) return null
  const addends = uses.flatMap((use) => (use.how === how ? use.addends : []))
  return { how, variable, addends: [...new Set(addends)] }
}

/** A use that counts, lists or adds per key, or any other. */
function keyedUse(setting: UseSetting, variable: Variable, id: AnyNode): Use | null {
  const { map, body } = setting
  const steady = (key: AnyNode): boolean => isSteady(map, variable, key)
  const tally = tallyIn(map, variable, id, body, steady)
  if (tally !== null) return { how: tally }
  const use = useOf(setting, variable, id)
  // What begins a sum may look like any other value that is put in.
  return use === null || use.how === 'put' || use.how === 'set' ? (sumIn(map, variable, id, body, steady) ?? use) : use
}

function cellsOutput(
  variable: Variable,
  uses: readonly Use[],
  hows: ReadonlySet<string>,
  readsLength: boolean,
): Output | null {
  const cells = uses.flatMap((use) => (use.how === 'cells' ? [use.cells] : []))
  // A write-only index that is no formula of the counter makes all of them write-only.
  if (hows.size > 1) {
    const writeOnly =
      hows.size === 2 && hows.has('put') && uses.every((use) => use.how !== 'cells' || use.writes) && !readsLength
    return writeOnly ? { how: 'put', variable } : null
  }
  const merged = mergeCells(cells)
  if (merged === null) return null
  return { how: 'cells', variable, cells: merged, readsLength }
}

/** Whole cells may be set, too, but not handed on: who holds a row could change it. */
function rowsOutput(
  variable: Variable,
  uses: readonly Use[],
  hows: ReadonlySet<string>,
  readsLength: boolean,
): Output | null {
  const known = [...hows].every((how) => how === 'row' || how === 'cells')
  const handedOn = uses.some((use) => use.how === 'cells' && !use.writes)
  if (!known || handedOn) return null
  const merged = mergeCells(uses.flatMap((use) => (use.how === 'row' || use.how === 'cells' ? [use.cells] : [])))
  return merged === null ? null : { how: 'rows', variable, cells: merged, readsLength }
}

function useOf(setting: UseSetting, variable: Variable, id: AnyNode): Use | null {
  const { map } = setting
  const parent = map.parentOf(id)
  if (parent === null) return null
  if (parent.type === 'UpdateExpression') return isVoid(map, parent) ? { how: 'count' } : null
  if (parent.type === 'AssignmentExpression' && parent.left === id) return assignedUse(setting, variable, parent)
  const outer = enclosingMinMaxOrCount(map, variable, id)
  if (outer !== null) return outer
  if (parent.type !== 'MemberExpression' || parent.object !== id) return null
  return parent.computed ? computedUse(setting, variable, parent) : namedUse(setting, variable, parent)
}

function assignedUse(setting: UseSetting, variable: Variable, node: AssignmentExpression): Use | null {
  if (!isVoid(setting.map, node)) return null
  if ((node.operator === '+=' || node.operator === '-=') && isCount(node.right)) return { how: 'count' }
  if (/^[-+*]=$/.test(node.operator)) return sumUse(setting.map, variable, node)
  return node.operator === '=' ? selfAssigned(setting.map, variable, node) : null
}

/** `v += e`, written so that the text can be turned into `v.push(e)`. */
function sumUse(map: ModuleMap, variable: Variable, node: AssignmentExpression): Use | null {
  const between = map.module.text.slice(node.left.end, node.right.start)
  const plain = /^\s*[-+*]=\s*$/.test(between) && node.start === node.left.start && node.end === node.right.end
  if (!plain || usesOf(variable, node) !== 1) return null
  const { left, right, operator } = node
  return { how: 'sum', node: { left: left as AnyNode, right, operator: operator.slice(0, 1) } }
}

function sumOutput(variable: Variable, uses: readonly Use[]): Output | null {
  // Of `v = v + e` both names were met.
  const nodes = [...new Map(uses.flatMap((use) => (use.how === 'sum' ? [[use.node.left, use.node]] : []))).values()]
  const operator = nodes[0]?.operator ?? ''
  if (nodes.some((node) => node.operator !== operator)) return null
  return { how: 'sum', variable, operator, nodes, integers: false, exact: operator === '+' && startsExact(variable) }
}

function startsExact(variable: Variable): boolean {
  const node = variable.defs[0]?.node
  const init = node?.type === 'VariableDeclarator' ? node.init : null
  if (init?.type === 'TemplateLiteral') return true
  return init?.type === 'Literal' && (typeof init.value === 'string' || ('bigint' in init && init.bigint != null))
}

/** `v = v + e`. */
function selfAdded(map: ModuleMap, variable: Variable, node: AssignmentExpression): Use | null {
  const { left, right } = node
  if (right.type !== 'BinaryExpression' || !/^[-+*]$/.test(right.operator)) return null
  const between = map.module.text.slice(left.end, right.right.start)
  const plain = /^\s*=\s*[\w$.]+\s*[-+*]\s*$/.test(between) && node.end === right.right.end && node.start === left.start
  if (!plain || map.variableOf(right.left) !== variable || usesOf(variable, node) !== 2) return null
  return { how: 'sum', node: { left: left as AnyNode, right: right.right, operator: right.operator } }
}

/** `v = Math.max(v, e)`, `v = v + e`. */
function selfAssigned(map: ModuleMap, variable: Variable, node: AssignmentExpression): Use | null {
  const { right } = node
  if (right.type === 'BinaryExpression' && right.operator === '+' && isCount(right.right)) {
    return map.variableOf(right.left) === variable ? { how: 'count' } : null
  }
  if (right.type !== 'CallExpression' || right.arguments.length < 2) return selfAdded(map, variable, node)
  const name = mathName(map, right)
  const selves = right.arguments.filter(
    (argument) => argument.type !== 'SpreadElement' && map.variableOf(argument) === variable,
  )
  if (selves.length !== 1 || usesOf(variable, right) !== 1 || right.arguments.some((a) => a.type === 'SpreadElement'))
    return null
  return name === 'max' || name === 'min' ? { how: name } : null
}

/** The reading half of `v = Math.max(v, e)` and `v = v + e`. */
function enclosingMinMaxOrCount(map: ModuleMap, variable: Variable, id: AnyNode): Use | null {
  const call = map.parentOf(id)
  const assignment = call === null ? null : map.parentOf(call)
  if (assignment?.type !== 'AssignmentExpression' || assignment.operator !== '=' || assignment.right !== call)
    return null
  if (map.variableOf(assignment.left) !== variable || !isVoid(map, assignment)) return null
  return selfAssigned(map, variable, assignment)
}

function namedUse(setting: UseSetting, variable: Variable, member: MemberExpression): Use | null {
  const { map } = setting
  const name = member.property.type === 'Identifier' ? member.property.name : ''
  if (name === 'length') {
    const around = map.parentOf(member)
    return around?.type === 'AssignmentExpression' && around.left === member
      ? null
      : around?.type === 'UpdateExpression'
        ? null
        : { how: 'length' }
  }
  const call = map.parentOf(member)
  if (call?.type !== 'CallExpression' || call.callee !== member) return null
  if (name === 'get') return tallyAround(map, variable, call)
  if (!isVoid(map, call) || (map.methods.has(name) && !isBuiltinContainer(map, variable))) return null
  if (name === 'push') return { how: 'push' }
  if (name === 'add' && call.arguments.length === 1) return { how: 'add' }
  if (name !== 'set' || call.arguments.length !== 2) return null
  if (usesOf(variable, call) === 1) return { how: 'set' }
  return isMapTally(map, variable, call) ? { how: 'tallyMap' } : null
}

/** Declared as an array, Map or Set: its methods are the builtin ones, whatever the module's own classes are called. */
function isBuiltinContainer(map: ModuleMap, variable: Variable): boolean {
  const node = variable.defs[0]?.node
  const init = node?.type === 'VariableDeclarator' ? node.init : null
  if (init?.type === 'ArrayExpression') return true
  return init?.type === 'NewExpression' && init.callee.type === 'Identifier' && map.variableOf(init.callee) === null
}

/** The reading half of `v.set(k, (v.get(k) ?? 0) + 1)`. */
function tallyAround(map: ModuleMap, variable: Variable, get: CallExpression): Use | null {
  for (let at = map.parentOf(get); at !== null && at.type !== 'ExpressionStatement'; at = map.parentOf(at)) {
    if (at.type === 'CallExpression')
      return isVoid(map, at) && isMapTally(map, variable, at) ? { how: 'tallyMap' } : null
  }
  return null
}

function isMapTally(map: ModuleMap, variable: Variable, set: CallExpression): boolean {
  const { callee } = set
  if (callee.type !== 'MemberExpression' || map.variableOf(callee.object) !== variable) return false
  if (callee.property.type !== 'Identifier' || callee.property.name !== 'set' || callee.computed) return false
  const [key, value] = set.arguments
  if (key === undefined || value?.type !== 'BinaryExpression' || value.operator !== '+' || !isCount(value.right))
    return false
  const old = orZero(value.left)
  if (old?.type !== 'CallExpression' || old.callee.type !== 'MemberExpression' || usesOf(variable, set) !== 2)
    return false
  const [gotKey] = old.arguments
  return (
    gotKey !== undefined &&
    map.variableOf(old.callee.object) === variable &&
    sameText(map, key, gotKey) &&
    isRepeatable(map, key)
  )
}

/** A count that goes down is a sum: what counts can only grow in may cut or wrap it. */
const LESS: Use = { how: 'sumKeys', addends: [] }

function computedUse(setting: UseSetting, variable: Variable, member: MemberExpression): Use | null {
  const { map } = setting
  const parent = map.parentOf(member)
  if (usesOf(variable, member.property) > 0) return null
  const writes = parent?.type === 'AssignmentExpression' && parent.left === member
  const updates = parent?.type === 'UpdateExpression'
  const cells = setting.counter === null ? null : cellsOf(map, member.property, setting.counter, setting.body)
  const safe =
    parent !== null &&
    !isReceiver(parent, member) &&
    !(parent.type === 'UnaryExpression' && parent.operator === 'delete')
  if (cells !== null && parent !== null && usesAsRow(map, member, parent)) return { how: 'row', cells, writes: true }
  if (cells !== null && safe) return { how: 'cells', cells, writes: writes && parent.operator === '=' }
  if (updates && isVoid(map, parent)) return parent.operator === '++' ? { how: 'tallyKeys' } : LESS
  if (writes && isVoid(map, parent)) {
    if (parent.operator === '-=' && isCount(parent.right)) return LESS
    if (parent.operator === '+=' && isCount(parent.right)) return { how: 'tallyKeys' }
    if (parent.operator !== '=') return null
    if (usesOf(variable, parent) === 1) return { how: 'put' }
    return isKeyTally(map, parent) ? { how: 'tallyKeys' } : null
  }
  return keyTallyAround(map, member)
}

/** `out[i][x]` read or written, `out[i].length`, or `const row = out[i]` and nothing but these of `row`. */
function usesAsRow(map: ModuleMap, row: AnyNode, parent: AnyNode): boolean {
  if (parent.type === 'MemberExpression' && parent.object === row) return isElement(map, parent)
  if (parent.type !== 'VariableDeclarator' || parent.init !== row || parent.id.type !== 'Identifier') return false
  const variable = map.variableOf(parent.id)
  if (variable === null || variable.defs.length !== 1) return false
  return variable.references.every(({ identifier, init }) => {
    if (init === true) return true
    const around = map.parentOf(identifier)
    return around?.type === 'MemberExpression' && around.object === identifier && isElement(map, around)
  })
}

function isElement(map: ModuleMap, element: MemberExpression): boolean {
  const parent = map.parentOf(element)
  if (parent === null || isReceiver(parent, element)) return false
  if (parent.type === 'UnaryExpression' && parent.operator === 'delete') return false
  if (element.computed) return true
  const writes =
    (parent.type === 'AssignmentExpression' && parent.left === element) || parent.type === 'UpdateExpression'
  return element.property.type === 'Identifier' && element.property.name === 'length' && !writes
}

/** `out[i].x` or `out[i](...)`: the element is used as an object, which an own cell does not cover. */
function isReceiver(parent: AnyNode, member: AnyNode): boolean {
  return (
    (parent.type === 'MemberExpression' && parent.object === member) ||
    (parent.type === 'CallExpression' && parent.callee === member)
  )
}

/** The reading half of `v[k] = (v[k] ?? 0) + 1`. */
function keyTallyAround(map: ModuleMap, member: AnyNode): Use | null {
  for (let at = map.parentOf(member); at !== null; at = map.parentOf(at)) {
    if (at.type === 'AssignmentExpression') return isVoid(map, at) && isKeyTally(map, at) ? { how: 'tallyKeys' } : null
    if (at.type !== 'LogicalExpression' && at.type !== 'BinaryExpression') return null
  }
  return null
}

function isKeyTally(map: ModuleMap, node: AssignmentExpression): boolean {
  const { left, right } = node
  if (node.operator !== '=' || left.type !== 'MemberExpression' || right.type !== 'BinaryExpression') return false
  if (right.operator !== '+' || !isCount(right.right)) return false
  const old = orZero(right.left)
  return old !== null && sameText(map, left, old) && isRepeatable(map, left.property)
}

/** `x ?? 0` and `x || 0`. */
function orZero(node: AnyNode): AnyNode | null {
  if (node.type !== 'LogicalExpression' || (node.operator !== '??' && node.operator !== '||')) return null
  return node.right.type === 'Literal' && node.right.value === 0 ? node.left : null
}

/** A small positive integer literal: added up over all items of a spot it stays exact, and can be regrouped. */
function isCount(node: AnyNode): boolean {
  return (
    node.type === 'Literal' &&
    Number.isSafeInteger(node.value) &&
    Number(node.value) > 0 &&
    Number(node.value) <= COUNT_MAX
  )
}

const COUNT_MAX = 2 ** 20

function sameText(map: ModuleMap, a: AnyNode, b: AnyNode): boolean {
  const { text } = map.module
  return text.slice(a.start, a.end) === text.slice(b.start, b.end)
}
