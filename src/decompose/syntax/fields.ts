/**
 * Fields of a constant record that loops treat like variables of their own: `result.valid` and `result.count` of
 * `const result = { valid: [], count: 0 }`, where loops name nothing of the record but its fields.
 */
import type { AnyNode, MemberExpression, Property } from 'acorn'
import type { ModuleMap } from './module-map.ts'
import type { Reference, Variable } from './parse.ts'
import { isRead } from './paths.ts'
import { isFunction, isLoop } from './walk.ts'

/** A field as a variable, and the uses of it in loops and in functions within. */
export interface Field {
  readonly variable: Variable
  readonly uses: readonly MemberExpression[]
}

/** The definition type of a field, which no declaration has. */
const FIELD = 'Field'

/** The record of a field, and its name there; null for ordinary variables. */
export function placeOf(variable: Variable): { readonly record: string; readonly name: string } | null {
  if (variable.defs[0]?.type !== FIELD) return null
  const [record = '', name = ''] = variable.name.split('.')
  return { record, name }
}

/** All fields of the records of a module. */
export function fieldsOf(map: ModuleMap): Field[] {
  return map.module.scopes.flatMap((scope) =>
    scope.type === 'module' || scope.type === 'global'
      ? []
      : scope.variables.flatMap((variable) => recordOf(map, variable)),
  )
}

function recordOf(map: ModuleMap, variable: Variable): Field[] {
  const properties = propertiesOf(variable)
  const declaration = variable.defs[0]?.node
  if (properties === null || declaration === undefined) return []
  const home = map.functionAround(declaration)
  const uses = new Map<string, MemberExpression[]>()
  for (const { identifier, init } of variable.references) {
    if (init === true || !isWithin(map, identifier, home)) continue
    const member = fieldUse(map, identifier, properties)
    if (member === null) return []
    const name = member.property.type === 'Identifier' ? member.property.name : ''
    uses.set(name, [...(uses.get(name) ?? []), member])
  }
  const collects = [...uses].some(
    ([name, members]) => isContainer(properties.get(name)) && members.some(isChanged(map)),
  )
  if (!collects) return []
  return [...uses].flatMap(([name, members]) => {
    const property = properties.get(name)
    return property === undefined
      ? []
      : [{ variable: toVariable(map, variable, name, property, members), uses: members }]
  })
}

/** `{ valid: [], count: 0 }`, with nothing in it that is called. */
function propertiesOf({ defs, references }: Variable): ReadonlyMap<string, Property> | null {
  const [definition] = defs
  if (definition?.node.type !== 'VariableDeclarator' || defs.length !== 1 || definition.node.id.type !== 'Identifier')
    return null
  if (definition.parent?.type !== 'VariableDeclaration' || definition.parent.kind !== 'const') return null
  const { init } = definition.node
  if (init?.type !== 'ObjectExpression' || references.length === 0) return null
  const properties = new Map<string, Property>()
  for (const property of init.properties) {
    if (property.type !== 'Property' || property.kind !== 'init' || property.computed || property.method) return null
    if (property.key.type !== 'Identifier' || property.key.name === '__proto__' || isFunction(property.value))
      return null
    properties.set(property.key.name, property)
  }
  return properties
}

/** In a loop of the function that declares the record, or in a function within. */
function isWithin(map: ModuleMap, use: AnyNode, home: AnyNode | null): boolean {
  for (let at = map.parentOf(use); at !== null && at !== home; at = map.parentOf(at)) {
    if (isLoop(at) || isFunction(at)) return true
  }
  return false
}

function fieldUse(map: ModuleMap, use: AnyNode, properties: ReadonlyMap<string, Property>): MemberExpression | null {
  const member = map.parentOf(use)
  if (member?.type !== 'MemberExpression' || member.object !== use || member.computed || member.optional) return null
  if (member.property.type !== 'Identifier' || !properties.has(member.property.name)) return null
  const parent = map.parentOf(member)
  const isCalled = parent?.type === 'CallExpression' && parent.callee === member
  const isDeleted = parent?.type === 'UnaryExpression' && parent.operator === 'delete'
  return isCalled || isDeleted || parent?.type === 'TaggedTemplateExpression' ? null : (member as MemberExpression)
}

function isContainer(property: Property | undefined): boolean {
  return /^(ArrayExpression|ObjectExpression|NewExpression|Identifier)$/.test(property?.value.type ?? '')
}

/** `result.valid.push(x)`, `result.byId[id] = x`. */
function isChanged(map: ModuleMap): (member: AnyNode) => boolean {
  return (member) => {
    const parent = map.parentOf(member)
    if (parent?.type !== 'MemberExpression' || parent.object !== member) return false
    const around = map.parentOf(parent)
    if (around?.type === 'AssignmentExpression' || around?.type === 'UpdateExpression') return true
    const name = parent.property.type === 'Identifier' && !parent.computed ? parent.property.name : ''
    return around?.type === 'CallExpression' && around.callee === parent && /^(push|add|set)$/.test(name)
  }
}

function toVariable(
  map: ModuleMap,
  record: Variable,
  name: string,
  property: Property,
  members: readonly MemberExpression[],
): Variable {
  const references = members.map((member): Reference => {
    return { identifier: member as AnyNode, resolved: null, isWrite: () => !isRead(map, member as AnyNode) }
  })
  const defs = [{ type: FIELD, node: property as AnyNode, parent: null }]
  return {
    name: `${record.name}.${name}`,
    scope: record.scope,
    defs,
    references,
    identifiers: [property.key as AnyNode],
  }
}
