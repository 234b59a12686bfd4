/** Which values a module's text gives to which names, whatever holds them: a hint, never a proof. */
import type { AnyNode, CallExpression } from 'acorn'
import { isFunction, walk } from './walk.ts'

/** Every value that the module's text gives to each name: declared, assigned, set as a property, iterated over. */
export function valuesByName(tree: AnyNode): ReadonlyMap<string, readonly AnyNode[]> {
  const values = new Map<string, AnyNode[]>()
  const give = (target: AnyNode | null | undefined, value: AnyNode | null | undefined): void => {
    if (!target || !value) return
    if (target.type === 'Identifier') values.set(target.name, [...(values.get(target.name) ?? []), value])
    else if (target.type === 'MemberExpression') give(target.property, value)
    else if (target.type === 'Literal')
      values.set(String(target.value), [...(values.get(String(target.value)) ?? []), value])
    else if (target.type === 'ArrayPattern') for (const element of target.elements) give(element, value)
    else if (target.type === 'AssignmentPattern') give(target.left, value)
  }
  walk(tree, (node) => {
    if (node.type === 'VariableDeclarator') give(node.id, node.init)
    else if (node.type === 'AssignmentExpression') give(node.left, node.right)
    else if (node.type === 'Property' || node.type === 'PropertyDefinition') give(node.key, node.value)
    else if (node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression') give(node.id, node)
    else if (node.type === 'ForOfStatement') {
      give(node.left.type === 'VariableDeclaration' ? node.left.declarations[0]?.id : node.left, node.right)
    } else if (node.type === 'CallExpression') giveItems(node, give)
    return true
  })
  return values
}

/** `xs.map((x) => ...)` gives what is in `xs` to `x`. */
function giveItems(call: CallExpression, give: (target: AnyNode | undefined, value: AnyNode) => void): void {
  if (call.callee.type !== 'MemberExpression') return
  for (const argument of call.arguments) {
    if (isFunction(argument)) for (const param of argument.params) give(param, call.callee.object)
  }
}
