/** What functions and classes of a bundle are called: the bundler renames where files use one name, and classes that name themselves. */
import type { AnyNode } from 'acorn'
import type { ParsedModule } from './parse.ts'
import { isClass, isFunction } from './walk.ts'

/** A function or class of a bundle's top level whose `name` is not what its file says. */
export interface BundledName {
  /** In the bundle. */
  readonly local: string
  /** As its file calls it. */
  readonly name: string
}

/** Those of a module; none where it is no bundle. */
export function bundledNames({ tree, places }: ParsedModule): BundledName[] {
  if (places === null) return []
  const found: BundledName[] = []
  const note = (id: AnyNode | null | undefined, made: AnyNode | null | undefined): void => {
    if (id?.type !== 'Identifier' || !(isFunction(made) || isClass(made))) return
    const { line = 1, column = 0 } = id.loc?.start ?? {}
    const name = places.nameAt(line, column + 1) ?? id.name
    if (shownName(made, id.name) !== name) found.push({ local: id.name, name })
  }
  for (const statement of tree.body) {
    if (isFunction(statement) || isClass(statement)) note(statement.id, statement)
    else if (statement.type === 'VariableDeclaration') for (const { id, init } of statement.declarations) note(id, init)
  }
  return found
}

/** What the language calls it: by its own name, else by the variable that it is first put into. */
function shownName(made: AnyNode, variable: string): string {
  return 'id' in made && made.id?.type === 'Identifier' ? made.id.name : variable
}
