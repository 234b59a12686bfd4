/** Recognises counts and lists per key in the many ways people write them, by the words of the whole statement. */
import type { AnyNode } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { isFunction, walk } from '../syntax/walk.ts'
import { isFixedUse, UNIT_CHARS_MAX, unitWithin, wordsOf } from './words.ts'

/** `V` is the container, `K` the key, which is the same text all through. Blanks, braces and semicolons are left out; `K in V` stands for all ways to ask. */
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
  /^if\((!V\[K\]|!KinV|V\[K\]===undefined)\)V\[K\]=0$/,
  /^V\[K\](\?\?|\|\|)=0$/,
  /^V\[K\]=V\[K\](\?\?|\|\|)0$/,
]

/** Of a key that is a name in the text. */
const BY_NAME = [/^V\[K\](\+\+|--)$/, /^(\+\+|--)V\[K\]$/, /^V\[K\][-+]=\d{1,6}$/, /^V\[K\]=V\[K\][-+]\d{1,6}$/]

/** `E` is what is added to a list, or to a Set. */
const LISTS_BY_MAP = [
  /^if\(!V\.has\(K\)\)V\.set\(K,(\[\]|newSet\(\))\)$/,
  /^if\(V\.has\(K\)\)V\.get\(K\)\.add\(E\)elseV\.set\(K,newSet\(\[E\]\)\)$/,
  /^if\(!V\.has\(K\)\)V\.set\(K,newSet\(\[E\]\)\)elseV\.get\(K\)\.add\(E\)$/,
  /^if\(V\.has\(K\)\)V\.get\(K\)\.push\(E\)elseV\.set\(K,\[E\]\)$/,
  /^if\(!V\.has\(K\)\)V\.set\(K,\[E\]\)elseV\.get\(K\)\.push\(E\)$/,
]
const LISTS_BY_KEY = [
  /^\(V\[K\](\?\?|\|\|)=newSet\(\)\)\.add\(E\)$/,
  /^if\((!V\[K\]|!KinV|V\[K\]===undefined)\)V\[K\]=newSet\(\)$/,
  /^V\[K\](\?\?|\|\|)=newSet\(\)$/,
  /^\(V\[K\](\?\?|\|\|)=\[\]\)\.push\(E\)$/,
  /^if\((!V\[K\]|!KinV|V\[K\]===undefined)\)V\[K\]=\[\]$/,
  /^V\[K\](\?\?|\|\|)=\[\]$/,
  /^V\[K\]=V\[K\](\?\?|\|\|)\[\]$/,
  /^if\((V\[K\]|KinV)\)V\[K\]\.push\(E\)elseV\[K\]=\[E\]$/,
  /^if\((!V\[K\]|!KinV)\)V\[K\]=\[E\]elseV\[K\]\.push\(E\)$/,
]

/** What a copy of all that is held gets under a key: `({ ...V, [K]: ... })`. */
const COPIED_COUNTS = [
  /^\(V\[K\](\?\?|\|\|)0\)\+\d+$/,
  /^V\[K\]\+\d+$/,
  /^V\[K\]\?V\[K\]\+(\d+):\1$/,
  /^KinV\?V\[K\]\+(\d+):\1$/,
  /^V\[K\]\+(\d+)\|\|\1$/,
]
const COPIED_LISTS = [
  /^\[\.\.\.\(?V\[K\](\?\?|\|\|)\[\]\)?,E\]$/,
  /^\(V\[K\](\?\?|\|\|)\[\]\)\.concat\(\[E\]\)$/,
  /^V\[K\]\?\[\.\.\.V\[K\],E\]:\[E\]$/,
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
  const unit = unitWithin(map, variable, use, body)
  if (unit === null) return null
  const words = wordsOf(map, variable, unit, isSteady, { added: addedIn(unit) })
  if (words === null) return null
  if (BY_MAP.some((form) => form.test(words))) return 'tallyMap'
  if (BY_KEY.some((form) => form.test(words))) return 'tallyKeys'
  if (isFixedUse(map, use) && BY_NAME.some((form) => form.test(words))) return 'tallyKeys'
  if (LISTS_BY_MAP.some((form) => form.test(words))) return 'groupMap'
  if (LISTS_BY_KEY.some((form) => form.test(words))) return 'groupKeys'
  if (/^V\.get\(K\)\.(push|add)\(E\)$/.test(words)) return 'pushMap'
  return /^V\[K\]\.(push|add)\(E\)$/.test(words) ? 'pushKeys' : null
}

/** What `value` in `({ ...variable, [key]: value })` does to the count or the list of the key; null when it does anything else. */
export function tallyInCopy(
  map: ModuleMap,
  variable: Variable,
  key: AnyNode,
  value: AnyNode,
  isSteady: (key: AnyNode) => boolean,
): KeyedUse | null {
  if (value.end - value.start > UNIT_CHARS_MAX) return null
  const words = wordsOf(map, variable, value, isSteady, { added: addedIn(value), key })
  if (words === null) return null
  if (COPIED_COUNTS.some((form) => form.test(words))) return 'tallyKeys'
  return COPIED_LISTS.some((form) => form.test(words)) ? 'groupKeys' : null
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
      /^(push|add)$/.test(node.callee.property.name)
    const [first, ...others] = isPush ? node.arguments : node.type === 'ArrayExpression' ? elementsAdded(node) : []
    if (others.length > 0 || !first || first.type === 'SpreadElement') return true
    added.push(first)
    // What is added may itself be a list: it is not looked into.
    return false
  })
  return added
}

/** All elements but the list that is copied, in `[...list, element]`. */
function elementsAdded({ elements }: Extract<AnyNode, { type: 'ArrayExpression' }>): (AnyNode | null)[] {
  return elements.length === 2 && elements[0]?.type === 'SpreadElement' ? elements.slice(1) : elements
}
