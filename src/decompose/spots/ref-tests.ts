/** Finds refs that are tested like values: `if (ref)` is always true, and JavaScript gives a ref no way to say so. */
import type { AnyNode } from 'acorn'
import { ShoalError } from '../../errors.ts'
import type { ModuleMap } from '../syntax/module-map.ts'
import { lineOf } from '../syntax/walk.ts'
import { isShardedFunction } from './needs.ts'

/** @throws ShoalError SHOAL_REF_UNRESOLVED naming the line of the first such test. */
export function refuseRefTests(map: ModuleMap): void {
  const variables = map.module.scopes.flatMap((scope) => scope.variables)
  for (const variable of variables) {
    if (!isShardedFunction(map, variable)) continue
    for (const { identifier } of variable.references) {
      const call = map.parentOf(identifier)
      if (call?.type !== 'CallExpression' || call.callee !== identifier) continue
      for (const ref of [call, ...usesOf(map, call)]) if (isTested(map, ref)) throw alwaysTrue(map, ref)
    }
  }
}

/** Uses of `const ref = call`. */
function usesOf(map: ModuleMap, call: AnyNode): AnyNode[] {
  const declarator = map.parentOf(call)
  if (declarator?.type !== 'VariableDeclarator' || declarator.init !== call) return []
  const declaration = map.parentOf(declarator)
  if (declaration?.type !== 'VariableDeclaration' || declaration.kind !== 'const') return []
  const variable = declarator.id.type === 'Identifier' ? map.variableOf(declarator.id) : null
  return (variable?.references ?? []).filter(({ init }) => init !== true).map(({ identifier }) => identifier)
}

function isTested(map: ModuleMap, node: AnyNode): boolean {
  const parent = map.parentOf(node)
  switch (parent?.type) {
    case 'IfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'ForStatement':
    case 'ConditionalExpression':
      return parent.test === node
    case 'UnaryExpression':
      return parent.operator === '!'
    case 'LogicalExpression':
      return parent.left === node
    default:
      return false
  }
}

function alwaysTrue(map: ModuleMap, node: AnyNode): ShoalError {
  const line = lineOf(node)
  const at = map.placeOfLine(line) ?? { file: map.module.file, line }
  return new ShoalError('SHOAL_REF_UNRESOLVED', `${at.file}:${at.line}: a ref is tested, and a ref is always true`, {
    next: 'await it first: `if (await ref)`',
  })
}
