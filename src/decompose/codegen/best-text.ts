/** Writes the test of a best-so-far: a shard asks for its own best, and the root asks what it holds itself. */
import type { AnyNode } from 'acorn'
import type { Best } from '../spots/bests.ts'
import type { Output } from '../spots/plan.ts'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { TextBuilder } from './text.ts'

/**
 * `if (cost < lowest) { lowest = cost; best = item }` becomes
 * `if ($x.beats(2,cost)) { lowest = cost; best = item;$x.holds(2,(lowest),false); }`.
 */
export function bestText(map: ModuleMap, text: TextBuilder, best: Best, output: number): void {
  const { comparison, candidate, negated, statement } = best
  text.blank(comparison.start, candidate.start).blank(candidate.end, comparison.end)
  text.put(candidate.start, `${negated ? '!' : ''}$x.beats(${output},`).put(candidate.end, ')')
  const unset = best.unset === null ? 'false' : `(${textOf(map, best.unset)})`
  const holds = `;$x.holds(${output},(${textOf(map, best.held)}),${unset});`
  const taken = statement.type === 'IfStatement' ? statement.consequent : statement
  if (taken.type === 'BlockStatement') text.put(taken.end - 1, holds)
  else text.put(taken.start, '{').put(taken.end, `${holds}}`)
}

/** Lets the root look at the key of what it holds, and whether it holds anything. */
export function askText(map: ModuleMap, outputs: readonly Output[]): string[] {
  const asked = outputs.flatMap((output) => {
    if (output.how !== 'best') return []
    const unset = output.unset === null ? 'false' : `(${textOf(map, output.unset)})`
    return [`${output.variable.name}:{held:()=>(${textOf(map, output.held)}),unset:()=>${unset}}`]
  })
  return asked.length === 0 ? [] : [`b:()=>({${asked.join(',')}})`]
}

function textOf(map: ModuleMap, node: AnyNode): string {
  return map.module.text.slice(node.start, node.end)
}
