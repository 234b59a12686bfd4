/** What a loop can read and change: the variables in its text and in every function that the text may call. */
import type { AnyNode } from 'acorn'
import type { ModuleMap } from '../../syntax/module-map.ts'
import type { Variable } from '../../syntax/parse.ts'
import { type ClassNode, contains, type FunctionNode, isClass, isFunction, lineOf, walk } from '../../syntax/walk.ts'
import type { KeepObstacle } from './reasons.ts'

/** Names through which plain operators call user code. */
const CALLED_BY_OPERATORS = ['', 'toString', 'valueOf', 'toJSON', 'constructor']
const GLOBAL_STATE = new Set(['globalThis', 'global', 'self', 'window', 'process', 'eval', 'Function', 'require'])

/** A walk through a loop's text and all that it may call. */
export class Reach {
  readonly variables = new Set<Variable>()
  /** Functions and classes whose text may run, outside of the loop itself. */
  readonly callables = new Set<FunctionNode | ClassNode>()
  obstacle: KeepObstacle | null = null
  readonly #map: ModuleMap
  readonly #queue: AnyNode[]
  readonly #names = new Set<string>()

  constructor(map: ModuleMap, loop: AnyNode) {
    this.#map = map
    this.#queue = [loop]
    for (const name of CALLED_BY_OPERATORS) this.#method(name)
    for (let node = this.#queue.pop(); node !== undefined && this.obstacle === null; node = this.#queue.pop()) {
      walk(node, (at) => this.#visit(at))
    }
  }

  #visit(at: AnyNode): boolean {
    if (at.type === 'Identifier') this.#name(at)
    else if (at.type === 'MemberExpression') this.#member(at)
    else if (at.type === 'AssignmentExpression') this.#changed(at.left)
    else if (at.type === 'UpdateExpression') this.#changed(at.argument)
    else if (isClass(at)) this.#class(at)
    else if (at.type === 'MetaProperty') this.#stop('unsupported', 'new.target', at)
    return this.obstacle === null
  }

  #name(at: Extract<AnyNode, { type: 'Identifier' }>): void {
    const variable = this.#map.variableOf(at)
    if (variable === null) {
      const isFree = this.#map.referenceOf(at) !== null
      if (isFree && GLOBAL_STATE.has(at.name)) this.#stop('hidden-state', at.name, at)
      return
    }
    if (this.#map.importOf(variable) !== null) return
    if (variable.defs.length === 0) return this.#stop('unsupported', variable.name, at)
    const callable = this.#map.callableOf(variable)
    if (callable === null) this.variables.add(variable)
    else this.#callable(callable)
  }

  #member(at: Extract<AnyNode, { type: 'MemberExpression' }>): void {
    if (!at.computed && (at.property.type === 'Identifier' || at.property.type === 'PrivateIdentifier'))
      this.#method(at.property.name)
    else if (at.computed && at.property.type === 'Literal') this.#method(String(at.property.value))
    else if (at.computed && isCalled(this.#map, at)) for (const name of this.#map.methods.keys()) this.#method(name)
  }

  /** Whatever has this name may be called or read by it: methods, getters. */
  #method(name: string): void {
    if (this.#names.has(name)) return
    this.#names.add(name)
    for (const method of this.#map.methods.get(name) ?? []) this.#callable(method)
  }

  #callable(callable: FunctionNode | ClassNode): void {
    if (this.callables.has(callable)) return
    this.callables.add(callable)
    this.#queue.push(callable)
  }

  /** A class's own fields are there once, and no variable leads to them. */
  #class(node: ClassNode): void {
    for (const part of node.body.body) {
      const name = 'key' in part && part.key.type === 'Identifier' ? part.key.name : ''
      const isOwn = part.type === 'StaticBlock' || (part.type === 'PropertyDefinition' && part.static)
      if (isOwn && !this.#map.isStaticConstant(node, name))
        this.#stop('hidden-state', `${node.id?.name ?? 'a class'}.${name}`, part)
    }
  }

  /** Properties of functions, and of what the engine brings along, are in nobody's state. */
  #changed(target: AnyNode): void {
    if (target.type !== 'MemberExpression') return
    const { object } = target
    if (object.type === 'MemberExpression') return this.#changed(object)
    if (object.type !== 'Identifier') return
    const variable = this.#map.variableOf(object)
    if (variable === null || this.#map.callableOf(variable) !== null || this.#map.importOf(variable) !== null)
      this.#stop('hidden-state', `a property of ${object.name}`, target)
  }

  #stop(reason: KeepObstacle['reason'], name: string, at: AnyNode): void {
    this.obstacle ??= { reason, name, line: lineOf(at) }
  }
}

function isCalled(map: ModuleMap, member: AnyNode): boolean {
  const parent = map.parentOf(member)
  return (parent?.type === 'CallExpression' || parent?.type === 'NewExpression') && parent.callee === member
}

/** True for `this` of the function around `loop`, used in the loop itself. */
export function usesThis(loop: AnyNode): boolean {
  let used = false
  walk(loop, (at) => {
    if (at.type === 'ThisExpression' || at.type === 'Super') used = true
    return !used && !(isFunction(at) && at.type !== 'ArrowFunctionExpression') && !isClass(at)
  })
  return used
}

export function isWithin(outer: AnyNode, variable: Variable): boolean {
  return contains(outer, variable.scope.block)
}
