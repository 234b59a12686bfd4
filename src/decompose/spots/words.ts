/** Statements about one container as words, in which its keys and what is added have one name each: so forms can be compared. */
import type { AnyNode } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { contains, isFunction } from '../syntax/walk.ts'
import { isVoid } from './void.ts'

/** Longest statement that is compared; a count is written in a line or two. */
export const UNIT_CHARS_MAX = 400

/** What besides the container is named in the words of a unit. */
interface Named {
  /** What is added; becomes `E`. */
  readonly added: readonly AnyNode[]
  /** The key, where the unit itself does not name it. */
  readonly key?: AnyNode
}

/** The unit around a use, where it is all within `body` and short enough to be compared. */
export function unitWithin(
  map: ModuleMap,
  variable: Variable,
  use: AnyNode,
  body: { readonly start: number; readonly end: number },
): AnyNode | null {
  const unit = unitAround(map, variable, use)
  return unit !== null && contains(body, unit) && unit.end - unit.start <= UNIT_CHARS_MAX ? unit : null
}

/** The statement around a use, or the `if` whose condition asks for the same container. */
function unitAround(map: ModuleMap, variable: Variable, use: AnyNode): AnyNode | null {
  let unit: AnyNode | null = null
  for (let at = map.parentOf(use); at !== null && !isFunction(at); at = map.parentOf(at)) {
    if (at.type === 'ExpressionStatement') unit = at
    else if (unit === null && isVoid(map, at)) unit = at
    else if (at.type === 'IfStatement') {
      const { test } = at
      if (contains(test, use)) return at
      return variable.references.some(({ identifier }) => contains(test, identifier)) ? at : unit
    } else if (unit !== null && at.type !== 'BlockStatement') return unit
  }
  return unit
}

/**
 * The words of a unit: `V` is the container, `K` its key, which is the same text all through, `E` what is added.
 * Null when it asks for several keys, or adds different things.
 */
export function wordsOf(
  map: ModuleMap,
  variable: Variable,
  unit: AnyNode,
  isSteady: (key: AnyNode) => boolean,
  named: Named,
): string | null {
  const { text } = map.module
  const textOf = ({ start, end }: AnyNode): string => text.slice(start, end)
  const marks: Mark[] = []
  const keys = new Set(named.key === undefined ? [] : [textOf(named.key)])
  for (const { identifier } of variable.references) {
    if (!contains(unit, identifier)) continue
    const key = keyAt(map, identifier)
    if (key === null || !isSteady(key)) return null
    keys.add(textOf(key))
    if (isFixedUse(map, identifier)) marks.push({ start: identifier.start, end: key.end, word: 'V[K]' })
    else
      marks.push(
        { start: identifier.start, end: identifier.end, word: 'V' },
        { start: key.start, end: key.end, word: 'K' },
      )
  }
  if (keys.size > 1 || new Set(named.added.map(textOf)).size > 1) return null
  for (const { start, end } of named.added) {
    if (marks.some((mark) => mark.start >= start && mark.end <= end)) return null
    marks.push({ start, end, word: 'E' })
  }
  const words = replaced(text, unit, marks)
  return words === null
    ? null
    : words
        .replaceAll(/[\s{};]/g, '')
        .replaceAll(ASKED, 'KinV')
        .replaceAll(IN_PARENTHESES, '$1KinV$2')
}

interface Mark {
  readonly start: number
  readonly end: number
  readonly word: string
}

/** Ways to ask whether a key is there. */
const ASKED = /Object\.hasOwn\(V,K\)|V\.hasOwnProperty\(K\)/g
const IN_PARENTHESES = /([!=(])\(KinV\)([?)])?/g

function replaced(text: string, unit: AnyNode, marks: readonly Mark[]): string | null {
  let words = ''
  let from = unit.start
  for (const { start, end, word } of [...marks].sort((a, b) => a.start - b.start)) {
    if (start < from) return null
    words += text.slice(from, start) + word
    from = end
  }
  return words + text.slice(from, unit.end)
}

/** True for `V.name`, whose key is a name in the text. */
export function isFixedUse(map: ModuleMap, use: AnyNode): boolean {
  const parent = map.parentOf(use)
  if (parent?.type !== 'MemberExpression' || parent.object !== use || parent.computed || parent.optional) return false
  const call = map.parentOf(parent)
  if (parent.property.type !== 'Identifier' || (call?.type === 'CallExpression' && call.callee === parent)) return false
  return !/^(length|size|__proto__)$/.test(parent.property.name)
}

/** The key with which a use asks: `V[key]`, `V.key`, `V.get(key)`, `key in V`, `Object.hasOwn(V, key)`. */
function keyAt(map: ModuleMap, use: AnyNode): AnyNode | null {
  const parent = map.parentOf(use)
  if (parent?.type === 'BinaryExpression')
    return parent.operator === 'in' && parent.right === use ? (parent.left as AnyNode) : null
  if (parent?.type === 'CallExpression')
    return isHasOwn(map, parent.callee) && parent.arguments[0] === use ? (parent.arguments[1] ?? null) : null
  if (parent?.type !== 'MemberExpression' || parent.object !== use) return null
  if (parent.computed || isFixedUse(map, use)) return parent.property as AnyNode
  const call = map.parentOf(parent)
  return call?.type === 'CallExpression' && call.callee === parent ? (call.arguments[0] ?? null) : null
}

function isHasOwn(map: ModuleMap, callee: AnyNode): boolean {
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') return false
  const { object, property } = callee
  return (
    object.name === 'Object' &&
    map.variableOf(object) === null &&
    property.type === 'Identifier' &&
    property.name === 'hasOwn'
  )
}
