/** Writes functions that parameters hold: the root notes which they are and what they read, shards make them again with that. */
import type { AnyNode } from 'acorn'
import { allGiven, type GivenFunction, givenTo, type Read } from '../flow/given.ts'
import type { Needs } from '../spots/needs.ts'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { pathsRead } from '../syntax/paths.ts'
import { RUNTIME } from './module-text.ts'
import type { TextBuilder } from './text.ts'

/** What makes functions again, by where they stand in the text. */
const MAKERS = '$gs'

/** `mapAll(xs, (x) => x * k)` becomes `mapAll(xs, $shoal.gift(()=>({k}),(x) => x * k,112))`. */
export function noteGiven(map: ModuleMap, text: TextBuilder, needs: readonly Needs[]): void {
  const variables = needs.flatMap(variablesIn)
  const all = allGiven(map, variables)
  const beside = new Set(all.flatMap(({ environment }) => environment.map(({ local }) => local)))
  const handed = new Map(all.filter((given) => !beside.has(given)).map((given) => [given.argument, given]))
  for (const [argument, { fn, environment }] of handed) {
    text.put(argument.start, `${RUNTIME}.gift(()=>({${valuesText(map, environment)}}),`)
    text.put(argument.end, `,${fn.start})`)
  }
}

/** What functions were made with, as the root tells it: `k,f:$shoal.given(f)`. */
export function valuesText(map: ModuleMap, environment: readonly Read[]): string {
  return environment
    .map(({ variable, local, paths }) => {
      const { name } = variable
      if (local !== null) return `${name}:{k:${local.fn.start},e:{${valuesText(map, local.environment)}}}`
      const given = givenTo(map, variable)
      if (given !== null) return `${name}:${RUNTIME}.${given.isList ? 'givenAll' : 'given'}(${name})`
      return paths === null ? name : `${name}:${RUNTIME}.part(${name},${JSON.stringify(paths)})`
    })
    .join(',')
}

/** @param code that reads the variables; without it, their values are told as a whole */
export function asRead(map: ModuleMap, variables: readonly Variable[], code: readonly AnyNode[] = []): Read[] {
  return variables.map((variable) => ({ variable, local: null, paths: pathsRead(map, variable, code) }))
}

/** Keeps the text of given functions where it stands: `(x) => x * k` becomes `;function $g112({k}){return((x) => x * k)}`. */
export function keepGiven(map: ModuleMap, text: TextBuilder, needs: Needs): void {
  for (const { fn, named, environment } of uniqueIn(map, needs)) {
    if (named !== null) continue
    const open = `;function $g${fn.start}({${environment.map(({ variable: { name } }) => name).join(',')}}){`
    text.put(fn.start, `${open}${bindText(map, environment)}return(`)
    text.keep(fn.start, fn.end).put(fn.end, ')}')
  }
}

/** Declares, for a whole module text, what makes functions again; those of the module are there by their names. */
export function makersText(map: ModuleMap, needs: Needs): string {
  const functions = uniqueIn(map, needs)
  if (functions.length === 0) return ''
  const named = functions.map(({ fn, named: variable }) =>
    variable === null ? '' : `function $g${fn.start}(){return ${variable.name}}`,
  )
  return `const ${MAKERS}={};${named.join('')}`
}

/** Fills {@link MAKERS} where all of them can be seen. */
export function gatherText(map: ModuleMap, needs: Needs): string {
  return uniqueIn(map, needs)
    .map(({ fn }) => `${MAKERS}[${fn.start}]=$g${fn.start};`)
    .join('')
}

/** Binds names to functions again where they hold what the root has told. @param from text of what holds it */
export function bindText(map: ModuleMap, environment: readonly Read[], from = ''): string {
  return environment
    .map(({ variable, local }) => {
      const { name } = variable
      const given = local === null ? givenTo(map, variable) : null
      if (local === null && given === null) return ''
      if (given?.isList === true) return `${name}=${from}${name}.map(($v)=>${MAKERS}[$v.k]($v.e));`
      return `${name}=${MAKERS}[${from}${name}.k](${from}${name}.e);`
    })
    .join('')
}

function uniqueIn(map: ModuleMap, needs: Needs): GivenFunction[] {
  return [...new Map(allGiven(map, variablesIn(needs)).map((given) => [given.fn, given])).values()]
}

function variablesIn({ given, made }: Needs): Variable[] {
  return [...given, ...made.flatMap(({ environment }) => environment)]
}
