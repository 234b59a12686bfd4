/** Writes the module that the root runs: the user's text, with sharded spots handed to the runtime. */
import type { AnyNode, CallExpression } from 'acorn'
import { namesOf, type Polynomial, polynomialText } from '../spots/affine.ts'
import { exitsOf, isOwnBreak, labelsOf } from '../spots/exits.ts'
import { chainOf, type Host } from '../spots/hosts.ts'
import type { KeptLoop } from '../spots/loops/kept-loops.ts'
import type { Needs } from '../spots/needs.ts'
import { headOf } from '../spots/nests.ts'
import { isScalar, isSearch, namedOutputs, type Output, type Plan, variablesOf } from '../spots/plan.ts'
import { headPartsOf } from '../spots/shape.ts'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { contains, type FunctionNode, isFunction, walk } from '../syntax/walk.ts'
import { askText } from './best-text.ts'
import { pairsText, recordsText } from './field-text.ts'
import { noteGiven } from './given-text.ts'
import { linesText, lookAtLoops } from './loop-text.ts'
import { environmentsText, noteMade } from './made-text.ts'
import { metaOf } from './meta.ts'
import { type Exports, factory, importText, introductions, RUNTIME, unsupported, unsupportedAt } from './module-text.ts'
import { windowText } from './nest-text.ts'
import { type ShardedRef, tellSite } from './ref-text.ts'
import { slicesText } from './slice-text.ts'
import { rewriteTasks, type ShardedTasks, taskMeta } from './task-text.ts'
import { TextBuilder } from './text.ts'

/** A spot that is sharded: its number, its plan, what its chunk needs. */
export interface ShardedSpot {
  readonly id: number
  readonly plan: Plan
  readonly needs: Needs
}

export function mainText(
  map: ModuleMap,
  exported: Exports,
  spots: readonly ShardedSpot[],
  refs: readonly ShardedRef[],
  tasks: readonly ShardedTasks[],
  hosts: readonly Host[],
  loops: readonly KeptLoop[],
): string {
  const text = new TextBuilder(map.module.text, true)
  // First: where a loop begins with a spot, the spot is what runs in it.
  const closeLoops = lookAtLoops(map, text, loops)
  const metas: Record<number, unknown> = {}
  const ordered = [...spots].sort(
    (a, b) => a.plan.site.node.start - b.plan.site.node.start || b.plan.site.node.end - a.plan.site.node.end,
  )
  for (const spot of ordered) {
    metas[spot.id] = metaOf(spot.plan)
    if (spot.plan.shape.kind === 'call' && spot.plan.shape.stages.length > 0) rewritePipeline(map, text, spot)
    else if (spot.plan.shape.kind === 'call') rewriteCall(map, text, spot)
    else rewriteLoop(map, text, spot)
  }
  noteMade(
    map,
    text,
    spots.flatMap(({ needs }) => needs.made),
  )
  noteGiven(
    map,
    text,
    spots.map(({ needs }) => needs),
  )
  for (const ref of refs) tellSite(map, text, ref)
  for (const group of tasks) {
    metas[group.id] = taskMeta(group.group)
    rewriteTasks(text, group)
  }
  closeLoops()
  const waiting = [
    ...spots.map(({ plan }) => map.functionAround(plan.site.node)),
    ...tasks.map(({ group }) => group.host),
  ]
  rewriteHosts(map, text, waiting.filter(isFunction), hosts)
  const imports = rewriteModule(map, text)
  const told = `${RUNTIME}.spots(${JSON.stringify(metas)});${linesText(loops)}`
  const prefix = `let $main;${importText(map, imports)}${told}`
  const input = exported.input === null ? 'null' : exported.input.name
  const main = exported.mainVariable === null ? '$main' : exported.mainVariable.name
  return factory(
    prefix,
    text,
    (columns) => `${introductions(map)}${RUNTIME}.columns(${columns});${RUNTIME}.exports(${main},${input});`,
  )
}

/** `xs.map(fn)` becomes `$shoal.of($shoal.call(3,xs,fn,{...})??await $shoal.rest())`; it starts with a name, for code without semicolons. */
function rewriteCall(map: ModuleMap, text: TextBuilder, spot: ShardedSpot): void {
  const { plan } = spot
  if (plan.site.kind !== 'call' || plan.shape.kind !== 'call') return
  const call = plan.site.node
  if (call.callee.type !== 'MemberExpression') return
  const { object } = call.callee
  const open = map.module.text.indexOf('(', plan.shape.method === 'from' ? call.callee.end : call.callee.property.end)
  const [first] = call.arguments
  if (first === undefined) return
  const wrap = plan.shape.method === 'forEach' ? 'none' : 'of'
  const { fold, method } = plan.shape
  const enter = fold !== null ? 'fold' : isSearch(method) ? 'search' : 'call'
  // Where there is nothing to call a method of, a start that does something is not evaluated.
  const asks = call.arguments.slice(1).some((start) => !/^(Identifier|Literal)$/.test(start.type)) && fold !== null
  const receiver = asks ? `${RUNTIME}.on(` : ''
  text.put(call.start, `${RUNTIME}.${wrap}(${RUNTIME}.${enter}(${spot.id},${receiver}`)
  if (plan.shape.method === 'from') text.blank(call.start, open + 1)
  else {
    text.blank(object.end, open + 1)
    keepClosing(map, text, object.end, open)
    text.put(open + 1, asks ? `,"${method}"),` : ',')
  }
  const { callback } = plan.shape
  if (callback.type === 'CallExpression') text.put(callback.start, `${RUNTIME}.keep(${spot.id},`).put(callback.end, ')')
  // Before the closing parenthesis: a trailing comma of the user's may stand there.
  const last = call.arguments.at(-1) ?? first
  text.blank(lastCommaFrom(map, last.end, call.end - 1), call.end - 1)
  text.blank(call.end - 1, call.end)
  const start = fold !== null && call.arguments.length === 1 ? `,${RUNTIME}.noStart` : ''
  text.put(call.end - 1, `${start},${accessText(map, spot)})??await ${RUNTIME}.rest())`)
}

/** `xs.map(f).filter(g)` becomes `$shoal.of($shoal.pipeline(3,xs,[f,g],{...})??await $shoal.rest())`. */
function rewritePipeline(map: ModuleMap, text: TextBuilder, spot: ShardedSpot): void {
  const { shape, site } = spot.plan
  if (site.kind !== 'call' || shape.kind !== 'call') return
  const calls: CallExpression[] = []
  for (let call: AnyNode = site.node; calls.length < shape.stages.length; ) {
    if (call.type !== 'CallExpression' || call.callee.type !== 'MemberExpression') return
    calls.unshift(call)
    call = call.callee.object
  }
  text.put(site.node.start, `${RUNTIME}.of(${RUNTIME}.pipeline(${spot.id},`)
  calls.forEach((call, stage) => {
    const [argument] = call.arguments
    if (call.callee.type !== 'MemberExpression' || argument === undefined) return
    const { object, property } = call.callee
    const open = map.module.text.indexOf('(', property.end)
    text.blank(object.end, open + 1).put(open + 1, stage === 0 ? ',[' : ',')
    if (stage === 0) keepClosing(map, text, object.end, open)
    text.blank(lastCommaFrom(map, argument.end, call.end - 1), call.end - 1).blank(call.end - 1, call.end)
  })
  text.put(site.node.end - 1, `],${accessText(map, spot)})??await ${RUNTIME}.rest())`)
}

/** Parentheses around the receiver close between it and the dot: `(a ?? b).map(...)`. */
function keepClosing(map: ModuleMap, text: TextBuilder, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const commented = map.module.comments.some((comment) => comment.start <= i && i < comment.end)
    if (map.module.text[i] === ')' && !commented) text.keep(i, i + 1)
  }
}

function lastCommaFrom(map: ModuleMap, from: number, to: number): number {
  const comma = map.module.text.slice(from, to).lastIndexOf(',')
  return comma < 0 ? to : from + comma
}

/**
 * `for (let i = a; i < b; i++) body` becomes, on the same lines,
 * `for(const $3=$shoal.loop(3,{...});$3.next()??await $3.rest();)for (let i = $3.lo??$3.from(a); i < ($3.hi??$3.to(b)); i++) body`:
 * the body runs in place over segments, until the rest goes to shards.
 */
function rewriteLoop(map: ModuleMap, text: TextBuilder, spot: ShardedSpot): void {
  const { plan } = spot
  if (plan.site.kind !== 'loop') return
  const loop = plan.site.node
  const name = `$${spot.id}`
  let outermost: AnyNode = loop
  for (let at = map.parentOf(loop); at?.type === 'LabeledStatement'; at = map.parentOf(at)) outermost = at
  const labels = labelsOf(map, loop)
  const breaks = exitsOf(loop, labels).filter((exit) => isOwnBreak(exit, labels))
  for (const { start, end } of breaks) text.replace(start, end, `break ${name}x;`)
  text.put(
    outermost.start,
    `${breaks.length > 0 ? `${name}x:` : ''}for(const ${name}=${RUNTIME}.loop(${spot.id},${accessText(map, spot)});${stepText(plan, name)};)`,
  )
  if (plan.nest !== null) windowText(text, plan.nest, name)
  if (plan.shape.kind === 'range') {
    const { first, end, counter, drains } = plan.shape
    if (drains) drainText(text, outermost, plan.shape, name)
    else if (first !== null) text.put(first.start, `${name}.lo??${name}.from(`).put(first.end, ')')
    else
      text.put(outermost.start, `{${counter.name}=${name}.lo??${name}.from(${counter.name});`).put(outermost.end, '}')
    if (!drains) text.put(end.start, `(${name}.hi??${name}.to(`).put(end.end, `${furtherText(map, plan.shape)}))`)
  } else if (loop.type === 'ForOfStatement' || loop.type === 'ForInStatement') {
    text.put(loop.right.start, `${name}.items??${name}.over(`).put(loop.right.end, `${steppedText(map, loop.right)})`)
  }
}

/** `while (k--)` becomes `k=$3.drain(k);while (($3.plain?k--:k-1>($3.hi??$3.to(-1))&&(k--,true)))`. */
function drainText(
  text: TextBuilder,
  outermost: AnyNode,
  { first, end, counter }: Extract<Plan['shape'], { kind: 'range' }>,
  name: string,
): void {
  const k = counter.name
  if (first !== null) text.put(first.start, `${name}.drain(`).put(first.end, ')')
  else text.put(outermost.start, `{${k}=${name}.drain(${k});`).put(outermost.end, '}')
  text.put(end.start, `(${name}.plain?`).put(end.end, `:${k}-1>(${name}.hi??${name}.to(-1))&&(${k}--,true))`)
}

/** The list that an iterator made on the spot goes over: `xs.entries()`. */
function steppedText(map: ModuleMap, right: AnyNode): string {
  if (right.type !== 'CallExpression' || right.arguments.length > 0 || right.callee.type !== 'MemberExpression')
    return ''
  const { object, property } = right.callee
  const named = property.type === 'Identifier' && /^(entries|keys|values)$/.test(property.name)
  return named && object.type === 'Identifier' && map.variableOf(object) !== null ? `,${object.name}` : ''
}

/** What the end of a counted loop is told besides: by how much the counter goes on, and what is added to it. */
function furtherText(map: ModuleMap, { by, ahead }: Extract<Plan['shape'], { kind: 'range' }>): string {
  if (by === null && ahead === null) return ''
  const text = (node: AnyNode): string => map.module.text.slice(node.start, node.end)
  const added = ahead === null ? '' : `,${ahead.minus ? '-' : ''}(${text(ahead.node)})`
  return `,${by === null ? 'null' : text(by)}${added}`
}

/** Goes on to the next segment; a counter that outlives the loop is left as the last iteration would leave it. */
function stepText({ shape }: Plan, name: string): string {
  const next = `${name}.next()??await ${name}.rest()`
  if (shape.kind !== 'range' || !shape.outlives) return next
  return `(${next})||(${shape.counter.name}=${name}.${shape.drains ? 'drained' : 'last'}(${shape.counter.name}),false)`
}

/** How the runtime reaches the live variables of a spot: captured values, module values, outputs, setters, cell ranges. */
function accessText(map: ModuleMap, spot: ShardedSpot): string {
  const { captures, moduleState } = spot.needs
  const outputs = namedOutputs(spot.plan)
  const scalars = outputs.filter((output) => isScalar(output.how)).flatMap(variablesOf)
  const given = outputs.flatMap(variablesOf)
  const parts = [
    `s:()=>({${pairsText(captures)}})`,
    `m:()=>({${pairsText(moduleState)}})`,
    `o:()=>({${pairsText(given)}})`,
    `w:($v)=>{${scalars.map(({ name }) => `${name}=$v[${JSON.stringify(name)}];`).join('')}}`,
    `c:()=>({${outputs.flatMap(cellsText).join(',')}})`,
    `e:()=>[${measured(map, spot).join(',')}]`,
    ...recordsText(given),
    ...askText(map, outputs),
    ...nestText(map, spot.plan),
    ...slicesText(spot.plan.slices),
    ...environmentsText(map, spot.needs, spot.id),
  ]
  // One closure, called only when shards are considered: visits of small spots stay cheap.
  return `()=>({${parts.join(',')}})`
}

/** What the inner loop of a nest goes over, asked for before the nest begins. */
function nestText(map: ModuleMap, { nest }: Plan): string[] {
  if (nest === null) return []
  const head = headOf(nest.node, nest.shape)
  const texts = head.map(({ start, end }) => map.module.text.slice(start, end))
  const paths = head.flatMap((part) => pathsIn(part))
  return [`n:()=>({over:[${texts.join(',')}],measured:[${paths.join(',')}]})`]
}

function pathsIn(part: AnyNode): string[] {
  const paths: string[] = []
  walk(part, (node) => {
    const path = node.type === 'MemberExpression' ? pathOf(node.object) : null
    if (path !== null && path !== 'Math') paths.push(path)
    return true
  })
  return paths
}

/** What the end of a counted loop is measured on: `xs` in `i < xs.length`. */
function measured(map: ModuleMap, { plan }: ShardedSpot): string[] {
  if (plan.shape.kind !== 'range') return []
  const paths = new Set<string>()
  for (const part of headPartsOf(plan.shape)) {
    walk(part, (node) => {
      const path = pathOf(node)
      const base = baseOf(node)
      const variable = base === null ? null : map.variableOf(base)
      // Names of the loop's own head are not there when the loop is asked about.
      if (path !== null && variable !== null && !contains(plan.site.node, variable.scope.block)) paths.add(path)
      return true
    })
  }
  // Of a path its values on the way matter, but not the number at its end.
  return [...paths]
}

function baseOf(node: AnyNode): AnyNode | null {
  if (node.type === 'Identifier') return node
  return node.type === 'MemberExpression' ? baseOf(node.object) : null
}

function pathOf(node: AnyNode): string | null {
  if (node.type === 'Identifier') return node.name
  if (node.type !== 'MemberExpression' || node.computed || node.property.type !== 'Identifier') return null
  const object = pathOf(node.object)
  return object === null ? null : `${object}.${node.property.name}`
}

function cellsText(output: Output): string[] {
  if (output.how !== 'cells' && output.how !== 'rows') return []
  const { stride, low, high } = output.cells
  const texts = (polynomials: readonly Polynomial[]): string =>
    polynomials.map((each) => polynomialText(each)).join(',')
  return [
    `${JSON.stringify(output.variable.name)}:{stride:${polynomialText(stride)},low:Math.min(${texts(low)}),high:Math.max(${texts(high)}),names:[${namesOf(output.cells).join(',')}]}`,
  ]
}

/** Makes the functions async that have to wait for shards, and lets their calls wait. */
function rewriteHosts(map: ModuleMap, text: TextBuilder, own: readonly FunctionNode[], hosts: readonly Host[]): void {
  const waiting = new Set<FunctionNode>(own.flatMap((fn) => [...chainOf(map, hosts, fn)]))
  for (const { fn, calls } of hosts) {
    if (!waiting.has(fn) || fn.async) continue
    text.put(fn.start, 'async ')
    for (const call of calls) text.put(call.start, `${RUNTIME}.of(await `).put(call.end, ')')
  }
}

/** Takes imports and `export` keywords out. */
function rewriteModule(map: ModuleMap, text: TextBuilder): Variable[] {
  const imports: Variable[] = []
  for (const statement of map.module.tree.body) {
    if (statement.type === 'ImportDeclaration') {
      text.blank(statement.start, statement.end)
      for (const specifier of statement.specifiers) {
        const variable = map.variableOf(specifier.local)
        if (variable !== null) imports.push(variable)
      }
    } else if (statement.type === 'ExportNamedDeclaration') {
      text.blank(statement.start, statement.declaration?.start ?? statement.end)
    } else if (statement.type === 'ExportDefaultDeclaration') {
      const { declaration } = statement
      text.blank(statement.start, declaration.start)
      const named = declaration.type === 'FunctionDeclaration' && declaration.id
      if (!named && declaration.type !== 'Identifier') {
        // Not at the very start: the prelude stands there, and comes first.
        text.put(statement.start + 1, '$main=')
        text.put(statement.end, ';')
      } else if (declaration.type === 'Identifier') text.blank(statement.start, statement.end)
    }
  }
  return imports
}

/** @throws ShoalError SHOAL_CODE_UNSUPPORTED for syntax that a script cannot have. */
export function refuseModuleOnly(map: ModuleMap): void {
  const named = map.module.text.indexOf(RUNTIME)
  if (named >= 0) throw unsupportedAt(map, placeOf(map.module.text, named), `the name ${RUNTIME}`)
  walk(map.module.tree, (node) => {
    if (
      node.type === 'Identifier' &&
      /^\$(s|x|k|a|c|i|lo|hi|items|main|v|m|f\d*|g\d+|gs|\d+[xvanto]?)$/.test(node.name)
    ) {
      throw unsupported(map, node, `the name ${node.name}`)
    }
    if (node.type === 'MetaProperty' && node.meta.name === 'import') throw unsupported(map, node, 'import.meta')
  })
}

/** Line and column of a place in a text, from 1. */
function placeOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at)
  return { line: before.split('\n').length, column: at - before.lastIndexOf('\n') }
}
