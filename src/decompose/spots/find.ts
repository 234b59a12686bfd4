/** Finds the spots of a module: loops and array calls that might be sharded. */
import type { AnyNode, CallExpression, ForOfStatement, ForStatement } from 'acorn'
import { isTypedArray } from '../flow/builtins.ts'
import { madeAt } from '../flow/made.ts'
import type { ModuleMap } from '../syntax/module-map.ts'
import { isFunction, isLoop, lineOf, walk } from '../syntax/walk.ts'

export type LoopNode = Extract<
  AnyNode,
  { type: 'ForStatement' | 'ForOfStatement' | 'ForInStatement' | 'WhileStatement' | 'DoWhileStatement' }
>

/** A loop or an array call, not yet judged. */
export type Site =
  | { readonly kind: 'loop'; readonly node: LoopNode; readonly line: number }
  | { readonly kind: 'call'; readonly node: CallExpression; readonly method: string; readonly line: number }

/** Array methods that take a function, and the sorts. */
const METHODS = new Set([
  ...['map', 'filter', 'flatMap', 'forEach', 'reduce', 'reduceRight', 'some', 'every'],
  ...['find', 'findIndex', 'findLast', 'findLastIndex', 'sort', 'toSorted'],
])

/** All sites outside `excluded` ranges, by line, then outermost first. */
export function findSites(map: ModuleMap, excluded: readonly { start: number; end: number }[]): Site[] {
  const sites: Site[] = []
  walk(map.module.tree, (node) => {
    if (excluded.some((range) => range.start <= node.start && node.end <= range.end)) return false
    if (isLoop(node)) sites.push({ kind: 'loop', node: node as LoopNode, line: lineOf(node) })
    else if (node.type === 'CallExpression') {
      const method = arrayMethod(map, node)
      if (method !== null) {
        const name = node.callee.type === 'MemberExpression' ? node.callee.property : node.callee
        sites.push({ kind: 'call', node, method, line: lineOf(name) })
      }
    }
    return true
  })
  return sites.sort((a, b) => a.line - b.line || b.node.end - b.node.start - (a.node.end - a.node.start))
}

export function isCounted(node: AnyNode): node is ForStatement {
  return node.type === 'ForStatement'
}

export function isForOf(node: AnyNode): node is ForOfStatement {
  return node.type === 'ForOfStatement'
}

function arrayMethod(map: ModuleMap, node: CallExpression): string | null {
  const { callee } = node
  if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') return null
  const name = callee.property.name
  if (callee.object.type === 'Identifier' && map.variableOf(callee.object) === null) {
    const makes = callee.object.name === 'Array' || isTypedArray(callee.object.name)
    return makes && name === 'from' && node.arguments.length === 2 ? 'from' : null
  }
  if (!METHODS.has(name)) return null
  if (name === 'sort' || name === 'toSorted') return name
  const first = node.arguments[0]
  if (first === undefined || first.type === 'SpreadElement') return null
  const isNamed = first.type === 'Identifier' || first.type === 'MemberExpression'
  return isFunction(first) || isNamed || madeAt(map, first) !== null ? name : null
}
