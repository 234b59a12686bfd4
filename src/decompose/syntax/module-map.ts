/** What is where in a module: parents, names, functions, methods by name, exports. */
import type { AnyNode, Identifier, MethodDefinition } from 'acorn'
import { fieldsOf } from './fields.ts'
import type { ParsedModule, Reference, Variable } from './parse.ts'
import type { Place } from './source-map.ts'
import { valuesByName } from './values-by-name.ts'
import { type ClassNode, childrenOf, type FunctionNode, isClass, isFunction, walk } from './walk.ts'

/** A binding that an import declaration makes. */
export interface ImportBinding {
  readonly source: string
  /** Exported name; `*` for a namespace, `default` for the default. */
  readonly name: string
}

/** A module with its tree indexed. */
export class ModuleMap {
  readonly module: ParsedModule
  /** Functions that are ever reachable as a property of this name: methods, literals, assignments. */
  readonly methods = new Map<string, FunctionNode[]>()
  /** Getters of classes by name; reading a property of the name may run them. */
  readonly getters = new Map<string, FunctionNode[]>()
  /** Other getters, setters, proxies or special names: property reads may run code, so fields are not told apart. */
  readonly hasAccessors: boolean
  /** What may define accessors, then getters, setters and special methods that do more than read: to use a property may change something. */
  readonly impureAccessors: readonly AnyNode[]
  /** How often functions were looked at so far: what analysis has cost. */
  visits = 0
  /** Accessors are defined, or prototypes changed, by calls. */
  readonly definesAccessors: boolean
  /** Names of members that are assigned anywhere; empty for computed ones on a class or function. */
  readonly #assignedNames = new Set<string>()
  readonly #names = new Map<AnyNode, readonly Identifier[]>()
  #values: ReadonlyMap<string, readonly AnyNode[]> | null = null
  #lines: readonly string[] | null = null

  constructor(module: ParsedModule) {
    this.module = module
    indexParents(module.tree)
    for (const scope of module.scopes) {
      for (const reference of scope.references) {
        const identifier = reference.identifier as AnyNode & Indexed
        identifier[REFERENCE] = reference
        if (reference.resolved !== null) identifier[VARIABLE] = reference.resolved
      }
      for (const variable of scope.variables) {
        for (const identifier of variable.identifiers as readonly Indexed[]) identifier[VARIABLE] = variable
      }
    }
    const accessors = this.#indexMethods()
    this.hasAccessors = accessors.found
    this.impureAccessors = [...accessors.definers, ...accessors.bodies.filter(doesMoreThanRead)]
    this.definesAccessors = accessors.definers.length > 0
    for (const { variable, uses } of fieldsOf(this)) {
      for (const member of uses) (member as AnyNode & Indexed)[VARIABLE] = variable
    }
  }

  /** Where a line of a bundle stood, by where its text begins: the bundler maps an indent to what came before. Null for what is no bundle. */
  placeOfLine(line: number): Place | null {
    const { places, text } = this.module
    if (places === null) return null
    this.#lines ??= text.split('\n')
    return places.find(line, (this.#lines[line - 1] ?? '').search(/\S|$/) + 1)
  }

  parentOf(node: AnyNode): AnyNode | null {
    return (node as Indexed)[PARENT] ?? null
  }

  /** The variable that an identifier stands for, or a field that is as good as one; null for globals and property names. */
  variableOf(identifier: AnyNode): Variable | null {
    return (identifier as Indexed)[VARIABLE] ?? null
  }

  referenceOf(identifier: AnyNode): Reference | null {
    return (identifier as Indexed)[REFERENCE] ?? null
  }

  /** The nearest function or class body around a node; null at module level. */
  functionAround(node: AnyNode): FunctionNode | ClassNode | null {
    for (let at = this.parentOf(node); at !== null; at = this.parentOf(at)) if (isFunction(at) || isClass(at)) return at
    return null
  }

  /** The function or class a never-reassigned variable holds. */
  callableOf(variable: Variable): FunctionNode | ClassNode | null {
    if (variable.defs.length !== 1) return null
    const node = variable.defs[0]?.node
    if (node === undefined || variable.references.some((r) => r.isWrite() && r.init !== true)) return null
    if (isFunction(node) && variable.defs[0]?.type === 'FunctionName') return node
    if (isClass(node)) return node
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier') {
      const init = node.init ?? null
      if (isFunction(init) || isClass(init)) return init
    }
    return null
  }

  importOf(variable: Variable): ImportBinding | null {
    const definition = variable.defs[0]
    if (definition?.type !== 'ImportBinding' || definition.parent?.type !== 'ImportDeclaration') return null
    const source = String(definition.parent.source.value)
    const { node } = definition
    if (node.type === 'ImportNamespaceSpecifier') return { source, name: '*' }
    if (node.type === 'ImportDefaultSpecifier') return { source, name: 'default' }
    if (node.type === 'ImportSpecifier') {
      return { source, name: node.imported.type === 'Identifier' ? node.imported.name : String(node.imported.value) }
    }
    return null
  }

  /** True for `Class.name` when it is a literal that nothing in the module changes. */
  isStaticConstant(holder: FunctionNode | ClassNode, name: string): boolean {
    if (!isClass(holder) || this.#assignedNames.has(name) || this.#assignedNames.has('')) return false
    return holder.body.body.some(
      (part) =>
        part.type === 'PropertyDefinition' &&
        part.static &&
        !part.computed &&
        part.key.type === 'Identifier' &&
        part.key.name === name &&
        part.value?.type === 'Literal' &&
        !('regex' in part.value && part.value.regex),
    )
  }

  /** True when some member of this name is assigned anywhere. */
  assignsName(name: string): boolean {
    return this.#assignedNames.has(name)
  }

  /** All identifiers in a part of the tree that stand for variables. */
  namesIn(node: AnyNode): readonly Identifier[] {
    const held = this.#names.get(node)
    if (held !== undefined) return held
    const names: Identifier[] = []
    walk(node, (at) => {
      if (at.type === 'Identifier' && this.variableOf(at) !== null) names.push(at)
      return true
    })
    this.#names.set(node, names)
    return names
  }

  /** Every value that the text gives to variables and properties of this name. */
  valuesNamed(name: string): readonly AnyNode[] {
    this.#values ??= valuesByName(this.module.tree)
    return this.#values.get(name) ?? []
  }

  /** True for variables of the module's own top scope. */
  isModuleLevel(variable: Variable): boolean {
    return variable.scope.type === 'module' || variable.scope.type === 'global'
  }

  #indexMethods(): { found: boolean; definers: AnyNode[]; bodies: AnyNode[] } {
    let found = false
    const definers: AnyNode[] = []
    const bodies: AnyNode[] = []
    const accessor = (body?: AnyNode | null): void => {
      found = true
      if (body && isFunction(body)) bodies.push(body.body)
    }
    const add = (key: AnyNode, computed: boolean, value: AnyNode | null | undefined): void => {
      const held = value?.type === 'Identifier' ? this.#callableNamed(value) : value
      if (!isFunction(held ?? null)) return
      if (computed && key.type !== 'Literal') accessor(held)
      const name = key.type === 'Identifier' || key.type === 'PrivateIdentifier' ? key.name : literalName(key)
      if (name === '' || SPECIAL_NAMES.has(name)) accessor(held)
      this.methods.set(name, [...(this.methods.get(name) ?? []), held as FunctionNode])
    }
    walk(this.module.tree, (node) => {
      this.#noteAssigned(node)
      if (
        node.type === 'MemberExpression' &&
        !node.computed &&
        node.property.type === 'Identifier' &&
        DEFINERS.has(node.property.name)
      )
        definers.push(node.property)
      if (node.type === 'Property' || node.type === 'MethodDefinition') {
        if (isPlainGetter(node))
          this.getters.set(node.key.name, [...(this.getters.get(node.key.name) ?? []), node.value])
        else if (node.kind === 'get' || node.kind === 'set') accessor(node.value)
        if (node.kind !== 'constructor') add(node.key, node.computed, node.value)
      } else if (node.type === 'PropertyDefinition') add(node.key, node.computed, node.value)
      else if (node.type === 'AssignmentExpression' && node.left.type === 'MemberExpression') {
        add(node.left.property, node.left.computed, node.right)
      } else if (node.type === 'Identifier' && ACCESSOR_GLOBALS.has(node.name) && this.variableOf(node) === null) {
        accessor()
      }
    })
    return { found: found || definers.length > 0, definers, bodies }
  }

  #noteAssigned(node: AnyNode): void {
    const target =
      node.type === 'AssignmentExpression' ? node.left : node.type === 'UpdateExpression' ? node.argument : null
    if (target === null) return
    walk(target, (at) => {
      if (at.type !== 'MemberExpression') return
      if (!at.computed && at.property.type === 'Identifier') this.#assignedNames.add(at.property.name)
      else if (at.object.type === 'Identifier' && this.#callableNamed(at.object) !== null) this.#assignedNames.add('')
    })
  }

  #callableNamed(identifier: Identifier): AnyNode | null {
    const variable = this.variableOf(identifier)
    return variable === null ? null : this.callableOf(variable)
  }
}

/** Where nodes keep what the index knows of them: a tree has one index, and tables beside it are slow to ask. */
const PARENT = Symbol('parent')
const VARIABLE = Symbol('variable')
const REFERENCE = Symbol('reference')

interface Indexed {
  [PARENT]?: AnyNode
  [VARIABLE]?: Variable
  [REFERENCE]?: Reference
}

function indexParents(node: AnyNode): void {
  for (const child of childrenOf(node)) {
    // `{x}` shorthand shares one node between key and value: the value's parent is what matters, both are equal here.
    ;(child as AnyNode & Indexed)[PARENT] = node
    indexParents(child)
  }
}

/** Names through which plain operators call user code. */
const SPECIAL_NAMES = new Set(['toString', 'valueOf', 'toJSON', 'then', 'constructor', '__proto__', 'inspect'])
const DEFINERS = new Set([
  'defineProperty',
  'defineProperties',
  '__defineGetter__',
  '__defineSetter__',
  'setPrototypeOf',
])
const ACCESSOR_GLOBALS = new Set(['Proxy', 'Reflect', 'Symbol', '__proto__'])

/** `get name() { ... }` of a class that changes nothing itself: it runs where its name is read, like a method. */
function isPlainGetter(
  node: Extract<AnyNode, { type: 'Property' | 'MethodDefinition' }>,
): node is MethodDefinition & { key: Identifier } {
  if (node.type !== 'MethodDefinition' || node.kind !== 'get' || node.static || node.computed) return false
  return node.key.type === 'Identifier' && !SPECIAL_NAMES.has(node.key.name) && !changes(node.value.body)
}

function changes(body: AnyNode): boolean {
  let found = false
  walk(body, (node) => {
    if (/^(Assignment|Update|TaggedTemplate|Yield)Expression$/.test(node.type)) found = true
    if (node.type === 'UnaryExpression' && node.operator === 'delete') found = true
  })
  return found
}

function doesMoreThanRead(body: AnyNode): boolean {
  let more = changes(body)
  walk(body, (node) => {
    if (node.type === 'CallExpression' || node.type === 'NewExpression') more = true
  })
  return more
}

function literalName(key: AnyNode): string {
  return key.type === 'Literal' ? String(key.value) : ''
}
