/** Where a loop may end early, and the code that runs only then: shards stop in front of it, the root runs it in place. */
import type { AnyNode, Statement } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import { contains, isFunction, isLoop, walk } from '../syntax/walk.ts'
import type { LoopNode } from './find.ts'

/** Statements one after the other that end by leaving the loop. */
export interface Region {
  readonly start: number
  readonly end: number
  readonly statements: readonly AnyNode[]
  /** The statement that leaves: `break`, `return`, or `continue` of a loop around. */
  readonly exit: AnyNode
}

/**
 * The regions by which a loop is left; null when it ends otherwise, or with its first iteration.
 *
 * An iteration that reaches a region is run by the root, and so is all that comes after it. So it does not matter what
 * a region does, nor whether a `finally` keeps the loop going after all.
 */
export function regionsOf(map: ModuleMap, loop: LoopNode): readonly Region[] | null {
  const exits = exitsOf(loop, labelsOf(map, loop))
  const regions: Region[] = []
  for (const exit of exits) {
    if (exit.type === 'YieldExpression') return null
    const statements = statementsTo(map, exit)
    const [first] = statements
    const always = loop.body.type === 'BlockStatement' ? loop.body.body[0] === first : loop.body === first
    if (first === undefined || always) return null
    regions.push({ start: first.start, end: exit.end, statements, exit })
  }
  // An exit within the region of another is none of its own.
  return regions.filter((region) => !regions.some((other) => other !== region && contains(other, region)))
}

/** True when leaving by `exit` ends the loop itself, not one around it. */
export function isOwnBreak(exit: AnyNode, labels: readonly string[]): boolean {
  return exit.type === 'BreakStatement' && (!exit.label || labels.includes(exit.label.name))
}

/** All statements by which a loop's own code leaves the loop, and its `yield`s. */
export function exitsOf(loop: LoopNode, labels: readonly string[]): readonly AnyNode[] {
  const found: AnyNode[] = []
  const visit = (node: AnyNode, breakable: boolean, inner: readonly string[]): void => {
    walk(node, (at) => {
      if (isFunction(at)) return false
      if (isExit(at, breakable, inner, labels)) found.push(at)
      if (at === node) return true
      if (at.type === 'LabeledStatement') {
        visit(at.body, breakable, [...inner, at.label.name])
        return false
      }
      if (isLoop(at) || at.type === 'SwitchStatement') {
        visit(at, false, inner)
        return false
      }
      return true
    })
  }
  visit(loop.body, !isLoop(loop.body) && loop.body.type !== 'SwitchStatement', [])
  return found
}

/** Labels directly on a statement. */
export function labelsOf(map: ModuleMap, node: AnyNode): string[] {
  const labels: string[] = []
  for (let at = map.parentOf(node); at?.type === 'LabeledStatement'; at = map.parentOf(at)) labels.push(at.label.name)
  return labels
}

function isExit(at: AnyNode, breakable: boolean, inner: readonly string[], labels: readonly string[]): boolean {
  if (at.type === 'ReturnStatement' || at.type === 'YieldExpression') return true
  if (at.type === 'BreakStatement') return at.label ? !inner.includes(at.label.name) : breakable
  return (
    at.type === 'ContinueStatement' && !!at.label && !inner.includes(at.label.name) && !labels.includes(at.label.name)
  )
}

/** The statements in front of an exit that lead nowhere else, and the exit. */
function statementsTo(map: ModuleMap, exit: AnyNode): readonly AnyNode[] {
  const list = listAround(map.parentOf(exit))
  const at = list?.indexOf(exit as Statement) ?? -1
  if (list === null || at < 0) return [exit]
  let first = at
  while (first > 0 && isStraight(list[first - 1])) first -= 1
  return list.slice(first, at + 1)
}

function listAround(parent: AnyNode | null): readonly AnyNode[] | null {
  if (parent?.type === 'BlockStatement') return parent.body
  return parent?.type === 'SwitchCase' ? parent.consequent : null
}

/** Leads to the next statement, or throws; and declares nothing for code around it. */
function isStraight(statement: AnyNode | undefined): boolean {
  if (statement === undefined || statement.type === 'FunctionDeclaration') return false
  let straight = true
  walk(statement, (node) => {
    if (isFunction(node)) return false
    if (/^(Break|Continue|Return)Statement$/.test(node.type) || node.type === 'YieldExpression') straight = false
    if (node.type === 'VariableDeclaration' && node.kind === 'var') straight = false
    return straight
  })
  return straight
}
