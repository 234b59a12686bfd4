/** Writes what makes `shard(fn)` known to the root, and the module that runs its calls as shards. */
import { type Needs, outermostFunction } from '../spots/needs.ts'
import type { RefSite } from '../spots/ref-sites.ts'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { keepDeclarations } from './chunk-text.ts'
import { bareMeta } from './meta.ts'
import { factory, importText, introductions, RUNTIME } from './module-text.ts'
import { TextBuilder } from './text.ts'

/** A `shard(fn)` whose calls can leave the root. */
export interface ShardedRef {
  readonly id: number
  readonly site: RefSite
  readonly needs: Needs
}

/** `shard(fn)` becomes `shard(fn,$shoal.site(3,12,()=>({captures:{...},module:{...}})))`. */
export function tellSite(map: ModuleMap, text: TextBuilder, { id, site, needs }: ShardedRef): void {
  const { call, fn } = site
  const comma = map.module.text.slice(fn.end, call.end - 1).lastIndexOf(',')
  if (comma >= 0) text.blank(fn.end + comma, fn.end + comma + 1)
  const state = `()=>({captures:{${names(needs.captures)}},module:{${names(needs.moduleState)}}})`
  text.put(call.end - 1, `,${RUNTIME}.site(${id},${site.line},${state})`)
}

export function refChunkText(map: ModuleMap, { id, site, needs }: ShardedRef): string {
  const text = new TextBuilder(map.module.text, false)
  const around = outermostFunction(map, site.call)
  text.put(around.start, `${RUNTIME}.chunk(($s,$x)=>{let {${names(needs.captures)}}=$s;`)
  keepDeclarations(map, text, [...needs.moduleTexts, ...needs.localTexts])
  text.keep(site.fn.start, site.fn.end)
  text.put(site.fn.start, ';$x.fn=(').put(site.fn.end, ');')
  text.put(around.end, '});')
  const state = names(needs.moduleState)
  const declared = state === '' ? '' : `let ${state};${RUNTIME}.state(($m)=>{({${state}}=$m);});`
  const metas = JSON.stringify({ [id]: bareMeta('ref', site.line) })
  const prefix = `${importText(map, needs.imports)}${declared}${RUNTIME}.spots(${metas});`
  return factory(prefix, text, (columns) => `${introductions(map)}${RUNTIME}.columns(${columns});`)
}

function names(variables: readonly Variable[]): string {
  return variables.map((variable) => variable.name).join(',')
}
