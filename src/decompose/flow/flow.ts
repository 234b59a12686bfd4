/**
 * Which objects a piece of code may change, found by following values to a fixpoint.
 *
 * A points-to analysis by inclusion: one abstract object per allocation site and per captured variable, fields told
 * apart by name, functions not told apart by caller. Everything is an over-approximation: whatever the code may do is
 * in `writes`, `assigned` or `problems`; unknown things are problems.
 */
import type { AnyNode, Pattern, Statement } from 'acorn'
import { decomposeLimits } from '../../limits.ts'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { isPrivateTo } from '../syntax/private-vars.ts'
import { partOfMath, type Table, tableOf } from '../syntax/tables.ts'
import { contains, type FunctionNode, isClass, isFunction } from '../syntax/walk.ts'
import { evaluate } from './expressions.ts'
import { type Given, givenTo, variablesRead } from './given.ts'
import { functionsOf, type Made, madeBy } from './made.ts'
import { type Problem, type ProblemCode, TOO_MUCH_CODE } from './problem.ts'
import {
  ANY_FIELD,
  addAll,
  type Callable,
  emptyValue,
  join,
  KEY_FIELD,
  listThing,
  MEMORY,
  outerThing,
  siteThing,
  type Thing,
  VALUE_FIELD,
  type Value,
} from './value.ts'

/** A change of something that exists before the iteration. */
export interface Write {
  readonly thing: Thing
  /** The assignment, update, delete or call that does it. */
  readonly node: AnyNode
}

/** Passes over the code before giving up; real code needs two to five. */
const PASSES_MAX = 40

export class Flow {
  readonly map: ModuleMap
  readonly writes: Write[] = []
  /** Variables declared outside that are assigned, with the assigning nodes. */
  readonly assigned = new Map<Variable, Set<AnyNode>>()
  readonly problems: Problem[] = []
  /** Functions whose bodies belong to the code. */
  readonly reached = new Set<FunctionNode>()
  readonly thrown = emptyValue()
  /** Typed arrays are made from values whose kind only the run shows: were they buffers, memory would be shared. */
  viewsOnUnknown = false
  /** Iterations let time pass without computing. */
  waits = false
  /** There is more code than is looked at. */
  isIncomplete = false
  /** The code is a callback that takes the whole list, too. */
  takesAll = false
  /** What counts as pure because the user says so. */
  readonly asserted = new Map<number, string>()
  /** Statements that are left out: the root runs them in place. */
  readonly skipped: ReadonlySet<AnyNode>
  readonly #region: { start: number; end: number }
  readonly #home: { start: number; end: number }
  readonly #variables = new Map<Variable, Value>()
  readonly #outer = new Map<Variable, Thing>()
  readonly #sites = new Map<AnyNode, Thing>()
  readonly #returns = new Map<FunctionNode, Value>()
  readonly #this = new Map<AnyNode, Value>()
  readonly #private = new Map<Variable, boolean>()
  readonly #kept = new Set<Variable>()
  readonly #seen = new Set<string>()
  readonly #problemKeys = new Set<string>()
  #changed = false
  #current: FunctionNode | null = null

  /**
   * @param region the code of one iteration: what is declared in it is new each time.
   * @param home the whole spot; functions around it own variables that outlive the iteration.
   */
  constructor(
    map: ModuleMap,
    region: { start: number; end: number },
    home: { start: number; end: number },
    skipped: ReadonlySet<AnyNode> = new Set(),
  ) {
    this.map = map
    this.skipped = skipped
    this.#region = region
    this.#home = home
  }

  /** Runs `visit` and every function it reaches until nothing new is found, or until that is too much: then a problem says so. */
  solve(visit: () => void): this {
    for (let pass = 0; ; pass++) {
      this.#changed = false
      this.#current = null
      // What was unknown in an earlier pass may be known by now.
      this.problems.length = 0
      this.#problemKeys.clear()
      visit()
      for (const fn of this.reached) {
        if (pass >= PASSES_MAX || this.map.visits >= decomposeLimits.visitsMax) return this.#giveUp(fn)
        this.#visitFunction(fn)
      }
      if (!this.#changed) return this
    }
  }

  #giveUp(fn: FunctionNode): this {
    this.isIncomplete = true
    this.problem('unknown-call', fn, TOO_MUCH_CODE)
    return this
  }

  /** What a variable may hold. */
  variableValue(variable: Variable): Value {
    const callable = this.map.callableOf(variable)
    if (callable !== null) return { things: new Set(), callables: new Set([callable]) }
    if (this.isInner(variable)) return this.#variables.get(variable) ?? emptyValue()
    const made = madeBy(this.map, variable)
    if (made !== null) return this.made(made)
    const given = givenTo(this.map, variable)
    if (given !== null) return this.#given(given)
    const part = partOfMath(this.map, variable)
    if (part !== null) return { things: new Set(), callables: new Set([`Math.${part}`]) }
    const table = tableOf(this.map, variable)
    if (table !== null) return { things: new Set([this.#tableThing(variable, table)]), callables: new Set() }
    return { things: new Set([this.outer(variable)]), callables: new Set() }
  }

  /** True for variables that are new in each iteration. */
  isInner(variable: Variable): boolean {
    if (this.map.isModuleLevel(variable)) return false
    const block = variable.scope.block
    if (this.#kept.has(variable)) return false
    if (this.#isPrivate(variable)) return true
    // A `var` declared in the iteration belongs to the function around it: its value outlives the iteration.
    if (contains(this.#region, block) || variable.identifiers.some((id) => contains(this.#region, id)))
      return contains(this.#region, block)
    return !contains(block, this.#home)
  }

  /** A field that outlives the iteration like a variable; null for other members. */
  fieldAt(member: AnyNode): Variable | null {
    const field = this.map.variableOf(member)
    return field === null || this.isInner(field) ? null : field
  }

  /** What functions were made with before the iteration outlives it. */
  #keep(environment: readonly Variable[]): void {
    for (const kept of environment) {
      if (!this.#kept.has(kept)) this.#changed = true
      this.#kept.add(kept)
    }
  }

  #given({ variable, functions, isList }: Given): Value {
    this.#keep(functions.flatMap(variablesRead))
    const all: Value = { things: new Set(), callables: new Set(functions.map(({ fn }) => fn)) }
    if (!isList) return all
    const list = this.#remember(this.#outer, variable, () => listThing(variable, all))
    return { things: new Set([list]), callables: new Set() }
  }

  /** What a call makes. */
  made(made: Made): Value {
    const { variable, functions, picked } = made
    this.#keep(made.environment)
    if (!(functions instanceof Map)) return { things: new Set(), callables: new Set(functionsOf(made)) }
    const one = picked === null ? undefined : functions.get(picked)
    if (one !== undefined) return { things: new Set(), callables: new Set([one]) }
    const set = this.#remember(this.#outer, variable, (): Thing => {
      const fields = new Map(
        [...functions].map(([name, fn]) => [name, { things: new Set<Thing>(), callables: new Set<Callable>([fn]) }]),
      )
      return { kind: 'outer', name: variable.name, variable, site: null, inside: null, fields, table: 'record' }
    })
    return { things: new Set([set]), callables: new Set() }
  }

  #tableThing(variable: Variable, table: Table): Thing {
    return this.#remember(this.#outer, variable, () => {
      const fields = new Map<string, Value>()
      const put = (name: string, value: AnyNode): void =>
        void fields.set(name, join(fields.get(name) ?? emptyValue(), evaluate(this, value)))
      if (table.type === 'ArrayExpression') {
        const all = join(...table.elements.flatMap((element) => (element === null ? [] : [evaluate(this, element)])))
        fields.set(ANY_FIELD, all)
      } else {
        for (const property of table.properties) {
          if (property.type !== 'Property') continue
          put(property.key.type === 'Identifier' ? property.key.name : ANY_FIELD, property.value)
        }
      }
      return {
        kind: 'outer',
        name: variable.name,
        variable,
        site: null,
        inside: null,
        fields,
        table: table.type === 'ArrayExpression' ? 'list' : 'record',
      }
    })
  }

  #isPrivate(variable: Variable): boolean {
    const { scope } = variable
    if (!contains(scope.block, this.#home) || scope.block === this.#region) return false
    return this.#remember(this.#private, variable, () => isPrivateTo(this.map, variable, this.#region))
  }

  outer(variable: Variable): Thing {
    return this.#remember(this.#outer, variable, () => outerThing(variable.name, variable))
  }

  site(node: AnyNode): Thing {
    return this.#remember(this.#sites, node, () => siteThing(node))
  }

  /** The value of a new container made at `node` that holds `content`. */
  fresh(node: AnyNode, content: Value = emptyValue()): Value {
    const thing = this.site(node)
    this.store(thing, ANY_FIELD, content)
    return { things: new Set([thing]), callables: new Set() }
  }

  store(thing: Thing, field: string, value: Value): void {
    const name = this.map.hasAccessors ? ANY_FIELD : field
    const held = thing.fields.get(name)
    if (held === undefined) {
      thing.fields.set(name, join(value))
      if (value.things.size + value.callables.size > 0) this.#changed = true
    } else if (addAll(held, value)) this.#changed = true
  }

  /** Reads a field of whatever `value` may be. */
  read(value: Value, field: string): Value {
    if (field === 'buffer') return { things: value.things, callables: new Set([...value.callables, MEMORY]) }
    const name = this.map.hasAccessors ? ANY_FIELD : field
    const result = emptyValue()
    for (const thing of value.things) {
      if (thing.kind === 'outer' && thing.table === undefined) {
        result.things.add(thing.inside ?? thing)
        // What the code itself has put there. What it has put deeper inside is found by reading on from `inside`.
        for (const [key, held] of thing.fields) if (field !== VALUE_FIELD || key !== KEY_FIELD) addAll(result, held)
      } else if (thing.table === 'list' && field !== ANY_FIELD) continue
      else if (name === ANY_FIELD) for (const held of thing.fields.values()) addAll(result, held)
      else addAll(result, join(thing.fields.get(name) ?? emptyValue(), thing.fields.get(ANY_FIELD) ?? emptyValue()))
    }
    for (const callable of value.callables) {
      if (typeof callable !== 'string') result.things.add(this.#statics(callable))
    }
    if (this.map.getters.size > 0 && value.things.size > 0) this.#runGetters(value, field, result)
    return result
  }

  #runGetters(value: Value, field: string, result: Value): void {
    const named = this.map.getters.get(field) ?? []
    for (const getter of field === ANY_FIELD ? [...this.map.getters.values()].flat() : named) {
      this.reach(getter)
      this.add(this.thisOf(getter), value)
      const holder = this.map.functionAround(getter)
      if (isClass(holder)) this.add(this.thisOf(holder), value)
      addAll(result, this.returns(getter))
    }
  }

  /** Records that `node` changes whatever `value` may be, and what it puts there. */
  write(value: Value, field: string, put: Value, node: AnyNode): void {
    for (const thing of value.things) {
      this.store(thing, field, put)
      if (thing.kind === 'outer')
        this.#once(`w${node.start}:${node.end}:${thingKey(thing)}`, () => this.writes.push({ thing, node }))
    }
    for (const callable of value.callables) {
      if (typeof callable === 'string') this.problem('side-effect', node, callable)
      else {
        const thing = this.#statics(callable)
        this.#once(`w${node.start}:${node.end}:s${callable.start}`, () => this.writes.push({ thing, node }))
      }
    }
  }

  /** Assigns to a pattern: variables, members, destructuring. */
  assign(target: Pattern, value: Value, node: AnyNode): void {
    const isField = target.type === 'MemberExpression' && this.fieldAt(target) !== null
    if (target.type === 'Identifier' || isField) this.#assignVariable(target, value, node)
    else if (target.type === 'MemberExpression') {
      const field = target.computed || target.property.type !== 'Identifier' ? ANY_FIELD : target.property.name
      if (target.computed) evaluate(this, target.property)
      this.write(evaluate(this, target.object), field, value, node)
    } else if (target.type === 'ArrayPattern') {
      for (const element of target.elements)
        if (element !== null) this.assign(element, this.read(value, ANY_FIELD), node)
    } else if (target.type === 'ObjectPattern') {
      for (const property of target.properties) {
        if (property.type === 'RestElement')
          this.assign(property.argument, this.fresh(property, this.read(value, ANY_FIELD)), node)
        else {
          if (property.computed) evaluate(this, property.key)
          const field = !property.computed && property.key.type === 'Identifier' ? property.key.name : ANY_FIELD
          this.assign(property.value, this.read(value, field), node)
        }
      }
    } else if (target.type === 'AssignmentPattern') {
      this.assign(target.left, join(value, evaluate(this, target.right)), node)
    } else if (target.type === 'RestElement')
      this.assign(target.argument, this.fresh(target, this.read(value, ANY_FIELD)), node)
  }

  problem(code: ProblemCode, node: AnyNode, name: string): void {
    const key = `${code}${node.start}:${name}`
    if (this.#problemKeys.has(key)) return
    this.#problemKeys.add(key)
    this.problems.push({ code, node, name })
  }

  reach(fn: FunctionNode): void {
    if (contains(fn, this.#home) && fn.start !== this.#home.start) this.problem('unsupported', fn, 'recursion')
    if (this.reached.has(fn)) return
    this.reached.add(fn)
    this.#changed = true
  }

  returns(fn: FunctionNode): Value {
    return this.#remember(this.#returns, fn, emptyValue)
  }

  thisOf(owner: AnyNode): Value {
    return this.#remember(this.#this, owner, emptyValue)
  }

  add(into: Value, from: Value): void {
    if (addAll(into, from)) this.#changed = true
  }

  get current(): FunctionNode | null {
    return this.#current
  }

  visitStatements(body: readonly Statement[] | readonly AnyNode[]): void {
    for (const statement of body) evaluate(this, statement as AnyNode)
  }

  #visitFunction(fn: FunctionNode): void {
    this.map.visits++
    this.#current = fn
    if (fn.body.type === 'BlockStatement') this.visitStatements(fn.body.body)
    else this.add(this.returns(fn), evaluate(this, fn.body))
    this.#current = null
  }

  #assignVariable(target: AnyNode, value: Value, node: AnyNode): void {
    const variable = this.map.variableOf(target)
    if (variable === null) {
      this.problem('side-effect', node, target.type === 'Identifier' ? target.name : 'a global')
      return
    }
    this.add(this.#remember(this.#variables, variable, emptyValue), value)
    if (this.isInner(variable)) return
    this.#remember(this.assigned, variable, () => new Set<AnyNode>()).add(node)
  }

  /** The static side of a class or the properties of a function: outlives every iteration. */
  #statics(callable: Exclude<Callable, string>): Thing {
    const name = (isFunction(callable) || isClass(callable)) && callable.id ? callable.id.name : 'function'
    return this.#remember(this.#sites, callable, () => outerThing(name, null))
  }

  #remember<K, V>(table: Map<K, V>, key: K, make: () => V): V {
    const held = table.get(key)
    if (held !== undefined) return held
    const made = make()
    table.set(key, made)
    return made
  }

  #once(key: string, act: () => void): void {
    if (this.#seen.has(key)) return
    this.#seen.add(key)
    this.#changed = true
    act()
  }
}

function thingKey(thing: Thing): string {
  const id = thing.variable?.identifiers[0]?.start ?? thing.site?.start ?? -1
  return `${thing.name}:${id}:${thing.inside === null ? 'in' : 'self'}`
}
