/** Judges sites: may the iterations run apart, and if not, what is the one reason. */
import type { AnyNode } from 'acorn'
import type { Flow, Write } from '../flow/flow.ts'
import { TOO_MUCH_CODE } from '../flow/problem.ts'
import type { Thing } from '../flow/value.ts'
import { placeOf } from '../syntax/fields.ts'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { contains, isFunction, lineOf, walk } from '../syntax/walk.ts'
import { accessorWithin } from './accessors.ts'
import { areDisjoint, type Cells, namesOf, times } from './affine.ts'
import { secondName } from './aliases.ts'
import { type Best, bestOf } from './bests.ts'
import { exitsOf, labelsOf, type Region, regionsOf } from './exits.ts'
import type { LoopNode, Site } from './find.ts'
import { foldOf, foldReason, isHeavy } from './folds.ts'
import { mayBeIntegers } from './integers.ts'
import { flowOf } from './iteration-flow.ts'
import { mayAddIntegers } from './keyed-sums.ts'
import { nestOf } from './nests.ts'
import { outputOf } from './outputs.ts'
import type { Output, Plan, Shape } from './plan.ts'
import type { Obstacle, Reason } from './reasons.ts'
import { counterOf, headPartsOf, isInChain, shapeOf } from './shape.ts'
import { slicesOf } from './slices.ts'

/** A site's own merits, wherever it stands. */
export type Merit =
  | { readonly kind: 'parallel'; readonly plan: Plan; readonly guarded: boolean }
  | { readonly kind: 'sequential'; readonly obstacle: Obstacle }

/** What is known of one site while it is judged. */
interface Case {
  readonly map: ModuleMap
  readonly site: Site
  readonly shape: Shape | null
  readonly flow: Flow
  readonly body: { start: number; end: number }
  readonly outputs: Map<Variable, Output>
  /** Containers whose sums are no sums of integers. */
  readonly floating: Set<Variable>
  /** Code by which the loop is left early; null when it cannot be told apart. */
  readonly exits: readonly Region[] | null
}

/** Judges a site on its own merits. `around` is the points-to picture of the function around it. */
export function judge(map: ModuleMap, site: Site, around: Flow | null): Merit {
  const early = earlyReason(map, site)
  if (early !== null) return { kind: 'sequential', obstacle: early }
  if (around?.isIncomplete === true) {
    return {
      kind: 'sequential',
      obstacle: { reason: 'unknown-call', name: TOO_MUCH_CODE, line: site.line },
    }
  }
  const shape = shapeOf(map, site)
  const exits = site.kind === 'loop' ? regionsOf(map, site.node) : []
  const flow = flowOf(map, site, new Set((exits ?? []).flatMap((region) => region.statements)))
  const body = bodyOf(site, shape)
  const single: Case = { map, site, shape, flow, body, outputs: new Map(), floating: new Set(), exits }
  const accessor = accessorWithin(map, site, body, flow.reached)
  if (accessor !== null) {
    const name = 'a getter, setter or special method'
    return { kind: 'sequential', obstacle: { reason: 'accessor', name, line: lineOf(accessor) } }
  }
  findOutputs(single)
  const second = secondName(map, site, body, single.outputs, around)
  const obstacle =
    carried(single) ??
    written(single) ??
    exitObstacle(single) ??
    problems(single) ??
    (second?.certain === true ? { reason: 'alias', name: second.variable.name, line: site.line } : null) ??
    shapeless(single)
  if (obstacle !== null || shape === null) {
    return {
      kind: 'sequential',
      obstacle: obstacle ?? { reason: 'unsupported', name: 'this form of loop', line: site.line },
    }
  }
  const outputs = [...new Set(single.outputs.values())]
  const plan = {
    site,
    shape,
    body,
    outputs,
    isAsync: isAsync(site, shape),
    reached: flow.reached,
    viewsOnUnknown: flow.viewsOnUnknown,
    waits: flow.waits,
    asserted: flow.asserted,
    exits: exits ?? [],
    nest: exits?.length === 0 ? nestOf(map, site, shape, outputs) : null,
    takesAll: flow.takesAll,
  }
  const guarded = outputs.some(
    (output) =>
      output.how === 'tallyKeys' ||
      output.how === 'best' ||
      output.how === 'groupMap' ||
      output.how === 'groupKeys' ||
      output.how === 'sumMap' ||
      output.how === 'sumKeys' ||
      (output.how === 'sum' && output.integers && !output.exact) ||
      output.how === 'rows' ||
      (output.how === 'cells' && !areDisjoint(strided(map, output.cells, shape))),
  )
  const fold = shape.kind === 'call' ? shape.fold : null
  const checked = fold?.kind === 'pick' || (fold?.kind === 'add' && fold.integers)
  return {
    kind: 'parallel',
    plan: { ...plan, slices: slicesOf(map, plan), excerpts: [] },
    guarded: guarded || checked || second !== null,
  }
}

/** Reasons that the form alone gives. */
function earlyReason(map: ModuleMap, site: Site): Obstacle | null {
  const { line } = site
  const before = map.module.text.slice(0, site.node.start)
  for (const comment of map.module.comments) {
    if (!/^\s*shoal:\s*sequential\b/.test(comment.text) || comment.end > site.node.start) continue
    if (
      /^\s*(await\s*|[\w$.]+\s*[=:]\s*|(const|let|var|return)\s+[\w$]*\s*=?\s*|[\w$]+:\s*)*$/.test(
        before.slice(comment.end),
      )
    ) {
      return { reason: 'user', name: '', line }
    }
  }
  if (site.kind !== 'call') return null
  if (site.method === 'sort' || site.method === 'toSorted') return { reason: 'sort', name: site.method, line }
  if (site.method === 'findLast' || site.method === 'findLastIndex')
    return { reason: 'early-exit', name: site.method, line }
  if (site.method.startsWith('reduce') && foldOf(map, site) === null) {
    return { reason: foldReason(map, site), name: `the result of ${site.method}`, line }
  }
  return null
}

function bodyOf(site: Site, shape: Shape | null): { start: number; end: number } {
  if (site.kind === 'loop') return site.node.body
  if (shape?.kind === 'call') return shape.callback
  return site.node
}

function findOutputs(single: Case): void {
  const { map, site, shape, flow, body, outputs } = single
  if (shape?.kind === 'call' && shape.fold?.kind === 'collect')
    outputs.set(shape.fold.output.variable, shape.fold.output)
  if (shape === null || (shape.kind === 'call' && shape.method !== 'forEach')) return
  const elsewhere = [...flow.reached].filter((fn) => !contains(body, fn))
  const written = new Set<Variable>(flow.assigned.keys())
  for (const write of flow.writes) if (write.thing.variable !== null) written.add(write.thing.variable)
  for (const variable of written) {
    if (isCounter(single, variable)) continue
    const ignored = single.exits ?? []
    const setting = { map, body, counter: counterOf(map, shape), elsewhere, ignored }
    const output = outputOf(setting, variable) ?? bestAmong(outputs, written, bestOf(setting, site.node, variable))
    // What is iterated over may hold the rows.
    if (output === null || (output.how === 'rows' && (shape.kind !== 'range' || ignored.length > 0))) continue
    const sum = output.how === 'sum' && !isHeavy(map, body as AnyNode) ? integersOnly(map, output) : output
    if (!mayAddIntegers(map, output)) single.floating.add(variable)
    if (sum === null || single.floating.has(variable)) continue
    // The end of a counted loop must not depend on what the loop gives out.
    const ends = shape.kind === 'range' ? headPartsOf(shape) : []
    if (output.how !== 'cells' && output.how !== 'rows' && ends.some((end) => usedIn(variable, end))) continue
    // Read at the head of every segment.
    if (shape.kind === 'range' && ends.some((value) => value !== shape.end && usedIn(variable, value))) continue
    if (usedIn(variable, site.node) && isVarOfLoop(variable, site.node)) continue
    outputs.set(variable, sum)
  }
}

/** A sum with nothing heavy in it is worth sharding only when shards may add, too. */
function integersOnly(map: ModuleMap, sum: Extract<Output, { how: 'sum' }>): Output | null {
  const may = sum.exact || (sum.operator !== '*' && sum.nodes.every(({ right }) => mayBeIntegers(map, right)))
  return may ? { ...sum, integers: true } : null
}

/** One output for all the variables that go together; null when its test asks for something that the loop changes. */
function bestAmong(
  outputs: ReadonlyMap<Variable, Output>,
  written: ReadonlySet<Variable>,
  best: Best | null,
): Best | null {
  // The variables of a best are written side by side.
  if (best === null || best.variables.some((variable) => placeOf(variable) !== null)) return null
  const asked = best.unset === null ? [best.held] : [best.held, best.unset]
  const others = [...written].filter((variable) => !best.variables.includes(variable))
  if (others.some((variable) => asked.some((part) => usedIn(variable, part)))) return null
  for (const held of outputs.values()) if (held.how === 'best' && held.statement === best.statement) return held
  return best
}

function isVarOfLoop(variable: Variable, node: AnyNode): boolean {
  return variable.identifiers.some((identifier) => contains(node, identifier))
}

function usedIn(variable: Variable, node: AnyNode): boolean {
  return variable.references.some((reference) => contains(node, reference.identifier))
}

/** Captured variables that are assigned and are no output. */
function carried(single: Case): Obstacle | null {
  const { flow, site, body, outputs } = single
  let sums: Obstacle | null = null
  for (const [variable, nodes] of flow.assigned) {
    if (outputs.has(variable)) {
      if (isCarriedCells(single, outputs.get(variable)))
        return { reason: 'carried-dependency', name: variable.name, line: site.line }
      continue
    }
    const [node] = nodes
    if (node === undefined || isCounter(single, variable)) continue
    const direct = [...nodes].some((at) => contains(body, at) || contains(site.node, at))
    if (direct && isSum(single, variable)) {
      sums ??= { reason: 'fp-order', name: variable.name, line: lineOf(node) }
      continue
    }
    const inLoop = site.kind === 'loop' || site.method === 'forEach'
    const reason: Reason = direct && inLoop ? 'carried-dependency' : 'mutated-capture'
    return { reason, name: variable.name, line: lineOf(node) }
  }
  for (const output of outputs.values()) {
    if (isCarriedCells(single, output))
      return { reason: 'carried-dependency', name: output.variable.name, line: site.line }
  }
  return writtenBesidesSums(single) ?? sums
}

function isCounter({ shape }: Case, variable: Variable): boolean {
  return shape?.kind === 'range' && shape.counter === variable
}

/** With sums and other carried writes at once, the other writes decide. */
function writtenBesidesSums(single: Case): Obstacle | null {
  const obstacle = written(single)
  return obstacle !== null && obstacle.reason === 'carried-dependency' ? obstacle : null
}

/** Cells by numbers of iterations, where the counter goes on by more than one. */
function strided(map: ModuleMap, cells: Cells, shape: Shape | null): Cells {
  if (shape?.kind !== 'range') return cells
  const by = shape.by?.type === 'Identifier' ? shape.by : null
  return times(map, cells, Math.abs(shape.step), by)
}

/** Cells of neighbouring iterations meet, whatever the names are. */
function isCarriedCells({ map, shape }: Case, output: Output | undefined): boolean {
  return (
    (output?.how === 'cells' || output?.how === 'rows') &&
    !areDisjoint(strided(map, output.cells, shape)) &&
    namesOf(strided(map, output.cells, shape)).length === 0
  )
}

/** True when all uses of a variable in the body are `v += e`, `v = v + e` and the like. */
function isSum(single: Case, variable: Variable): boolean {
  const uses = variable.references.filter((reference) => contains(single.body, reference.identifier))
  return uses.every(({ identifier }) => {
    const parent = single.map.parentOf(identifier)
    if (parent?.type === 'AssignmentExpression' && parent.left === identifier) {
      return /^[-+*/]=$/.test(parent.operator) || isAddedTo(single.map, variable, parent.right)
    }
    const around = parent === null ? null : single.map.parentOf(parent)
    return around?.type === 'AssignmentExpression' && parent !== null && isAddedTo(single.map, variable, parent)
  })
}

/** `v + e`. */
function isAddedTo(map: ModuleMap, variable: Variable, node: AnyNode): boolean {
  if (node.type !== 'BinaryExpression' || !/^[-+*/]$/.test(node.operator)) return false
  return [node.left, node.right].filter((side) => map.variableOf(side) === variable).length === 1
}

/** Objects that exist before the iteration, are changed, and are no output. */
function written(single: Case): Obstacle | null {
  const { flow, site, outputs } = single
  const left = flow.writes.filter((write) => {
    const output = write.thing.variable === null ? undefined : outputs.get(write.thing.variable)
    return output === undefined || (output.how === 'cells' && write.thing.inside === null)
  })
  const sum = left.find((write) => isSummed(single, write))
  const [first] = left
  if (first === undefined) return null
  const takes = left.some((write) => isTaking(write.node))
  if (sum !== undefined && !takes) return { reason: 'fp-order', name: nameOf(sum.thing), line: lineOf(sum.node) }
  const named = new Set(left.flatMap((write) => (write.thing.variable === null ? [] : [write.node])))
  const item = left.find(
    ({ thing, node }) => thing.variable === null && thing.name === 'item' && !named.has(node) && !takes,
  )
  if (item !== undefined) return { reason: 'alias', name: 'its own items', line: lineOf(item.node) }
  const inLoop = site.kind === 'loop' || site.method === 'forEach'
  const shown = left.find((write) => write.thing.variable !== null) ?? first
  const local = shown.thing.variable !== null && usedIn(shown.thing.variable, site.node)
  return {
    reason: inLoop && local ? 'carried-dependency' : 'mutated-capture',
    name: nameOf(shown.thing),
    line: lineOf(shown.node),
  }
}

function isSummed(single: Case, write: Write): boolean {
  const { variable } = write.thing
  if (variable !== null && single.floating.has(variable)) return true
  return isCompound(single.map, write.node) && !isOwnCell(single, write)
}

/** `sums[k] += x`; not when what is added comes from the same container, as a step of its own. */
function isCompound(map: ModuleMap, node: AnyNode): boolean {
  if (node.type !== 'AssignmentExpression' || !/^[-+*/]=$/.test(node.operator)) return false
  const [base] = map.namesIn(node.left)
  const variable = base === undefined ? null : map.variableOf(base)
  return variable === null || node.left.type === 'Identifier' || !usedIn(variable, node.right)
}

/** `running[i] += running[i - 1]`: a chain through named cells, not a sum into one place. */
function isOwnCell(single: Case, write: Write): boolean {
  if (write.node.type !== 'AssignmentExpression' || write.node.left.type !== 'MemberExpression') return false
  const { object, property } = write.node.left
  const counter = single.shape?.kind === 'range' ? single.shape.counter : null
  return object.type === 'Identifier' && counter !== null && single.map.variableOf(property) === counter
}

/** `queue.shift()`, `xs.sort(...)`: what comes next depends on what was there. */
function isTaking(node: AnyNode): boolean {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return false
  const { property } = node.callee
  return property.type === 'Identifier' && /^(shift|pop|splice|sort|reverse)$/.test(property.name)
}

function nameOf(thing: Thing): string {
  return thing.name
}

function exitObstacle(single: Case): Obstacle | null {
  const { map, site } = single
  if (site.kind !== 'loop') return null
  const loop = site.node
  if (loop.type === 'DoWhileStatement' || (loop.type === 'WhileStatement' && single.shape === null)) {
    return { reason: 'carried-dependency', name: 'its condition', line: site.line }
  }
  const [exit] = exitsOf(loop, labelsOf(map, loop))
  if (exit === undefined) return null
  if (exit.type === 'YieldExpression') return { reason: 'generator', name: 'yield', line: lineOf(exit) }
  // Looking ahead costs what a light body does not give back.
  if (single.exits !== null && isHeavy(map, loop.body, single.exits)) return null
  return { reason: 'early-exit', name: exit.type.replace('Statement', '').toLowerCase(), line: lineOf(exit) }
}

function problems(single: Case): Obstacle | null {
  const [problem] = single.flow.problems
  if (problem === undefined) return null
  // A captured function made elsewhere keeps state of its own.
  const made = single.flow.problems.find((p) => p.code === 'unknown-call' && isMadeFunction(single.map, p.node))
  if (made !== undefined) return { reason: 'mutated-capture', name: made.name, line: lineOf(made.node) }
  const reason = problem.code === 'static' ? 'mutated-capture' : problem.code
  return { reason, name: problem.name, line: lineOf(problem.node) }
}

function isMadeFunction(map: ModuleMap, node: AnyNode): boolean {
  if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier') return false
  const definition = map.variableOf(node.callee)?.defs[0]
  return definition?.node.type === 'VariableDeclarator' && definition.node.init?.type === 'CallExpression'
}

function shapeless(single: Case): Obstacle | null {
  if (single.shape !== null) return null
  const { site } = single
  if (site.kind === 'call' && (site.node.optional || isInChain(site.node)))
    return { reason: 'unsupported', name: 'a call in the middle of an optional chain', line: site.line }
  const name = single.site.kind === 'loop' ? describe(single.site.node) : `this form of ${single.site.method}`
  return { reason: 'carried-dependency', name, line: single.site.line }
}

function describe(loop: LoopNode): string {
  return loop.type === 'ForInStatement' ? 'the order of for...in' : 'its counter'
}

function isAsync(site: Site, shape: Shape): boolean {
  if (shape.kind === 'call') return isFunction(shape.callback) && shape.callback.async
  let found = false
  walk(site.node as AnyNode, (node) => {
    if (isFunction(node)) return false
    if (node.type === 'AwaitExpression') found = true
    return !found
  })
  return found
}
