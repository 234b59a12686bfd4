/** What is known of the receiver of a method call: made by a class of the module, or by the language itself. */
import type { AnyNode } from 'acorn'
import { isClass } from '../syntax/walk.ts'
import type { Flow } from './flow.ts'
import type { Value } from './value.ts'

/** Lists, Maps and the like that were made as such: a method of theirs is the builtin one, whatever the module's own are called. */
export function isBuiltinReceiver(flow: Flow, { things }: Value): boolean {
  const isLiteral = (node: AnyNode | null | undefined): boolean =>
    node?.type === 'ArrayExpression' ||
    (node?.type === 'NewExpression' && node.callee.type === 'Identifier' && flow.map.variableOf(node.callee) === null)
  return (
    things.size > 0 &&
    [...things].every(({ kind, site, variable, inside }) => {
      if (kind === 'site') return isLiteral(site)
      const node = variable?.defs[0]?.node
      const isFixed =
        variable?.references.every((reference) => reference.init === true || !reference.isWrite()) ?? false
      return inside !== null && isFixed && node?.type === 'VariableDeclarator' && isLiteral(node.init)
    })
  )
}

export function madeByClass(flow: Flow, site: AnyNode): boolean {
  if (site.type !== 'NewExpression' || site.callee.type !== 'Identifier') return false
  const variable = flow.map.variableOf(site.callee)
  return variable !== null && isClass(flow.map.callableOf(variable))
}
