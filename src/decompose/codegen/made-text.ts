/** Writes functions that others made: the root notes what they were made with, shards make them again with that. */
import { functionsOf, MADE_THERE, type Made } from '../flow/made.ts'
import { declarationOf, type Needs } from '../spots/needs.ts'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { keepDeclarations } from './chunk-text.ts'
import { asRead, bindText, gatherText, keepGiven, valuesText } from './given-text.ts'
import { RUNTIME } from './module-text.ts'
import type { TextBuilder } from './text.ts'

/** `return (x) => x + n` becomes `return $shoal.made(()=>({n}),(x) => x + n)`. */
export function noteMade(map: ModuleMap, text: TextBuilder, made: readonly Made[]): void {
  for (const each of unique(made)) {
    const { result, environment, besides } = each
    const code = [...functionsOf(each), ...besides.map(declarationOf)]
    const values = valuesText(map, asRead(map, environment, code))
    text.put(result.start, `${RUNTIME}.made(()=>({${values}}),`).put(result.end, ')')
  }
}

/** How the root tells what the functions of a spot were made with; nothing where there are none. */
export function environmentsText(map: ModuleMap, { made, given }: Needs, spot: number): string[] {
  if (made.length + given.length === 0) return []
  const heldBy = (name: string): string => (name === MADE_THERE ? `${RUNTIME}.kept(${spot})` : name)
  const texts = made.map(({ variable: { name } }) => `${name}:${RUNTIME}.environment(${heldBy(name)})`)
  const all = [...texts, ...(given.length > 0 ? [valuesText(map, asRead(map, given))] : [])]
  return [`f:()=>${RUNTIME}.environments(()=>({${all.join(',')}}))`]
}

/**
 * Keeps the text of made functions where it stands: `function makeAdder(n) { return (x) => x + n }` becomes
 * `function $f0({n}){return((x) => x + n)}`.
 * @returns text that makes them, from the state `$s`
 */
export function makeAgain(map: ModuleMap, text: TextBuilder, needs: Needs): string {
  const { made, given } = needs
  const kinds = unique(made)
  kinds.forEach(({ maker, result, environment, besides }, index) => {
    text.put(maker.start, `;function $f${index}({${names(environment)}}){${bindText(map, asRead(map, environment))}`)
    keepDeclarations(map, text, besides)
    text.put(result.start, ';return(').keep(result.start, result.end).put(result.end, ')').put(maker.end, '}')
  })
  const again = (each: Made): string => {
    const kind = kinds.findIndex(({ result }) => result === each.result)
    const { name } = each.variable
    return `${name}=$f${kind}($s.$f.${name})${each.picked === null ? '' : `.${each.picked}`};`
  }
  keepGiven(map, text, needs)
  return gatherText(map, needs) + bindText(map, asRead(map, given), '$s.$f.') + made.map(again).join('')
}

/** One for each result in the text. */
function unique(made: readonly Made[]): Made[] {
  return [...new Map(made.map((each) => [each.result, each])).values()]
}

function names(variables: readonly Variable[]): string {
  return variables.map(({ name }) => name).join(',')
}
