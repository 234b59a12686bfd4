/** Recognises counts and lists per key in the many ways people write them, by the words of the whole statement. */
import type { AnyNode } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { contains, isFunction, walk } from '../syntax/walk.ts'

/** Longest statement that is compared; a count is written in a line or two. */
const UNIT_CHARS_MAX = 400

/** `V` is the container, `K` the key, which is the same text all through. Blanks, braces and semicolons are left out. */
const BY_MAP = [
  /^V\.set\(K,V\.has\(K\)\?V\.get\(K\)\+(\d+):\1\)$/,
  /^if\(V\.has\(K\)\)V\.set\(K,V\.get\(K\)\+(\d+)\)elseV\.set\(K,\1\)$/,
  /^if\(!V\.has\(K\)\)V\.set\(K,(\d+)\)elseV\.set\(K,V\.get\(K\)\+\1\)$/,
  /^if\(!V\.has\(K\)\)V\.set\(K,0\)$/,
  /^V\.set\(K,V\.get\(K\)\+\d+\)$/,
]
const BY_KEY = [
  /^V\[K\]=V\[K\]\?V\[K\]\+(\d+):\1$/,
  /^V\[K\]=V\[K\]\+(\d+)\|\|\1$/,
  /^if\(V\[K\]\)V\[K\](\+\+|\+=1)elseV\[K\]=1$/,
  /^if\(KinV\)V\[K\](\+\+|\+=1)elseV\[K\]=1$/,
  /^if\(!V\[K\]\)V\[K\]=1elseV\[K\](\+\+|\+=1)$/,
  /^if\((!V\[K\]|!\(KinV\)|V\[K\]===undefined)\)V\[K\]=0$/,
  /^V\[K\](\?\?|\|\|)=0$/,
  /^V\[K\]=V\[K\](\?\?|\|\|)0$/,
]

/** `E` is what is added to a list. */
const LISTS_BY_MAP = [
  /^if\(!V\.has\(K\)\)V\.set\(K,\[\]\)$/,
  /^if\(V\.has\(K\)\)V\.get\(K\)\.push\(E\)elseV\.set\(K,\[E\]\)$/,
  /^if\(!V\.has\(K\)\)V\.set\(K,\[E\]\)elseV\.get\(K\)\.push\(E\)$/,
]
const LISTS_BY_KEY = [
  /^\(V\[K\](\?\?|\|\|)=\[\]\)\.push\(E\)$/,
  /^if\((!V\[K\]|!\(KinV\)|V\[K\]===undefined)\)V\[K\]=\[\]$/,
  /^V\[K\](\?\?|\|\|)=\[\]$/,
  /^V\[K\]=V\[K\](\?\?|\|\|)\[\]$/,
  /^if\((V\[K\]|KinV)\)V\[K\]\.push\(E\)elseV\[K\]=\[E\]$/,
  /^if\((!V\[K\]|!\(KinV\))\)V\[K\]=\[E\]elseV\[K\]\.push\(E\)$/,
]

/** Counts, lists, and `push...`, which adds to a list that something else has to have made. */
export type KeyedUse = 'tallyMap' | 'tallyKeys' | 'groupMap' | 'groupKeys' | 'pushMap' | 'pushKeys'

/**
 * What the statement around a use of `variable` does to the count or the list of a key; null when it does anything else.
 * @param isSteady the key may be evaluated again and again
 */
export function tallyIn(
  map: ModuleMap,
  variable: Variable,
  use: AnyNode,
  body: { start: number; end: number },
  isSteady: (key: AnyNode) => boolean,
): KeyedUse | null {
  const unit = unitAround(map, variable, use)
  if (unit === null || !contains(body, unit) || unit.end - unit.start > UNIT_CHARS_MAX) return null
  const words = wordsOf(map, variable, unit, isSteady)
  if (words === null) return null
  if (BY_MAP.some((form) => form.test(words))) return 'tallyMap'
  if (BY_KEY.some((form) => form.test(words))) return 'tallyKeys'
  if (LISTS_BY_MAP.some((form) => form.test(words))) return 'groupMap'
  if (LISTS_BY_KEY.some((form) => form.test(words))) return 'groupKeys'
  if (words === 'V.get(K).push(E)') return 'pushMap'
  return words === 'V[K].push(E)' ? 'pushKeys' : null
}

/** The statement, or the `if` whose condition asks for the same container. */
function unitAround(map: ModuleMap, variable: Variable, use: AnyNode): AnyNode | null {
  let unit: AnyNode | null = null
  for (let at = map.parentOf(use); at !== null && !isFunction(at); at = map.parentOf(at)) {
    if (at.type === 'ExpressionStatement') unit ??= at
    else if (at.type === 'IfStatement') {
      const { test } = at
      if (contains(test, use)) return at
      return variable.references.some(({ identifier }) => contains(test, identifier)) ? at : unit
    } else if (unit !== null && at.type !== 'BlockStatement') return unit
  }
  return unit
}

function wordsOf(
  map: ModuleMap,
  variable: Variable,
  unit: AnyNode,
  isSteady: (key: AnyNode) => boolean,
): string | null {
  const { text } = map.module
  const marks: { start: number; end: number; word: string }[] = []
  let key: string | null = null
  for (const { identifier } of variable.references) {
    if (!contains(unit, identifier)) continue
    const node = keyAt(map, identifier)
    if (node === null || !isSteady(node)) return null
    const words = text.slice(node.start, node.end)
    if (key !== null && key !== words) return null
    key = words
    marks.push(
      { start: identifier.start, end: identifier.end, word: 'V' },
      { start: node.start, end: node.end, word: 'K' },
    )
  }
  const added = addedIn(unit)
  if (added.some((node) => text.slice(node.start, node.end) !== text.slice(added[0]?.start, added[0]?.end))) return null
  for (const { start, end } of added) {
    if (marks.some((mark) => mark.start >= start && mark.end <= end)) return null
    marks.push({ start, end, word: 'E' })
  }
  let words = ''
  let from = unit.start
  for (const { start, end, word } of marks.sort((a, b) => a.start - b.start)) {
    if (start < from) return null
    words += text.slice(from, start) + word
    from = end
  }
  return (words + text.slice(from, unit.end)).replaceAll(/[\s{};]/g, '')
}

/** What is pushed, or begins a list. */
function addedIn(unit: AnyNode): AnyNode[] {
  const added: AnyNode[] = []
  walk(unit, (node) => {
    if (isFunction(node)) return false
    const isPush =
      node.type === 'CallExpression' &&
      node.callee.type === 'MemberExpression' &&
      node.callee.property.type === 'Identifier' &&
      node.callee.property.name === 'push'
    const [first] = isPush ? node.arguments : node.type === 'ArrayExpression' ? node.elements : []
    const count = isPush ? node.arguments.length : node.type === 'ArrayExpression' ? node.elements.length : 0
    if (count !== 1 || !first || first.type === 'SpreadElement') return true
    added.push(first)
    // What is added may itself be a list: it is not looked into.
    return false
  })
  return added
}

/** The key with which a use asks: `V[key]`, `V.get(key)`, `key in V`. */
function keyAt(map: ModuleMap, use: AnyNode): AnyNode | null {
  const parent = map.parentOf(use)
  if (parent?.type === 'BinaryExpression')
    return parent.operator === 'in' && parent.right === use ? (parent.left as AnyNode) : null
  if (parent?.type !== 'MemberExpression' || parent.object !== use) return null
  if (parent.computed) return parent.property as AnyNode
  const call = map.parentOf(parent)
  return call?.type === 'CallExpression' && call.callee === parent ? (call.arguments[0] ?? null) : null
}
