/** What chunk and main texts share: imports, exports, classes, the factory around them. */
import type { AnyNode } from 'acorn'
import { ShoalError } from '../../errors.ts'
import { moduleClasses } from '../spots/needs.ts'
import { bundledNames } from '../syntax/bundled-names.ts'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { isClass, isFunction, lineOf } from '../syntax/walk.ts'
import type { TextBuilder } from './text.ts'

/** The name under which generated code reaches the runtime. */
export const RUNTIME = '$shoal'

/** The function that a module exports by default, and its `input`. */
export interface Exports {
  /** Null for an expression that is no function; then only the call as a whole is possible. */
  readonly main: AnyNode
  readonly mainVariable: Variable | null
  readonly input: Variable | null
}

/** Text of `const {a, b: c} = await $shoal.import("node:x")` for the given import bindings. */
export function importText(map: ModuleMap, variables: readonly Variable[]): string {
  return variables
    .map((variable) => {
      const binding = map.importOf(variable)
      if (binding === null) return ''
      const module = `await ${RUNTIME}.import(${JSON.stringify(binding.source)})`
      if (binding.name === '*') return `const ${variable.name}=${module};`
      return `const {${JSON.stringify(binding.name)}:${variable.name}}=${module};`
    })
    .join('')
}

/** Text that tells the runtime which classes may travel, and what a bundle's functions and classes are called. */
export function introductions(map: ModuleMap): string {
  const held = introduced.get(map) ?? classesText(map) + namesText(map)
  introduced.set(map, held)
  return held
}

/** Every text of a module ends with the same. */
const introduced = new WeakMap<ModuleMap, string>()

function classesText(map: ModuleMap): string {
  const names = moduleClasses(map).map((variable) => variable.name)
  return names.length === 0 ? '' : `${RUNTIME}.classes({${names.join(',')}});`
}

/** A chunk has only what it needs of the module. */
function namesText(map: ModuleMap): string {
  const named = bundledNames(map.module).map(
    ({ local, name }) => `[typeof ${local}==="undefined"?null:${local},${JSON.stringify(name)}]`,
  )
  return named.length === 0 ? '' : `${RUNTIME}.names([${named.join(',')}]);`
}

/** Wraps a built text into the factory: an expression that evaluates to an async function of the runtime. */
export function factory(prefix: string, text: TextBuilder, suffix: (columns: string) => string): string {
  const opening = `(async function(${RUNTIME}){"use strict";${prefix}`
  const { text: body, columns } = text.open(opening).build()
  const newline = body.endsWith('\n') ? '' : '\n'
  return `${body}${newline};${suffix(JSON.stringify(columns))}})`
}

/**
 * Finds what a module exports.
 * @throws ShoalError SHOAL_CODE_UNSUPPORTED when there is no default function.
 */
export function exportsOf(map: ModuleMap): Exports {
  let main: AnyNode | null = null
  let mainVariable: Variable | null = null
  let input: Variable | null = null
  for (const statement of map.module.tree.body) {
    if (statement.type === 'ExportDefaultDeclaration') {
      const { declaration } = statement
      main = declaration
      const name = declaration.type === 'Identifier' ? declaration : 'id' in declaration ? declaration.id : null
      mainVariable = name ? map.variableOf(name) : null
    } else if (statement.type === 'ExportNamedDeclaration') {
      if (statement.source) throw unsupported(map, statement, 'a re-export from another module')
      for (const specifier of statement.specifiers) {
        if (specifier.local.type !== 'Identifier' || specifier.exported.type !== 'Identifier') continue
        const variable = map.variableOf(specifier.local)
        if (specifier.exported.name === 'default') [main, mainVariable] = [specifier.local, variable]
        if (specifier.exported.name === 'input') input = variable
      }
      if (statement.declaration) input ??= exportedNamed(map, statement.declaration, 'input')
    } else if (statement.type === 'ExportAllDeclaration') throw unsupported(map, statement, 'export *')
  }
  if (main === null) {
    throw new ShoalError('SHOAL_CODE_UNSUPPORTED', `${map.module.file} has no default export`, {
      next: 'write `export default async function (input) { ... }` in it',
    })
  }
  const callable = mainVariable === null ? null : map.callableOf(mainVariable)
  if (isClass(main) || isClass(callable)) throw unsupported(map, main, 'a class as default export')
  return { main: isFunction(main) ? main : (callable ?? main), mainVariable, input }
}

export function unsupported(map: ModuleMap, node: AnyNode, what: string): ShoalError {
  return unsupportedAt(map, { line: lineOf(node), column: (node.loc?.start.column ?? 0) + 1 }, what)
}

/** @param place in the module's text, from 1 */
export function unsupportedAt(map: ModuleMap, place: { line: number; column: number }, what: string): ShoalError {
  const { places, file } = map.module
  const at = places?.find(place.line, place.column) ?? { file, ...place }
  return new ShoalError('SHOAL_CODE_UNSUPPORTED', `${at.file}:${at.line}:${at.column}: ${what} is not supported`, {
    next: 'write it without, or keep it out of the function module',
  })
}

function exportedNamed(map: ModuleMap, declaration: AnyNode, name: string): Variable | null {
  const found = map.module.scopes
    .find((scope) => scope.type === 'module')
    ?.variables.find((variable) => variable.name === name)
  const within = found?.identifiers.some((id) => id.start >= declaration.start && id.end <= declaration.end)
  return within ? (found ?? null) : null
}

export function isClassVariable(map: ModuleMap, variable: Variable): boolean {
  return isClass(map.callableOf(variable))
}
