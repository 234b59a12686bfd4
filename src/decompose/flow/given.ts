/**
 * Functions that parameters hold: in `mapAll(xs, (x) => x * k)`, where `mapAll` calls its second parameter, and in
 * `compose(half, (x) => x + 1)`, of which a made function calls both.
 */
import type { AnyNode } from 'acorn'
import { decomposeLimits } from '../../limits.ts'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { type Path, pathsRead } from '../syntax/paths.ts'
import { tableOf } from '../syntax/tables.ts'
import { contains, type FunctionNode, isFunction } from '../syntax/walk.ts'
import { isSetAgain, madeBy, usesThis } from './made.ts'

/** A function that some call hands over. */
export interface GivenFunction {
  readonly fn: FunctionNode
  /** The constant of the module that it is by name; null where its text is kept as it stands in another function. */
  readonly named: Variable | null
  /** Where it is handed over; of a function beside it, what it is handed over with. */
  readonly argument: AnyNode
  /** What it reads of the functions around it; nothing ever sets these again. */
  readonly environment: readonly Read[]
}

export interface Read {
  readonly variable: Variable
  /** The function beside it that this is, which is told by what that reads in turn. */
  readonly local: GivenFunction | null
  /** The properties that are read of it; null for the value itself. */
  readonly paths: readonly Path[] | null
}

/** A parameter that holds one of a few known functions, whoever calls. */
export interface Given {
  readonly variable: Variable
  readonly functions: readonly GivenFunction[]
  /** It is a rest parameter: a list of such functions. */
  readonly isList: boolean
}

const known = new WeakMap<Variable, { readonly given: Given | null }>()

/** The functions that a parameter may hold; null for everything else, and when any of them is not known, or keeps a state. */
export function givenTo(map: ModuleMap, variable: Variable): Given | null {
  const held = known.get(variable)
  if (held !== undefined) return held.given
  known.set(variable, { given: null })
  const given = findGiven(map, variable)
  known.set(variable, { given })
  return given
}

/** All that a parameter may hold, and all that these functions were given in turn. */
export function allGiven(map: ModuleMap, variables: readonly Variable[]): GivenFunction[] {
  const found = new Set<GivenFunction>()
  const queue = variables.map((variable): Read => ({ variable, local: null, paths: null }))
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const functions = next.local === null ? givenTo(map, next.variable)?.functions : [next.local]
    for (const given of functions ?? []) {
      if (found.has(given)) continue
      found.add(given)
      queue.push(...given.environment)
    }
  }
  return [...found]
}

/** All variables whose values a function is told by, those of functions beside it included. */
export function variablesRead({ environment }: GivenFunction): readonly Variable[] {
  return environment.flatMap(({ variable, local }) => [variable, ...(local === null ? [] : variablesRead(local))])
}

function findGiven(map: ModuleMap, variable: Variable): Given | null {
  const [definition] = variable.defs
  if (definition?.type !== 'Parameter' || variable.defs.length !== 1 || isSetAgain(variable)) return null
  const fn = definition.node
  const named = (param: AnyNode): AnyNode => (param.type === 'RestElement' ? param.argument : param)
  const at = isFunction(fn) ? fn.params.findIndex((param) => map.variableOf(named(param)) === variable) : -1
  const isList = isFunction(fn) && fn.params[at]?.type === 'RestElement'
  const isPlain = isList ? isListOfCalled(map, variable) : isOnlyCalled(map, variable)
  const calls = at < 0 || !isFunction(fn) || !isPlain ? null : callsOf(map, fn)
  if (calls === null || calls.length === 0 || calls.length > decomposeLimits.givenFunctionsMax) return null
  const functions: GivenFunction[] = []
  for (const call of calls) {
    const handed = call.arguments.slice(0, isList ? undefined : at + 1)
    if ((!isList && handed.length <= at) || handed.some(({ type }) => type === 'SpreadElement')) return null
    for (const argument of handed.slice(at)) {
      const found = functionsAt(map, argument)
      if (found === null) return null
      functions.push(...found)
    }
  }
  return functions.length <= decomposeLimits.givenFunctionsMax ? { variable, functions, isList } : null
}

/** Every call of a function; null when it is used in any other way. */
function callsOf(map: ModuleMap, fn: FunctionNode): Extract<AnyNode, { type: 'CallExpression' }>[] | null {
  const declarator = map.parentOf(fn)
  const name =
    fn.type === 'FunctionDeclaration' ? fn.id : declarator?.type === 'VariableDeclarator' ? declarator.id : null
  const variable = name ? map.variableOf(name) : null
  if (variable === null || map.callableOf(variable) !== fn) return null
  const calls: Extract<AnyNode, { type: 'CallExpression' }>[] = []
  for (const { identifier, init } of variable.references) {
    if (init === true) continue
    const call = map.parentOf(identifier)
    if (call?.type !== 'CallExpression' || call.callee !== identifier) return null
    calls.push(call)
  }
  return calls
}

function functionsAt(map: ModuleMap, argument: AnyNode): readonly GivenFunction[] | null {
  if (isFunction(argument)) return toGiven(map, argument, argument)
  const variable = argument.type === 'Identifier' ? map.variableOf(argument) : null
  if (variable === null) return null
  const fn = map.callableOf(variable)
  const given = fn === null ? givenTo(map, variable) : null
  if (fn === null) return given === null || given.isList ? null : given.functions
  return isFunction(fn) ? toGiven(map, fn, argument, variable) : null
}

function toGiven(
  map: ModuleMap,
  fn: FunctionNode,
  argument: AnyNode,
  variable: Variable | null = null,
): readonly GivenFunction[] | null {
  if (fn.async || fn.generator || usesThis(fn)) return null
  const named = variable !== null && map.isModuleLevel(variable) ? variable : null
  const environment = named === null ? environmentOf(map, fn, argument, []) : []
  return environment === null ? null : [{ fn, named, argument, environment }]
}

/**
 * What a function reads of the functions around it; null when that changes, or does not mean the same where it is handed over.
 * @param within functions whose environment this is a part of
 */
function environmentOf(
  map: ModuleMap,
  fn: FunctionNode,
  argument: AnyNode,
  within: readonly FunctionNode[],
): readonly Read[] | null {
  const environment = new Map<Variable, Read>()
  for (const name of map.namesIn(fn)) {
    const variable = map.variableOf(name)
    if (variable === null || map.isModuleLevel(variable) || contains(fn, variable.scope.block)) continue
    if (name === fn.id || environment.has(variable)) continue
    if (variable.defs.length !== 1 || isSetAgain(variable) || isHidden(map, variable, argument)) return null
    // Functions made elsewhere, and tables of them, would have to be made again on the way.
    if (madeBy(map, variable) !== null || tableOf(map, variable) !== null) return null
    const callable = map.callableOf(variable)
    const local = callable === null ? null : localOf(map, variable, argument, [...within, fn])
    if (callable !== null && local === null) return null
    environment.set(variable, { variable, local, paths: pathsRead(map, variable, [fn]) })
  }
  return [...environment.values()]
}

/** A function beside another that this one calls. */
function localOf(
  map: ModuleMap,
  variable: Variable,
  argument: AnyNode,
  within: readonly FunctionNode[],
): GivenFunction | null {
  const fn = map.callableOf(variable)
  if (!isFunction(fn) || within.includes(fn) || fn.async || fn.generator || usesThis(fn)) return null
  const environment = isOnlyCalled(map, variable) ? environmentOf(map, fn, argument, within) : null
  return environment === null ? null : { fn, named: null, argument, environment }
}

/** Called, or handed to what only calls it: nobody sees which function object it is. */
function isOnlyCalled(map: ModuleMap, variable: Variable, before: readonly Variable[] = []): boolean {
  const seen = [...before, variable]
  return variable.references.every(({ identifier, init }) => {
    const call = map.parentOf(identifier)
    if (init === true) return true
    if (call?.type !== 'CallExpression' || call.optional) return false
    const { callee } = call
    if (callee === identifier) return true
    const at = (call.arguments as readonly AnyNode[]).indexOf(identifier)
    if (callee.type === 'MemberExpression')
      return at === 0 && !callee.computed && callee.property.type === 'Identifier' && CALLERS.test(callee.property.name)
    const called = callee.type === 'Identifier' ? map.variableOf(callee) : null
    const fn = called === null ? null : map.callableOf(called)
    const param = isFunction(fn) ? fn.params[at] : undefined
    const held = param?.type === 'Identifier' ? map.variableOf(param) : null
    return held !== null && (seen.includes(held) || isOnlyCalled(map, held, seen))
  })
}

/** A list of which nothing is done but calling what is in it, one after the other: `fs.reduce((v, f) => f(v), x)`. */
function isListOfCalled(map: ModuleMap, variable: Variable): boolean {
  return variable.references.every(({ identifier, init }) => {
    if (init === true) return true
    const around = map.parentOf(identifier)
    if (around?.type === 'ForOfStatement' && around.right === identifier)
      return around.left.type === 'VariableDeclaration' && isCalledOnly(map, around.left.declarations[0]?.id)
    if (around?.type !== 'MemberExpression' || around.object !== identifier || around.optional) return false
    const call = map.parentOf(around)
    const isCalled = call?.type === 'CallExpression' && call.callee === around
    if (around.computed) return isCalled
    const name = around.property.type === 'Identifier' ? around.property.name : ''
    if (!isCalled) return name === 'length'
    const [callback, start] = call.arguments
    const isFold = /^reduce(Right)?$/.test(name) && start !== undefined
    if (!isFunction(callback) || (!isFold && !/^(map|forEach|some|every)$/.test(name))) return false
    const at = isFold ? 1 : 0
    // The list itself would come behind the index.
    return callback.params.length <= at + 2 && isCalledOnly(map, callback.params[at])
  })
}

function isCalledOnly(map: ModuleMap, name: AnyNode | undefined): boolean {
  const variable = name?.type === 'Identifier' ? map.variableOf(name) : null
  return variable !== null && !isSetAgain(variable) && isOnlyCalled(map, variable)
}

const CALLERS = /^(map|filter|flatMap|forEach|reduce|reduceRight|some|every|find|findIndex|findLast|findLastIndex)$/

/** Another variable of the name is nearer. */
function isHidden(map: ModuleMap, variable: Variable, at: AnyNode): boolean {
  return map.module.scopes.some(
    ({ block, variables }) =>
      contains(block, at) &&
      block !== variable.scope.block &&
      contains(variable.scope.block, block) &&
      variables.some((other) => other !== variable && other.name === variable.name),
  )
}
