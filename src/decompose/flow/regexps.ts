/** What calls do to regular expressions: `lastIndex` is state. */
import type { AnyNode } from 'acorn'
import type { Flow } from './flow.ts'
import { ANY_FIELD, emptyValue, type Value } from './value.ts'

/** String methods that set `lastIndex` of a regular expression they are given. */
export const REGEX_USERS = new Set(['replace', 'replaceAll', 'match'])

export function touchRegExp(flow: Flow, node: AnyNode, given: Value | undefined): void {
  const argument = node.type === 'CallExpression' ? node.arguments[0] : undefined
  if (argument === undefined || isRegExpConstant(flow, argument)) return
  for (const thing of given?.things ?? []) {
    if (thing.kind === 'outer')
      flow.write({ things: new Set([thing]), callables: new Set() }, ANY_FIELD, emptyValue(), node)
  }
}

/** `LINE.exec(x)` changes nothing when LINE is a constant without the flags `g` and `y`. */
export function isFixedRegExp(flow: Flow, node: AnyNode): boolean {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return false
  const { object, property } = node.callee
  if (property.type !== 'Identifier' || (property.name !== 'exec' && property.name !== 'test')) return false
  const literal = regExpOf(flow, object)
  return literal !== null && !/[gy]/.test(literal)
}

/** A literal here, or a constant that holds one: its `lastIndex` is 0 whenever string methods are done with it. */
function isRegExpConstant(flow: Flow, node: AnyNode): boolean {
  const flags = regExpOf(flow, node)
  return flags !== null && !flags.includes('y')
}

/** Flags of the regular expression that a literal or a constant is; null for everything else. */
function regExpOf(flow: Flow, node: AnyNode): string | null {
  if (node.type === 'Literal' && 'regex' in node && node.regex) return node.regex.flags
  if (node.type !== 'Identifier') return null
  const definition = flow.map.variableOf(node)?.defs[0]
  if (definition?.node.type !== 'VariableDeclarator' || definition.parent?.type !== 'VariableDeclaration') return null
  const init = definition.node.init
  if (definition.parent.kind !== 'const' || init?.type !== 'Literal' || !('regex' in init) || !init.regex) return null
  return init.regex.flags
}
