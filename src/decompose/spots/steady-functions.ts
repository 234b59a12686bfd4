/** Functions of the module that give the same whenever they are called with the same, and do nothing else. */
import type { AnyNode, CallExpression } from 'acorn'
import { builtinMethods, pureGlobals, staticFunctions } from '../flow/builtins.ts'
import { givenTo } from '../flow/given.ts'
import { isSetAgain, usesThis } from '../flow/made.ts'
import { REGEX_USERS } from '../flow/regexps.ts'
import type { ModuleMap } from '../syntax/module-map.ts'
import { contains, type FunctionNode, isFunction, walk } from '../syntax/walk.ts'

const known = new WeakMap<FunctionNode, boolean>()

/** A call, by name, of a function that gives the same again; of a parameter, whichever function it holds. */
export function isSteadyCall(map: ModuleMap, { callee }: CallExpression): boolean {
  const variable = callee.type === 'Identifier' ? map.variableOf(callee) : null
  if (variable === null) return false
  const fn = map.callableOf(variable)
  if (isFunction(fn)) return isSteadyFunction(map, fn)
  return givenTo(map, variable)?.functions.every((given) => isSteadyFunction(map, given.fn)) ?? false
}

function isSteadyFunction(map: ModuleMap, fn: FunctionNode): boolean {
  const held = known.get(fn)
  if (held !== undefined) return held
  // Until it is known: one that calls itself is not looked through.
  known.set(fn, false)
  let steady = !fn.async && !fn.generator && !usesThis(fn)
  walk(fn, (node) => {
    steady &&= isSteadyPart(map, fn, node)
    return steady
  })
  known.set(fn, steady)
  return steady
}

function isSteadyPart(map: ModuleMap, fn: FunctionNode, node: AnyNode): boolean {
  switch (node.type) {
    case 'Identifier':
      return isFixed(map, fn, node)
    case 'AssignmentExpression':
      return isOwn(map, fn, node.left)
    case 'UpdateExpression':
      return isOwn(map, fn, node.argument)
    case 'ForOfStatement':
    case 'ForInStatement':
      return node.left.type === 'VariableDeclaration'
    case 'CallExpression':
      return isPlainCall(map, node) || isSteadyCall(map, node)
    case 'NewExpression':
      return node.callee.type === 'Identifier' && isPlainNew(node.callee.name, node.arguments.length)
    case 'UnaryExpression':
      return node.operator !== 'delete'
    default:
      return !ELSEWHERE.has(node.type)
  }
}

const ELSEWHERE = new Set([
  ...['TaggedTemplateExpression', 'YieldExpression', 'AwaitExpression', 'ImportExpression'],
  ...['ClassExpression', 'ClassDeclaration', 'MetaProperty', 'Super'],
])

/** Its own variable, or one that is never set again. What the module sets elsewhere keeps a spot in order by itself. */
function isFixed(map: ModuleMap, fn: FunctionNode, node: AnyNode): boolean {
  const variable = map.variableOf(node)
  if (variable === null || map.isModuleLevel(variable) || contains(fn, variable.scope.block)) return true
  return node === fn.id || (variable.defs.length === 1 && !isSetAgain(variable))
}

function isOwn(map: ModuleMap, fn: FunctionNode, target: AnyNode): boolean {
  const variable = target.type === 'Identifier' ? map.variableOf(target) : null
  return variable !== null && contains(fn, variable.scope.block)
}

/** A builtin that changes nothing, and calls nothing but what is written there. */
function isPlainCall(map: ModuleMap, { callee, arguments: given }: CallExpression): boolean {
  if (callee.type === 'Identifier') return map.variableOf(callee) === null && pureGlobals.has(callee.name)
  if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') return false
  const { name } = callee.property
  const isGlobal = callee.object.type === 'Identifier' && map.variableOf(callee.object) === null
  const of = isGlobal && callee.object.type === 'Identifier' ? callee.object.name : null
  if (of === 'Math') return name !== 'random'
  if (of === null && map.methods.has(name)) return false
  const effect = of === null ? builtinMethods.get(name) : staticFunctions.get(`${of}.${name}`)
  if (effect === undefined || effect.mutates || effect.stores) return false
  // A pattern that comes from elsewhere may remember where it was.
  if (REGEX_USERS.has(name) && given[0]?.type !== 'Literal') return false
  return !effect.calls || given.every((argument) => isFunction(argument) || argument.type === 'Literal')
}

/** Without what it is to be of, a date is the present one. */
function isPlainNew(name: string, given: number): boolean {
  return name === 'Date' ? given === 1 : /^(Range|Type|Syntax)?Error$/.test(name)
}
