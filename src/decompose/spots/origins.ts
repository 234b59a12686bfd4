/** Which object a name stands for, as far as the text alone says: another name of one that was there, or one just made. */
import type { AnyNode, CallExpression, NewExpression } from 'acorn'
import { builtinMethods, pureClasses, staticFunctions } from '../flow/builtins.ts'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { type FunctionNode, isFunction, walk } from '../syntax/walk.ts'

/** Names and calls that are followed; people write two or three in a row. */
const STEPS_MAX = 8

/** What two expressions have in common when they are certainly the same object, or share their memory. */
export function originOf(map: ModuleMap, node: AnyNode, steps = 0): Variable | AnyNode {
  if (steps > STEPS_MAX) return node
  const follow = (next: AnyNode): Variable | AnyNode => originOf(map, next, steps + 1)
  if (node.type === 'Identifier') {
    const variable = map.variableOf(node)
    const init = variable === null ? null : fixedInit(variable)
    if (variable === null) return node
    const origin = init === null ? variable : follow(init)
    return origin === init ? variable : origin
  }
  if (node.type === 'NewExpression') {
    const memory = memoryOf(map, node)
    return memory === null ? node : follow(memory)
  }
  if (node.type !== 'CallExpression') return node
  const { callee } = node
  if (callee.type === 'MemberExpression' && callee.property.type === 'Identifier') {
    return RETURN_THIS.has(callee.property.name) ? follow(callee.object) : node
  }
  const given = argumentGivenBack(map, node)
  return given === null ? node : follow(given)
}

const RETURN_THIS = new Set(['fill', 'sort', 'reverse', 'copyWithin'])

/** What a variable is set to, once and for all. */
function fixedInit(variable: Variable): AnyNode | null {
  const node = variable.defs[0]?.node
  if (variable.defs.length !== 1 || node?.type !== 'VariableDeclarator' || node.id.type !== 'Identifier') return null
  if (variable.references.some((reference) => reference.isWrite() && reference.init !== true)) return null
  return node.init ?? null
}

/** `bytes` in `new Uint32Array(bytes.buffer)`, and a buffer that a view is made on. */
function memoryOf(map: ModuleMap, { callee, arguments: given }: NewExpression): AnyNode | null {
  const [first] = given
  const isView =
    callee.type === 'Identifier' && pureClasses.get(callee.name) === 'view' && map.variableOf(callee) === null
  if (!isView || first === undefined) return null
  if (first.type === 'MemberExpression' && first.property.type === 'Identifier') {
    return first.property.name === 'buffer' && !first.computed ? first.object : null
  }
  const variable = first.type === 'Identifier' ? map.variableOf(first) : null
  const init = variable === null ? null : fixedInit(variable)
  if (init?.type !== 'NewExpression' || init.callee.type !== 'Identifier') return null
  return /^(Shared)?ArrayBuffer$/.test(init.callee.name) ? first : null
}

/** The argument that a function of one expression gives back: `(xs, fresh) => (fresh ? xs.slice() : xs)`, called with `false`. */
function argumentGivenBack(map: ModuleMap, call: CallExpression): AnyNode | null {
  const fn = calledBy(map, call)
  let given = fn === null ? null : onlyResult(fn)
  if (fn === null || given === null) return null
  const argumentFor = (node: AnyNode): AnyNode | null => {
    const variable = map.variableOf(node)
    const index = fn.params.findIndex((param) => variable !== null && map.variableOf(param) === variable)
    const changed = variable?.references.some((reference) => reference.isWrite()) ?? true
    return index < 0 || changed ? null : (call.arguments[index] ?? null)
  }
  while (given.type === 'ConditionalExpression') {
    const test = argumentFor(given.test)
    if (test?.type !== 'Literal') return null
    given = test.value ? given.consequent : given.alternate
  }
  return given.type === 'Identifier' ? argumentFor(given) : null
}

/** The function of the module that is called by its name. */
export function calledBy(map: ModuleMap, { callee }: CallExpression): FunctionNode | null {
  const variable = callee.type === 'Identifier' ? map.variableOf(callee) : null
  const fn = variable === null ? null : map.callableOf(variable)
  return isFunction(fn) ? fn : null
}

function onlyResult(fn: FunctionNode): AnyNode | null {
  if (fn.body.type !== 'BlockStatement') return fn.body
  const [first] = fn.body.body
  return fn.body.body.length === 1 && first?.type === 'ReturnStatement' ? (first.argument ?? null) : null
}

/** Makes an object that nobody knows yet, each time it is evaluated. */
export function makesNew(map: ModuleMap, node: AnyNode, steps = 0): boolean {
  if (node.type === 'ArrayExpression' || node.type === 'ObjectExpression') return true
  if (node.type === 'NewExpression') {
    return node.callee.type === 'Identifier' && map.variableOf(node.callee) === null && memoryOf(map, node) === null
  }
  if (node.type !== 'CallExpression' || steps > STEPS_MAX) return false
  const { callee } = node
  const fn = calledBy(map, node)
  if (fn !== null) return !fn.async && !fn.generator && givesNew(map, fn, steps)
  if (callee.type === 'Identifier') return callee.name === 'structuredClone' && map.variableOf(callee) === null
  if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') return false
  const { name } = callee.property
  if (map.methods.has(name)) return false
  if (RETURN_THIS.has(name)) return makesNew(map, callee.object as AnyNode, steps + 1)
  const isStatic = callee.object.type === 'Identifier' && map.variableOf(callee.object) === null
  const object = callee.object.type === 'Identifier' ? callee.object.name : ''
  return (isStatic ? staticFunctions.get(`${object}.${name}`) : builtinMethods.get(name))?.gives === 'fresh'
}

/** Every `return` gives something made in the function. */
function givesNew(map: ModuleMap, fn: FunctionNode, steps: number): boolean {
  const isNew = (node: AnyNode): boolean => {
    const variable = node.type === 'Identifier' ? map.variableOf(node) : null
    const init = variable === null || map.functionAround(variable.scope.block) === null ? null : fixedInit(variable)
    const own = init !== null && init.start >= fn.start && init.end <= fn.end
    return makesNew(map, own ? init : node, steps + 1)
  }
  if (fn.body.type !== 'BlockStatement') return isNew(fn.body)
  const given: AnyNode[] = []
  walk(fn.body, (node) => {
    if (node.type === 'ReturnStatement' && node.argument) given.push(node.argument)
    return !isFunction(node)
  })
  return given.length > 0 && given.every(isNew)
}
