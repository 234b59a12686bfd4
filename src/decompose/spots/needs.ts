/** What a chunk needs besides its own text: declarations of the module, captured values, imports. */
import type { AnyNode, CallExpression } from 'acorn'
import { allGiven, givenTo } from '../flow/given.ts'
import { functionsOf, type Made, madeAt, madeBy } from '../flow/made.ts'
import { placeOf } from '../syntax/fields.ts'
import type { ModuleMap } from '../syntax/module-map.ts'
import { OWN_PACKAGE } from '../syntax/own-package.ts'
import type { Variable } from '../syntax/parse.ts'
import { partOfMath, tableOf } from '../syntax/tables.ts'
import { contains, type FunctionNode, isClass, isFunction, walk } from '../syntax/walk.ts'
import { maySendInstances } from './accessors.ts'

export interface Needs {
  /** Statements and declarators of the module's top level that go along as text. */
  readonly moduleTexts: readonly Variable[]
  /** Functions declared in the functions around the spot. */
  readonly localTexts: readonly Variable[]
  /** Module variables whose values travel. */
  readonly moduleState: readonly Variable[]
  /** Captured local variables whose values travel. */
  readonly captures: readonly Variable[]
  /** Constants that hold functions which others made: those are made again, with what they were made with. */
  readonly made: readonly Made[]
  /** Parameters that hold one of a few known functions: these go along, with what they read. */
  readonly given: readonly Variable[]
  readonly imports: readonly Variable[]
  /** Module classes whose instances may travel. */
  readonly classes: readonly Variable[]
}

/** A name that keeps a spot from being moved. */
export interface Clash {
  readonly name: string
  readonly node: AnyNode
}

/**
 * Collects what `texts` refer to, transitively; a {@link Clash} when that cannot be written down.
 * @param mayMake functions that others made may be made again
 */
export function needsOf(
  map: ModuleMap,
  spot: AnyNode,
  texts: readonly AnyNode[],
  outputs: ReadonlySet<Variable>,
  ignored: readonly { start: number; end: number }[] = [],
  mayMake = false,
): Needs | Clash {
  const sets = {
    moduleTexts: set(),
    localTexts: set(),
    moduleState: set(),
    captures: set(),
    imports: set(),
    classes: set(),
  }
  const made: Made[] = []
  const given: Variable[] = []
  const functions: FunctionNode[] = []
  const seen = new Set<Variable>()
  const queue: Part[] = []
  const localNames = new Map<string, Variable>()
  const moduleNames = new Map<string, AnyNode>()
  for (const variable of moduleClasses(map)) {
    sets.classes.add(variable)
    visit(variable, false)
  }
  let clash: Clash | null = null

  function visit(variable: Variable, fromLocal: boolean, at?: AnyNode): void {
    const isModule = map.isModuleLevel(variable)
    if (fromLocal && isModule && at) moduleNames.set(variable.name, at)
    if (seen.has(variable)) return
    seen.add(variable)
    const function_ = madeBy(map, variable)
    if (map.importOf(variable) !== null) sets.imports.add(variable)
    else if (function_ !== null && mayMake) make(function_)
    else if (givenTo(map, variable) !== null) {
      if (!mayMake && at) clash = { name: variable.name, node: at }
      localNames.set(variable.name, variable)
      given.push(variable)
      take([variable])
    } else if (isModule) {
      const text = isTextual(map, variable)
      ;(text ? sets.moduleTexts : sets.moduleState).add(variable)
      if (text) queue.push(partOf(declarationOf(variable), false))
    } else {
      localNames.set(variable.name, variable)
      const text = map.callableOf(variable) !== null || isShardedFunction(map, variable) || isKnownText(map, variable)
      ;(text ? sets.localTexts : sets.captures).add(variable)
      if (text) queue.push(partOf(declarationOf(variable), true))
    }
  }

  function make(function_: Made): void {
    const { variable, maker, besides, environment } = function_
    if (!map.isModuleLevel(variable)) localNames.set(variable.name, variable)
    made.push(function_)
    take(environment)
    for (const node of [...functionsOf(function_), ...besides.map(declarationOf)])
      queue.push({ node, within: maker, local: !isModuleFunction(map, maker) })
  }

  /** Functions that are handed over, and all that they were handed. */
  function take(variables: readonly Variable[]): void {
    for (const { fn, named } of allGiven(map, variables)) {
      if (named !== null) visit(named, false)
      else if (!functions.includes(fn)) {
        const around = outermostFunction(map, fn)
        functions.push(fn)
        queue.push({ node: fn, within: around, local: contains(around, spot) })
      }
    }
  }

  function refer(at: Extract<AnyNode, { type: 'Identifier' }>, { within, local }: Part): void {
    const member = map.parentOf(at)
    const field = mayMake && member?.type === 'MemberExpression' ? map.variableOf(member) : null
    const variable = field ?? map.variableOf(at)
    if (variable === null || contains(spot, variable.scope.block) || contains(within, variable.scope.block)) return
    // What a maker reads of functions around it is not there.
    const isThere = map.isModuleLevel(variable) || contains(variable.scope.block, spot)
    if (variable.defs.length === 0 || (isFunction(within) && !isThere)) clash = { name: at.name, node: at }
    if (outputs.has(variable)) return
    const other = localNames.get(variable.name)
    if (other !== undefined && other !== variable && !map.isModuleLevel(variable)) clash = { name: at.name, node: at }
    visit(variable, local, at)
  }

  for (const node of texts) {
    const there = mayMake ? madeAt(map, node) : null
    if (there === null) queue.push({ node, within: node, local: true })
    else make(there)
  }
  for (let next = queue.pop(); next !== undefined && clash === null; next = queue.pop()) {
    for (const at of map.namesIn(next.node)) {
      if (!ignored.some((range) => contains(range, at))) refer(at, next)
    }
  }
  for (const output of outputs) localNames.set(output.name, output)
  for (const variable of [...sets.captures, ...outputs]) {
    const place = placeOf(variable)
    const isHidden = place !== null && (localNames.has(place.record) || moduleNames.has(place.record))
    if (isHidden) clash = { name: variable.name, node: spot }
  }
  for (const [name, node] of moduleNames) if (localNames.has(name)) clash = { name, node }
  if (clash !== null) return clash
  const texted = [...sets.moduleTexts, ...sets.localTexts].map(declarationOf)
  const twice = made.find(({ maker }) => contains(maker, spot) || texted.some((node) => contains(node, maker)))
  if (twice !== undefined) return { name: twice.variable.name, node: twice.maker }
  const isMadeThere = mayMake && texts.some((node) => madeAt(map, node) !== null)
  const kept = isMadeThere ? [] : [spot]
  const others = [...texted, ...made.map(({ maker }) => maker), ...functions, ...kept]
  const mixed = functions.find((fn) => contains(fn, spot) || others.some((node) => node !== fn && contains(node, fn)))
  if (mixed !== undefined) return { name: 'a function within another', node: mixed }
  return { ...lists(sets), made, given }
}

/** Text that goes along. */
interface Part {
  readonly node: AnyNode
  /** What declares the names that are its own. */
  readonly within: AnyNode
  readonly local: boolean
}

function partOf(node: AnyNode, local: boolean): Part {
  return { node, within: node, local }
}

/** The function at module level (or nearest to it) around a node: where a spot is in it, a chunk's wrapper stands in its place. */
export function outermostFunction(map: ModuleMap, node: AnyNode): AnyNode {
  let outermost = node
  for (let at = map.parentOf(node); at !== null; at = map.parentOf(at)) if (isFunction(at)) outermost = at
  return outermost
}

function isModuleFunction(map: ModuleMap, fn: FunctionNode): boolean {
  return map.functionAround(fn) === null
}

function lists(sets: Readonly<Record<string, ReadonlySet<Variable>>>): Omit<Needs, 'made' | 'given'> {
  return Object.fromEntries(Object.entries(sets).map(([key, value]) => [key, [...value]])) as unknown as Omit<
    Needs,
    'made' | 'given'
  >
}

/** Statement or declarator that makes a variable. */
export function declarationOf(variable: Variable): AnyNode {
  const node = variable.defs[0]?.node
  if (node === undefined) throw new Error(`assertion failed: ${variable.name} is declared`)
  return node
}

const classesOf = new WeakMap<ModuleMap, readonly Variable[]>()

/** Top-level classes that instances of can travel: no private parts, no builtin superclass. */
export function moduleClasses(map: ModuleMap): readonly Variable[] {
  const held = classesOf.get(map) ?? findClasses(map)
  classesOf.set(map, held)
  return held
}

function findClasses(map: ModuleMap): Variable[] {
  const top = map.module.scopes.find((scope) => scope.type === 'module')
  const classes = (top?.variables ?? []).filter((variable) => isClass(map.callableOf(variable)))
  const plain = (variable: Variable, depth: number): boolean => {
    const node = map.callableOf(variable)
    if (!isClass(node) || depth > classes.length) return false
    let ok = true
    walk(node.body, (at) => {
      if (at.type === 'PrivateIdentifier' || at.type === 'StaticBlock') ok = false
      return ok
    })
    if (!ok || !node.superClass) return ok
    const parent = node.superClass.type === 'Identifier' ? map.variableOf(node.superClass) : null
    return parent !== null && map.isModuleLevel(parent) && plain(parent, depth + 1)
  }
  return classes.filter((variable) => plain(variable, 0) && maySendInstances(map, variable))
}

/** True when a module variable's text gives the same value anywhere: functions, classes, primitive constants, fixed patterns. */
function isTextual(map: ModuleMap, variable: Variable): boolean {
  if (map.callableOf(variable) !== null || isShardedFunction(map, variable)) return true
  if (isKnownText(map, variable)) return true
  const definition = variable.defs[0]
  if (definition?.node.type !== 'VariableDeclarator' || definition.node.id.type !== 'Identifier') return false
  if (definition.parent?.type !== 'VariableDeclaration' || definition.parent.kind !== 'const') return false
  return isConstant(definition.node.init ?? null)
}

/** A table of functions, or a part of `Math`. */
function isKnownText(map: ModuleMap, variable: Variable): boolean {
  return tableOf(map, variable) !== null || partOfMath(map, variable) !== null
}

/** `const f = shard(fn)`: within a shard its calls run there. */
export function isShardedFunction(map: ModuleMap, variable: Variable): boolean {
  const [definition] = variable.defs
  if (definition?.node.type !== 'VariableDeclarator' || definition.node.id.type !== 'Identifier') return false
  const { init } = definition.node
  const isConst = definition.parent?.type === 'VariableDeclaration' && definition.parent.kind === 'const'
  return isConst && init?.type === 'CallExpression' && isShardCall(map, init)
}

/** True for a call of what the module imports as `shard`. */
function isShardCall(map: ModuleMap, { callee }: CallExpression): boolean {
  const name = callee.type === 'MemberExpression' ? callee.object : callee
  const variable = name.type === 'Identifier' ? map.variableOf(name) : null
  return variable !== null && map.importOf(variable)?.source === OWN_PACKAGE
}

function isConstant(node: AnyNode | null): boolean {
  if (node === null) return false
  if (node.type === 'Literal') return !('regex' in node && node.regex) || !/[gy]/.test(node.regex.flags)
  if (node.type === 'UnaryExpression') return /^[-+!~]$/.test(node.operator) && isConstant(node.argument)
  if (node.type === 'BinaryExpression') return isConstant(node.left) && isConstant(node.right)
  return node.type === 'TemplateLiteral' && node.expressions.length === 0
}

function set(): Set<Variable> {
  return new Set<Variable>()
}
