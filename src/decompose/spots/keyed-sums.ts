/** Recognises sums per key: `totals[k] = (totals[k] ?? 0) + e` and the other ways to write it. */
import type { AnyNode, CallExpression } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { isFunction, walk } from '../syntax/walk.ts'
import { mayBeIntegers } from './integers.ts'
import type { Output } from './plan.ts'
import { usesOf } from './steady.ts'
import { UNIT_CHARS_MAX, unitWithin, wordsOf } from './words.ts'

/** A sum per key, and the expressions that are added. */
export interface KeyedSum {
  readonly how: 'sumMap' | 'sumKeys'
  readonly addends: readonly AnyNode[]
}

/** `V` is the container, `K` the key, `E` what is added. */
const BY_KEY = [
  /^V\[K\][-+]=E$/,
  /^V\[K\]=\(V\[K\](\?\?|\|\|)0\)[-+]E$/,
  /^V\[K\]=E\+\(V\[K\](\?\?|\|\|)0\)$/,
  /^V\[K\]=V\[K\][-+]E$/,
  /^V\[K\]=E\+V\[K\]$/,
  /^V\[K\]=\((V\[K\]|KinV)\?V\[K\]:0\)[-+]E$/,
  /^V\[K\]=(V\[K\]|KinV|V\[K\]!==undefined)\?V\[K\]\+E:E$/,
  /^V\[K\]=(!V\[K\]|!KinV|V\[K\]===undefined)\?E:V\[K\]\+E$/,
  /^if\((V\[K\]|KinV|V\[K\]!==undefined)\)V\[K\]\+=EelseV\[K\]=E$/,
  /^if\((!V\[K\]|!KinV|V\[K\]===undefined)\)V\[K\]=EelseV\[K\]\+=E$/,
]
const BY_MAP = [
  /^V\.set\(K,\(V\.get\(K\)(\?\?|\|\|)0\)[-+]E\)$/,
  /^V\.set\(K,E\+\(V\.get\(K\)(\?\?|\|\|)0\)\)$/,
  /^V\.set\(K,V\.get\(K\)[-+]E\)$/,
  /^V\.set\(K,\(V\.has\(K\)\?V\.get\(K\):0\)[-+]E\)$/,
  /^V\.set\(K,V\.has\(K\)\?V\.get\(K\)\+E:E\)$/,
  /^if\(V\.has\(K\)\)V\.set\(K,V\.get\(K\)\+E\)elseV\.set\(K,E\)$/,
  /^if\(!V\.has\(K\)\)V\.set\(K,E\)elseV\.set\(K,V\.get\(K\)\+E\)$/,
]
/** Under a key of `({ ...V, [K]: ... })`. */
const COPIED = [
  /^\(V\[K\](\?\?|\|\|)0\)[-+]E$/,
  /^E\+\(V\[K\](\?\?|\|\|)0\)$/,
  /^V\[K\][-+]E$/,
  /^E\+V\[K\]$/,
  /^(V\[K\]|KinV)\?V\[K\]\+E:E$/,
]

/** The sum that the statement around a use of `variable` adds to; null when it does anything else. */
export function sumIn(
  map: ModuleMap,
  variable: Variable,
  use: AnyNode,
  body: { start: number; end: number },
  isSteady: (key: AnyNode) => boolean,
): KeyedSum | null {
  const unit = unitWithin(map, variable, use, body)
  if (unit === null) return null
  const addends = addendsIn(variable, unit)
  const words = addends.length === 0 ? null : wordsOf(map, variable, unit, isSteady, { added: addends })
  if (words === null) return null
  if (BY_MAP.some((form) => form.test(words))) return { how: 'sumMap', addends }
  return BY_KEY.some((form) => form.test(words)) ? { how: 'sumKeys', addends } : null
}

/** The same for `value` in `({ ...variable, [key]: value })`. */
export function sumInCopy(
  map: ModuleMap,
  variable: Variable,
  key: AnyNode,
  value: AnyNode,
  isSteady: (key: AnyNode) => boolean,
): KeyedSum | null {
  if (value.end - value.start > UNIT_CHARS_MAX) return null
  const addends = addendsIn(variable, value)
  const words = addends.length === 0 ? null : wordsOf(map, variable, value, isSteady, { added: addends, key })
  return words !== null && COPIED.some((form) => form.test(words)) ? { how: 'sumKeys', addends } : null
}

/** Sums per key are regrouped, which is exact for integers alone. */
export function mayAddIntegers(map: ModuleMap, output: Output): boolean {
  if (output.how !== 'sumMap' && output.how !== 'sumKeys') return true
  return output.addends.every((addend) => mayBeIntegers(map, addend))
}

/** What is added to the container, or begins a sum, and does not ask for it. */
function addendsIn(variable: Variable, unit: AnyNode): AnyNode[] {
  const addends: AnyNode[] = []
  const look = (node: AnyNode | null | undefined): void => {
    if (!node || (node.type === 'Literal' && node.value === 0)) return
    if (usesOf(variable, node) === 0) addends.push(node)
    else walk(node, visit)
  }
  const visit = (node: AnyNode): boolean => {
    if (isFunction(node)) return false
    if (node.type === 'AssignmentExpression') look(node.right)
    else if (node.type === 'BinaryExpression' && /^[-+]$/.test(node.operator)) {
      look(node.left as AnyNode)
      look(node.right)
    } else if (node.type === 'ConditionalExpression') {
      look(node.consequent)
      look(node.alternate)
    } else if (isSet(node)) look(node.arguments[1])
    // Keys are no addends.
    else return !/^(Member|Call|Binary)Expression$/.test(node.type)
    return false
  }
  walk(unit, visit)
  return addends
}

function isSet(node: AnyNode): node is CallExpression {
  if (node.type !== 'CallExpression' || node.arguments.length !== 2) return false
  const { callee } = node
  return callee.type === 'MemberExpression' && callee.property.type === 'Identifier' && callee.property.name === 'set'
}
