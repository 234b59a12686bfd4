/** Writes the module that runs shards of one spot: the user's text with everything it does not need blanked out. */
import type { AnyNode } from 'acorn'
import { MADE_THERE } from '../flow/made.ts'
import type { KeptLoop } from '../spots/loops/kept-loops.ts'
import { declarationOf, outermostFunction } from '../spots/needs.ts'
import { isScalar, namedOutputs, type Plan, variablesOf } from '../spots/plan.ts'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { bestText } from './best-text.ts'
import { declaredText, pairsText } from './field-text.ts'
import { makersText } from './given-text.ts'
import { labelledFrom, linesText, lookAtLoops } from './loop-text.ts'
import { makeAgain } from './made-text.ts'
import type { ShardedSpot } from './main-text.ts'
import { metaOf } from './meta.ts'
import { factory, importText, introductions, RUNTIME } from './module-text.ts'
import { windowText } from './nest-text.ts'
import { TextBuilder } from './text.ts'

export function chunkText(map: ModuleMap, spot: ShardedSpot, loops: readonly KeptLoop[]): string {
  const { plan, needs } = spot
  const text = new TextBuilder(map.module.text, false)
  const around = outermostFunction(map, plan.site.node)
  const [moduleMade, localMade] = [true, false].map((isModule) =>
    needs.made.flatMap(({ variable }) => (map.isModuleLevel(variable) === isModule ? [variable] : [])),
  )
  const own = [...needs.captures, ...needs.given, ...(localMade ?? []), ...namedOutputs(plan).flatMap(variablesOf)]
  const again = makeAgain(map, text, needs)
  text.put(around.start, `${RUNTIME}.chunk(($s,$x)=>{${declaredText(own)}${again}`)
  keepDeclarations(map, text, [...needs.moduleTexts, ...needs.localTexts])
  keepItem(map, text, plan)
  lookAtLoops(map, text, loops)()
  // First: what is added may end where the callback ends, which closes after it.
  gatherSums(text, plan)
  if (plan.shape.kind === 'call') writeCallback(text, spot, plan.shape)
  else writeLoop(map, text, spot)
  plan.outputs.forEach((output, index) => {
    if (output.how === 'best') bestText(map, text, output, index)
  })
  text.put(around.end, '});')
  const state = needs.moduleState.map((variable) => variable.name)
  const global = [...state, ...(moduleMade ?? []).map((variable) => variable.name)]
  const declared = global.length === 0 ? '' : `let ${global.join(',')};`
  const setter = state.length === 0 ? '' : `${RUNTIME}.state(($m)=>{({${state.join(',')}}=$m);});`
  const prefix = `${importText(map, needs.imports)}${makersText(map, needs)}${declared}${setter}${RUNTIME}.spots(${JSON.stringify({ [spot.id]: metaOf(plan) })});${linesText(loops)}`
  return factory(prefix, text, (columns) => `${introductions(map)}${RUNTIME}.columns(${columns});`)
}

/** The code of one item, as it was written. */
function keepItem(map: ModuleMap, text: TextBuilder, { site, shape }: Plan): void {
  const parts = shape.kind === 'call' ? callbacksOf(shape) : [labelledFrom(map, site.node)]
  // What a call makes is made by the root, and again from what that tells.
  if (isMadeThere(shape)) return
  for (const { start, end } of parts) text.keep(start, end)
}

function callbacksOf({ callback, stages }: Extract<Plan['shape'], { kind: 'call' }>): readonly AnyNode[] {
  return stages.length > 0 ? stages.map((stage) => stage.callback) : [callback]
}

function isMadeThere(shape: Plan['shape']): boolean {
  return shape.kind === 'call' && shape.callback.type === 'CallExpression'
}

/** `$x.fn=(f);`, or `$x.fn=$x.pipe([(f),(g)]);`. */
function writeCallback(text: TextBuilder, spot: ShardedSpot, shape: Extract<Plan['shape'], { kind: 'call' }>): void {
  const callbacks = callbacksOf(shape)
  const isPipeline = shape.stages.length > 0
  callbacks.forEach((callback, stage) => {
    const open = stage > 0 ? '' : `;${outText(spot)}$x.fn=${isPipeline ? '$x.pipe([' : ''}`
    const close = stage + 1 < callbacks.length ? ',' : isPipeline ? ']);' : ';'
    // Functions that are handed to its maker stand in the same place.
    if (isMadeThere(shape)) text.put(callback.start, `${open}${MADE_THERE}${close}`)
    else text.put(callback.start, `${open}(`).put(callback.end, `)${close}`)
  })
}

/** What is added goes to the root, which adds: `sum += f(x)` becomes `sum.push(f(x))`, and `a + f(x)` just `f(x)`. */
function gatherSums(text: TextBuilder, plan: Plan): void {
  for (const [index, output] of plan.outputs.entries()) {
    if (output.how === 'sumMap' || output.how === 'sumKeys')
      for (const { start, end } of output.addends) text.put(start, `$x.int(${index},(`).put(end, '))')
    if (output.how !== 'sum') continue
    for (const { left, right } of output.nodes) text.replace(left.end, right.start, '.push(').put(right.end, ')')
  }
  const fold = plan.shape.kind === 'call' ? plan.shape.fold : null
  if (fold?.kind === 'add' || fold?.kind === 'extreme') text.blank(fold.cut.start, fold.cut.end)
}

/** Lets the runtime read outputs that are rebound. */
function outText(spot: ShardedSpot): string {
  const scalars = spot.plan.outputs.filter((output) => isScalar(output.how)).flatMap(variablesOf)
  return `$x.out=()=>({${pairsText(scalars)}});`
}

function writeLoop(map: ModuleMap, text: TextBuilder, spot: ShardedSpot): void {
  const { plan } = spot
  if (plan.site.kind !== 'loop') return
  const loop = plan.site.node
  const outermost = labelledFrom(map, loop)
  text.put(
    outermost.start,
    `;${outText(spot)}$x.run=${plan.isAsync ? 'async ' : ''}($lo,$hi,$items)=>{let $k=-1;$x.end=-1;`,
  )
  if (plan.nest !== null) windowText(text, plan.nest, '$x')
  if (plan.exits.length > 0) countIterations(text, loop.body)
  for (const region of plan.exits) text.replace(region.start, region.end, '{if($x.end<0)$x.end=$k;return}')
  if (plan.shape.kind === 'range' && (loop.type === 'ForStatement' || loop.type === 'WhileStatement')) {
    const { first, counter, outlives, drains } = plan.shape
    const start = drains ? '$lo+1' : '$lo'
    const goesOn = `${counter.name}${plan.shape.step < 0 ? '>' : '<'}$hi`
    if (outlives) text.put(outermost.start, `let ${counter.name}=${start};`)
    if (loop.type === 'ForStatement' && loop.init && outlives) text.blank(loop.init.start, loop.init.end)
    else if (first !== null) text.replace(first.start, first.end, start)
    const test = drains ? `${counter.name}-1>$hi&&(${counter.name}--,true)` : goesOn
    if (loop.test) text.replace(loop.test.start, loop.test.end, test)
  } else if (loop.type === 'ForInStatement') text.replace(loop.left.end, loop.right.end, ' of $items')
  else if (loop.type === 'ForOfStatement') text.replace(loop.right.start, loop.right.end, '$items')
  text.close(outermost.end, '};')
}

/** Numbers the iterations of a run by `$k`, so that one that leaves the loop can tell which it is, even if a `finally` keeps it going. */
function countIterations(text: TextBuilder, body: AnyNode): void {
  if (body.type === 'BlockStatement') text.put(body.start + 1, '$k++;')
  else text.put(body.start, '{$k++;').close(body.end, '}')
}

/** Keeps the declarations of variables: functions and classes, or single declarators of a statement. */
export function keepDeclarations(map: ModuleMap, text: TextBuilder, variables: readonly Variable[]): void {
  // One pattern may declare several.
  for (const node of new Set(variables.map(declarationOf))) keepDeclaration(map, text, node)
}

function keepDeclaration(map: ModuleMap, text: TextBuilder, node: AnyNode): void {
  text.keep(node.start, node.end)
  if (node.type !== 'VariableDeclarator') {
    // An anonymous gap before a kept declaration could join it to text before it.
    text.put(node.start, '')
    return
  }
  const statement = map.parentOf(node)
  if (statement?.type === 'VariableDeclaration' && statement.declarations[0] === node)
    text.keep(statement.start, node.start)
  else text.put(node.start, `${statement?.type === 'VariableDeclaration' ? statement.kind : 'const'} `)
  text.put(node.end, ';')
}
