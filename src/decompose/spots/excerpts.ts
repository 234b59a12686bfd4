/** Finds captured objects of which an iteration reads named properties only: shards get these, and nothing else of them. */
import type { AnyNode } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { isWithin, type Path, pathsRead } from '../syntax/paths.ts'
import { declarationOf, type Needs } from './needs.ts'

/** An object of which only some properties are read. */
export interface Excerpt {
  readonly variable: Variable
  /** None of them leads through another. */
  readonly paths: readonly Path[]
}

/**
 * The excerpts that do for code that runs in shards.
 * @param parts the code, without functions that it calls
 */
export function excerptsOf(
  map: ModuleMap,
  parts: readonly AnyNode[],
  needs: Pick<Needs, 'captures' | 'localTexts'>,
): readonly Excerpt[] {
  const code = [...parts, ...needs.localTexts.map(declarationOf)]
  return needs.captures.flatMap((variable) => {
    const paths = pathsRead(map, variable, code)
    return paths === null ? [] : [{ variable, paths }]
  })
}

/** Whether a property is read and goes along by itself, not with something around it. */
export function isExcerpted(excerpts: readonly Excerpt[], variable: Variable, path: Path): boolean {
  const paths = excerpts.find((excerpt) => excerpt.variable === variable)?.paths ?? []
  return paths.some((other) => other.length === path.length && isWithin(path, other))
}
