/** Finds `shard(fn)` in a module: functions whose calls become shards while the program runs. */
import type { AnyNode, CallExpression } from 'acorn'
import { ShoalError } from '../../errors.ts'
import type { ModuleMap } from '../syntax/module-map.ts'
import { OWN_PACKAGE } from '../syntax/own-package.ts'
import type { Reference, Variable } from '../syntax/parse.ts'
import { contains, lineOf } from '../syntax/walk.ts'
import { declarationOf, type Needs, needsOf } from './needs.ts'
import type { Obstacle } from './reasons.ts'

const OFFERED = new Set(['shard', '*'])

/** One `shard(fn)` of the user's. */
export interface RefSite {
  readonly call: CallExpression
  readonly fn: AnyNode
  readonly name: string
  readonly line: number
  /** What the function's text needs, or why it cannot leave the root. */
  readonly needs: Needs | Obstacle
}

/** @throws ShoalError SHOAL_CODE_IMPORT when the module imports anything else of shoal. */
export function findRefSites(map: ModuleMap): RefSite[] {
  const sites: RefSite[] = []
  for (const variable of map.module.scopes.flatMap((scope) => scope.variables)) {
    const binding = map.importOf(variable)
    if (binding?.source !== OWN_PACKAGE) continue
    if (!OFFERED.has(binding.name)) throw notOffered(map, variable, binding.name)
    for (const reference of variable.references) {
      const call = callOf(map, reference, binding.name === '*')
      const [fn] = call?.arguments ?? []
      if (call !== null && fn !== undefined && fn.type !== 'SpreadElement') sites.push(siteOf(map, call, fn))
    }
  }
  return sites.sort((a, b) => a.call.start - b.call.start)
}

function siteOf(map: ModuleMap, call: CallExpression, fn: AnyNode): RefSite {
  const line = lineOf(call)
  return { call, fn, name: nameOf(map, call, fn), line, needs: neededBy(map, call, fn, line) }
}

/** The function's own name, else that of the variable its sharded form gets. */
function nameOf(map: ModuleMap, call: CallExpression, fn: AnyNode): string {
  if (fn.type === 'Identifier') return fn.name
  if (fn.type === 'FunctionExpression' && fn.id) return fn.id.name
  const parent = map.parentOf(call)
  return parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier' ? parent.id.name : 'the function'
}

function neededBy(map: ModuleMap, call: CallExpression, fn: AnyNode, line: number): Needs | Obstacle {
  const needs = needsOf(map, fn, [fn], new Set())
  if ('node' in needs) return { reason: 'unsupported', name: needs.name, line: lineOf(needs.node) }
  const texts = [...needs.moduleTexts, ...needs.localTexts].map(declarationOf)
  const around = texts.find((text) => contains(text, call))
  if (around !== undefined) return { reason: 'unsupported', name: 'the function around it', line }
  for (const variable of [...needs.captures, ...needs.moduleState]) {
    const written = variable.references.find(
      (reference) =>
        reference.isWrite() &&
        reference.init !== true &&
        [fn, ...texts].some((text) => contains(text, reference.identifier)),
    )
    if (written !== undefined) {
      return { reason: 'mutated-capture', name: variable.name, line: lineOf(written.identifier) }
    }
  }
  return needs
}

function callOf(map: ModuleMap, { identifier }: Reference, isNamespace: boolean): CallExpression | null {
  let callee: AnyNode = identifier
  if (isNamespace) {
    const member = map.parentOf(identifier)
    if (member?.type !== 'MemberExpression' || member.computed || member.object !== identifier) return null
    if (member.property.type !== 'Identifier' || member.property.name !== 'shard') return null
    callee = member
  }
  const call = map.parentOf(callee)
  return call?.type === 'CallExpression' && call.callee === callee && call.arguments.length === 1 ? call : null
}

function notOffered(map: ModuleMap, variable: Variable, name: string): ShoalError {
  const [at] = variable.identifiers
  const place = at === undefined ? map.module.file : `${map.module.file}:${lineOf(at)}`
  return new ShoalError('SHOAL_CODE_IMPORT', `${place}: a job cannot import ${name} of ${OWN_PACKAGE}`, {
    next: 'import shard, and use the rest in the program that submits the job',
  })
}
