/** Walking the tree: children, ranges, and the kinds of node that bound a function. */
import type { AnyNode, ArrowFunctionExpression, Class, FunctionDeclaration, FunctionExpression } from 'acorn'

export type FunctionNode = FunctionDeclaration | FunctionExpression | ArrowFunctionExpression
export type ClassNode = Class & AnyNode

/** Where a node keeps its children: trees do not change once they are parsed, and a table beside them is slow to ask. */
const CHILDREN = Symbol('children')

interface Walked {
  [CHILDREN]?: readonly AnyNode[]
}

/** The direct children of a node, in source order of its fields. */
export function childrenOf(node: AnyNode): readonly AnyNode[] {
  const walked = node as AnyNode & Walked
  const held = walked[CHILDREN]
  if (held !== undefined) return held
  const found: AnyNode[] = []
  for (const key in node) {
    if (NO_CHILD.has(key)) continue
    const value: unknown = Reflect.get(node, key)
    if (Array.isArray(value)) {
      for (const entry of value) if (isNode(entry)) found.push(entry)
    } else if (isNode(value)) found.push(value)
  }
  walked[CHILDREN] = found
  return found
}

/** Fields of every node that hold none. */
const NO_CHILD = new Set(['type', 'start', 'end', 'loc', 'range'])

/** Visits a node and everything below it; `enter` returns false to skip what is below. */
export function walk(node: AnyNode, enter: (node: AnyNode) => boolean | undefined | undefined): void {
  if (enter(node) === false) return
  for (const child of childrenOf(node)) walk(child, enter)
}

export function isFunction(node: AnyNode | null | undefined): node is FunctionNode {
  return (
    node?.type === 'FunctionDeclaration' ||
    node?.type === 'FunctionExpression' ||
    node?.type === 'ArrowFunctionExpression'
  )
}

export function isClass(node: AnyNode | null | undefined): node is ClassNode {
  return node?.type === 'ClassDeclaration' || node?.type === 'ClassExpression'
}

export function isLoop(node: AnyNode): boolean {
  return /^(For|ForOf|ForIn|While|DoWhile)Statement$/.test(node.type)
}

/** True when `inner` lies within `outer`. */
export function contains(outer: { start: number; end: number }, inner: { start: number; end: number }): boolean {
  return outer.start <= inner.start && inner.end <= outer.end
}

/** Line of a node's first character, from 1. */
export function lineOf(node: AnyNode): number {
  return node.loc?.start.line ?? 0
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'
}
