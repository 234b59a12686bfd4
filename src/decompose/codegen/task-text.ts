/** Writes statements that may run side by side: the root's text, and the module that runs them as shards. */

import type { KeptLoop } from '../spots/loops/kept-loops.ts'
import { outermostFunction } from '../spots/needs.ts'
import type { TaskGroup } from '../spots/tasks.ts'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { keepDeclarations } from './chunk-text.ts'
import { linesText, lookAtLoops } from './loop-text.ts'
import { bareMeta, type SpotMeta } from './meta.ts'
import { factory, importText, introductions, RUNTIME } from './module-text.ts'
import { TextBuilder } from './text.ts'

/** A group of tasks with the number of its spot. */
export interface ShardedTasks {
  readonly id: number
  readonly group: TaskGroup
}

export function taskMeta({ line, isAsync, waits, viewsOnUnknown }: TaskGroup): SpotMeta {
  return { ...bareMeta('call', line), method: 'from', isAsync, waits, viewsOnUnknown }
}

/**
 * `const a = f(x)` becomes `const $5=$shoal.tasks(5,{...});const a = ($5.here(0)??await $5.rest(0))?(f(x)):$5.value(0)`;
 * `await Promise.all([f(x)])` becomes `await Promise.all($shoal.of(await $shoal.aside(5,{...},[()=>(f(x))])))`.
 */
export function rewriteTasks(text: TextBuilder, { id, group }: ShardedTasks): void {
  const { tasks, list, needs } = group
  const state = `s:()=>({${names(needs.captures)}}),m:()=>({${names(needs.moduleState)}})`
  const access = `()=>({${state},o:()=>({}),w:()=>{},c:()=>({}),e:()=>[]})`
  const first = tasks[0]?.statement ?? null
  if (list !== null) {
    text.put(list.start, `${RUNTIME}.of(await ${RUNTIME}.aside(${id},${access},`).put(list.end, '))')
    for (const { value } of tasks) text.put(value.start, '()=>(').put(value.end, ')')
  } else if (first !== null) {
    const leaving = tasks.filter(({ stays }) => !stays)
    text.put(first.start, `const $${id}=${RUNTIME}.tasks(${id},${leaving.length},${access});`)
    leaving.forEach(({ value }, index) => {
      const run = index + 1 === leaving.length ? `$${id}.done` : ''
      text.put(value.start, `($${id}.here(${index})??await $${id}.rest(${index}))?${run}(`)
      text.put(value.end, `):$${id}.value(${index})`)
    })
  }
}

export function taskChunkText(map: ModuleMap, { id, group }: ShardedTasks, loops: readonly KeptLoop[]): string {
  const { tasks, needs, isAsync } = group
  const text = new TextBuilder(map.module.text, false)
  const around = outermostFunction(map, group.host)
  text.put(around.start, `${RUNTIME}.chunk(($s,$x)=>{let {${names(needs.captures)}}=$s;`)
  keepDeclarations(map, text, [...needs.moduleTexts, ...needs.localTexts])
  const leaving = tasks.filter(({ stays }) => !stays)
  leaving.forEach(({ value }, index) => {
    const open = index === 0 ? `;$x.fn=${isAsync ? 'async ' : ''}($v,$k)=>{switch($k){` : ''
    text.keep(value.start, value.end)
    text.put(value.start, `${open}case ${index}:return(`)
    text.put(value.end, `);${index + 1 === leaving.length ? '}};' : ''}`)
  })
  lookAtLoops(map, text, loops)()
  text.put(around.end, '});')
  const state = names(needs.moduleState)
  const declared = state === '' ? '' : `let ${state};${RUNTIME}.state(($m)=>{({${state}}=$m);});`
  const metas = JSON.stringify({ [id]: taskMeta(group) })
  const prefix = `${importText(map, needs.imports)}${declared}${RUNTIME}.spots(${metas});${linesText(loops)}`
  return factory(prefix, text, (columns) => `${introductions(map)}${RUNTIME}.columns(${columns});`)
}

function names(variables: readonly Variable[]): string {
  return variables.map((variable) => variable.name).join(',')
}
