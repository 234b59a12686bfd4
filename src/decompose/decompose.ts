/** Decomposition: a plain function in, a program of shards out, every spot with a verdict and a reason. */
import type { AnyNode } from 'acorn'
import type { BundleMap, Program, Spot, Verdict } from '../program/program.ts'
import { chunkText } from './codegen/chunk-text.ts'
import { mainText, refuseModuleOnly, type ShardedSpot } from './codegen/main-text.ts'
import { type Exports, exportsOf } from './codegen/module-text.ts'
import { refChunkText, type ShardedRef } from './codegen/ref-text.ts'
import { type ShardedTasks, taskChunkText } from './codegen/task-text.ts'
import { evaluate } from './flow/expressions.ts'
import { Flow } from './flow/flow.ts'
import { outerThing } from './flow/value.ts'
import { asyncHazard, isGathered, isSideBySide } from './spots/concurrency.ts'
import { excerptsOf, isExcerpted } from './spots/excerpts.ts'
import { findSites, type Site } from './spots/find.ts'
import { type Host, hostsOf } from './spots/hosts.ts'
import { judge, type Merit } from './spots/judge.ts'
import { KeptLoops, type ShardedCode } from './spots/loops/kept-loops.ts'
import { keepSentence } from './spots/loops/reasons.ts'
import { needsOf } from './spots/needs.ts'
import { onlyStatement } from './spots/nests.ts'
import { pipelineOf } from './spots/pipelines.ts'
import { isSearch, namedOutputs, type Plan, variablesOf } from './spots/plan.ts'
import { type Obstacle, sentence } from './spots/reasons.ts'
import { findRefSites, type RefSite } from './spots/ref-sites.ts'
import { refuseRefTests } from './spots/ref-tests.ts'
import { findTasks, type TaskGroup } from './spots/tasks.ts'
import { ModuleMap } from './syntax/module-map.ts'
import { parseModule, type Variable } from './syntax/parse.ts'
import { isPackage } from './syntax/source-map.ts'
import { type ClassNode, contains, type FunctionNode, isFunction } from './syntax/walk.ts'

/** A site with its final verdict. */
interface Decision {
  readonly site: Site
  readonly merit: Merit
  readonly verdict: Verdict
  readonly obstacle: Obstacle | null
  readonly sharded: ShardedSpot | null
  /** It is a stage of the pipeline that a call after it is the last of. */
  readonly isFused?: boolean
}

/**
 * Decomposes a module whose default export is the function to run.
 * @param source the module's text; TypeScript when `file` ends in `.ts`.
 * @param file the name that errors show.
 * @param bundle where the text stood in the user's files, when several were made into one.
 * @throws ShoalError SHOAL_CODE_SYNTAX, SHOAL_CODE_UNSUPPORTED
 */
export function decompose(source: string, file: string, bundle?: BundleMap): Program {
  const map = new ModuleMap(parseModule(source, file, bundle))
  refuseModuleOnly(map)
  const exported = exportsOf(map)
  const hosts = hostsOf(map, exported)
  const hazard = asyncHazard(map, inputOf(map, exported))
  const decided = decide(map, exported, hosts, hazard)
  const plans = decided.flatMap((decision) => (decision.sharded === null ? [] : [decision.sharded.plan]))
  const found =
    hazard === null && map.impureAccessors.length === 0 ? findTasks(map, hosts, plans) : { groups: [], kept: [] }
  const decisions = decided.map((decision) => settleInner(decision, [...plans, ...found.groups]))
  const sharded = decisions.flatMap((decision) => (decision.sharded === null ? [] : [decision.sharded]))
  const sites = findRefSites(map)
  if (sites.length > 0) refuseRefTests(map)
  const refs = sites.flatMap((site, index): ShardedRef[] =>
    'reason' in site.needs ? [] : [{ id: decisions.length + index, site, needs: site.needs }],
  )
  const tasks = found.groups.map(
    (group, index): ShardedTasks => ({ id: decisions.length + sites.length + index, group }),
  )
  const kept = keptLoops(map, decisions, tasks, { hazard, hasRefs: sites.length > 0 })
  const own = [
    ...decisions.map((decision) => spotOf(decision, kept)),
    ...sites.map(refSpot),
    ...found.groups.map(groupSpot),
  ]
  return {
    format: 1,
    file,
    main: mainText(map, exported, sharded, refs, tasks, hosts, kept.main),
    source,
    spots: [...own, ...taskSpots(found, own)].map(placer(map)),
    chunks: [
      ...sharded.map((spot) => ({ spot: spot.id, code: chunkText(map, spot, kept.chunk(spot.id)) })),
      ...refs.map((ref) => ({ spot: ref.id, code: refChunkText(map, ref) })),
      ...tasks.map((group) => ({ spot: group.id, code: taskChunkText(map, group, kept.chunk(group.id)) })),
    ],
    ...(bundle === undefined ? {} : { map: bundle }),
  }
}

/** Calls of `shard(fn)` are under way while the root goes on: then it keeps no state by itself. */
function keptLoops(
  map: ModuleMap,
  decisions: readonly Decision[],
  tasks: readonly ShardedTasks[],
  { hazard, hasRefs }: { readonly hazard: Obstacle | null; readonly hasRefs: boolean },
): KeptLoops {
  const refs = hasRefs ? { reason: 'async-order' as const, name: 'shard()', line: 1 } : null
  const spots = decisions.flatMap(({ sharded }): ShardedCode[] => {
    if (sharded === null) return []
    const { id, plan, needs } = sharded
    return [{ id, plan, needs, reached: plan.reached, waits: plan.waits }]
  })
  const groups = tasks.map(({ id, group }): ShardedCode => {
    const { needs, reached, waits } = group
    return { id, plan: null, needs, reached, waits }
  })
  const sites = decisions.map((decision) => decision.site)
  return new KeptLoops(map, sites, [...spots, ...groups], hazard ?? refs)
}

/** Puts spots where the user wrote them, which in a bundle is another line, and maybe another file. */
function placer(map: ModuleMap): (spot: Spot) => Spot {
  const placedText = (text: string, from: string): string =>
    text.replaceAll(/line (\d+)/g, (whole, line: string) => {
      const at = map.placeOfLine(Number(line))
      if (at === null) return whole
      return at.file === from ? `line ${at.line}` : `line ${at.line} of ${at.file}`
    })
  return (spot) => {
    const found = map.placeOfLine(spot.line)
    if (found === null) return spot
    const { checkpoint: kept } = spot
    const checkpoint = kept === undefined ? {} : { checkpoint: { ...kept, text: placedText(kept.text, found.file) } }
    const elsewhere = found.file === map.module.file ? {} : { file: found.file }
    return { ...spot, line: found.line, ...elsewhere, text: placedText(spot.text, found.file), ...checkpoint }
  }
}

function inputOf(map: ModuleMap, exported: Exports): FunctionNode | ClassNode | null {
  return exported.input === null ? null : map.callableOf(exported.input)
}

function decide(map: ModuleMap, exported: Exports, hosts: readonly Host[], hazard: Obstacle | null): Decision[] {
  const input = inputOf(map, exported)
  const sites = findSites(map, input === null ? [] : [input])
  const flows = new Map<FunctionNode, Flow>()
  const merits = new Map<Site, Merit>(
    ownFirst(map, sites).map((site) => [
      site,
      withHazard(map, site, judge(map, site, flowAround(map, site, flows)), hazard),
    ]),
  )
  const decisions = new Map<Site, Decision>()
  const sharded: Plan[] = []
  const ordered = [...sites].sort((a, b) => a.node.start - b.node.start || b.node.end - a.node.end)
  // Outer functions first: what runs within their shards is theirs.
  for (const { fn } of hosts) {
    if (sharded.some((plan) => plan.reached.has(fn))) continue
    for (const site of ordered) {
      const merit = merits.get(site)
      if (merit === undefined || map.functionAround(site.node) !== fn) continue
      const decision = decideOne(map, site, merit, fn, sharded)
      if (decision.sharded !== null) sharded.push(decision.sharded.plan)
      decisions.set(site, decision)
    }
  }
  for (const site of ordered) {
    const merit = merits.get(site)
    if (merit !== undefined && !decisions.has(site)) decisions.set(site, decideOne(map, site, merit, null, sharded))
  }
  const numbered = sites.flatMap((site, id) => {
    const decision = decisions.get(site)
    if (decision === undefined) return []
    return [decision.sharded === null ? decision : { ...decision, sharded: { ...decision.sharded, id } }]
  })
  return fuse(map, numbered)
}

/** There is an end to what is looked at: packages come after the user's own code. */
function ownFirst(map: ModuleMap, sites: readonly Site[]): readonly Site[] {
  const isForeign = ({ line }: Site) => isPackage(map.placeOfLine(line)?.file ?? '')
  return [...sites.filter((site) => !isForeign(site)), ...sites.filter(isForeign)]
}

/** Array calls in a row become one spot: that of the last of them. */
function fuse(map: ModuleMap, decisions: readonly Decision[]): Decision[] {
  const fused = new Map<AnyNode, Decision>(decisions.map((decision) => [decision.site.node, decision]))
  const outermostFirst = [...decisions].sort(
    (a, b) => b.site.node.end - b.site.node.start - (a.site.node.end - a.site.node.start),
  )
  for (const { site } of outermostFirst) {
    const last = fused.get(site.node)
    if (last === undefined || last.sharded === null) continue
    const found = pipelineOf(map, last.sharded.plan, (node) => fused.get(node)?.sharded?.plan ?? null)
    const callbacks = found?.stages.map((stage) => stage.callback) ?? []
    const needs = found === null ? null : needsOf(map, site.node, callbacks, new Set(), [], true)
    const { shape } = last.sharded.plan
    if (found === null || needs === null || 'node' in needs || shape.kind !== 'call') continue
    const { stages, plans } = found
    for (const plan of plans) {
      const stage = fused.get(plan.site.node)
      if (stage !== undefined) fused.set(plan.site.node, { ...stage, sharded: null, isFused: true })
    }
    const plan: Plan = {
      ...last.sharded.plan,
      shape: { ...shape, stages },
      reached: new Set(plans.flatMap(({ reached }) => [...reached])),
      viewsOnUnknown: plans.some(({ viewsOnUnknown }) => viewsOnUnknown),
      slices: [],
      excerpts: excerptsOf(map, callbacks, needs),
    }
    fused.set(site.node, { ...last, sharded: { ...last.sharded, plan, needs } })
  }
  return decisions.map((decision) => fused.get(decision.site.node) ?? decision)
}

function decideOne(
  map: ModuleMap,
  site: Site,
  merit: Merit,
  host: FunctionNode | null,
  sharded: readonly Plan[],
): Decision {
  const none = { site, merit, sharded: null }
  if (merit.kind === 'sequential') return { ...none, verdict: 'sequential', obstacle: merit.obstacle }
  const verdict = verdictOf(merit.plan, merit.guarded)
  const outer = sharded.find((plan) => contains(plan.body, site.node))
  if (outer !== undefined) return { ...none, verdict: isNest(outer, site) ? verdict : 'inner', obstacle: null }
  if (host === null || map.functionAround(site.node) !== host || !contains(host.body, site.node)) {
    const name = map.functionAround(site.node)?.id?.name ?? 'a callback or the top level of the module'
    return { ...none, verdict: 'sequential', obstacle: { reason: 'host', name, line: site.line } }
  }
  const needs = needsOf(
    map,
    site.node,
    textsOf(merit.plan),
    new Set([...namedOutputs(merit.plan).flatMap(variablesOf), ...countersOf(merit.plan)]),
    merit.plan.exits,
    true,
  )
  if ('node' in needs) {
    return { ...none, verdict: 'sequential', obstacle: { reason: 'unsupported', name: needs.name, line: site.line } }
  }
  // Lists of the module travel with its state.
  const excerpts = excerptsOf(map, textsOf(merit.plan), needs)
  const slices = merit.plan.slices.filter(
    ({ variable, path, isAll }) =>
      isAll || (needs.captures.includes(variable) && (path.length === 0 || isExcerpted(excerpts, variable, path))),
  )
  return { ...none, verdict, obstacle: null, sharded: { id: 0, plan: { ...merit.plan, slices, excerpts }, needs } }
}

/** The parts of a spot that run in shards. What enumerates its items runs in the root. */
function textsOf(plan: Plan): AnyNode[] {
  const { site, shape } = plan
  if (shape.kind === 'call') return [shape.callback]
  if (site.kind !== 'loop') return []
  const { node } = site
  if (node.type === 'ForOfStatement' || node.type === 'ForInStatement') return [node.left, node.body]
  const fixed = shape.kind === 'range' ? shape.fixed : []
  return node.type === 'ForStatement' && node.update ? [...fixed, node.update, node.body] : [node.body]
}

/** The counter is set by the shard itself. */
function countersOf({ shape }: Plan): Variable[] {
  return shape.kind === 'range' && shape.outlives ? [shape.counter] : []
}

/** Spots in functions that shards call belong to the shards. */
function settleInner(decision: Decision, sharded: readonly Pick<Plan, 'reached'>[]): Decision {
  if (decision.obstacle?.reason !== 'host') return decision
  const inShard = sharded.some((plan) => [...plan.reached].some((fn) => contains(fn, decision.site.node)))
  return inShard ? { ...decision, verdict: 'inner', obstacle: null } : decision
}

function verdictOf(plan: Plan, guarded: boolean): Verdict {
  if (plan.exits.length > 0 || (plan.shape.kind === 'call' && isSearch(plan.shape.method))) return 'speculative'
  if (guarded) return 'guarded'
  const fold = plan.shape.kind === 'call' ? plan.shape.fold : null
  if (fold?.kind === 'extreme') return 'reduce'
  if (fold?.kind === 'add') return fold.exact ? 'reduce' : 'fission'
  if (plan.outputs.some((output) => output.how === 'sum' && !output.exact)) return 'fission'
  const exact = plan.outputs.filter(({ how }) => /^(count|tally|max|min|sum)/.test(how))
  return exact.length > 0 && exact.length === plan.outputs.length ? 'reduce' : 'parallel'
}

/** A loop that is all there is in the body of the loop around it: the two are one nest. */
function isNest(outer: Plan, site: Site): boolean {
  if (outer.site.kind !== 'loop' || site.kind !== 'loop') return false
  return onlyStatement(outer.site.node.body) === site.node
}

function withHazard(map: ModuleMap, site: Site, merit: Merit, hazard: Obstacle | null): Merit {
  if (merit.kind === 'sequential') return merit
  if (hazard !== null) return { kind: 'sequential', obstacle: hazard }
  if (isSideBySide(map, site.node))
    return { kind: 'sequential', obstacle: { reason: 'async-order', name: 'Promise.all', line: site.line } }
  if (site.kind !== 'call') return merit
  const gathered = isGathered(map, site.node)
  if (merit.plan.isAsync && !gathered) {
    return { kind: 'sequential', obstacle: { reason: 'async-order', name: site.method, line: site.line } }
  }
  return gathered ? { ...merit, plan: { ...merit.plan, isAsync: true } } : merit
}

/** The points-to picture of the outermost function around a site. */
function flowAround(map: ModuleMap, site: Site, flows: Map<FunctionNode, Flow>): Flow | null {
  let fn: FunctionNode | null = null
  for (let at = map.parentOf(site.node); at !== null; at = map.parentOf(at)) if (isFunction(at)) fn = at
  if (fn === null) return null
  const held = flows.get(fn)
  if (held !== undefined) return held
  const home = fn
  const flow = new Flow(map, home, home)
  const given = home.params.map((_, index) => outerThing(`argument ${index + 1}`, null))
  flow.solve(() => {
    flow.reach(home)
    home.params.forEach((param, index) => {
      const thing = given[index]
      if (thing !== undefined) flow.assign(param, { things: new Set([thing]), callables: new Set() }, param)
    })
    if (home.body.type !== 'BlockStatement') evaluate(flow, home.body)
  })
  flows.set(fn, flow)
  return flow
}

function spotOf(decision: Decision, kept: KeptLoops): Spot {
  const { site, verdict, obstacle } = decision
  const what = site.kind === 'loop' ? site.node.type.replace('Statement', '').toLowerCase() : site.method
  const fused = decision.isFused === true ? '; in one shard with the calls after it' : ''
  const text = obstacle === null ? TEXTS[verdict](what) + fused + assertions(decision) : sentence(obstacle)
  const checkpoint = checkpointOf(decision, kept)
  return { line: site.line, verdict, reason: obstacle?.reason ?? '', text, width: null, ...checkpoint }
}

/** Whether a loop that runs in order can be gone on with elsewhere. */
function checkpointOf({ site, sharded }: Decision, kept: KeptLoops): Pick<Spot, 'checkpoint'> {
  if (site.kind !== 'loop' || sharded !== null) return {}
  const obstacle = kept.obstacle(site)
  const text = obstacle === null ? 'its state is kept while it runs' : keepSentence(obstacle)
  return { checkpoint: { kept: obstacle === null, reason: obstacle?.reason ?? '', text } }
}

function refSpot({ name, line, needs }: RefSite): Spot {
  const obstacle = 'reason' in needs ? needs : null
  const text = obstacle === null ? `shard: every call of ${name} is a shard` : sentence(obstacle)
  return {
    line,
    verdict: obstacle === null ? 'tasks' : 'sequential',
    reason: obstacle?.reason ?? '',
    text,
    width: null,
  }
}

function groupSpot({ line, tasks, asserted }: TaskGroup): Spot {
  const at = tasks.map((task) => task.line).join(', ')
  const text = `${TEXTS.tasks('calls')} (lines ${at})${assertedText(asserted)}`
  return { line, verdict: 'tasks', reason: '', text, width: tasks.length }
}

/** The other lines of groups, and calls beside others that have to stay in order. */
function taskSpots({ groups, kept }: ReturnType<typeof findTasks>, own: readonly Spot[]): Spot[] {
  const lines = new Set(own.map(({ line }) => line))
  const spots: Spot[] = []
  const add = (spot: Spot): void => {
    if (!lines.has(spot.line)) spots.push(spot)
    lines.add(spot.line)
  }
  for (const group of groups) for (const { line } of group.tasks) add({ ...groupSpot(group), line })
  for (const { line, obstacle } of kept)
    add({ line, verdict: 'sequential', reason: obstacle.reason, text: sentence(obstacle), width: null })
  return spots
}

/** What the verdict rests on besides the analysis. */
function assertions({ merit }: Decision): string {
  return merit.kind === 'sequential' ? '' : assertedText(merit.plan.asserted)
}

function assertedText(asserted: ReadonlyMap<number, string>): string {
  if (asserted.size === 0) return ''
  const calls = [...asserted].map(([line, name]) => `${name} (line ${line})`)
  return `; asserted to be pure: ${calls.join(', ')}`
}

const TEXTS: Record<Verdict, (what: string) => string> = {
  parallel: (what) => `${what}: iterations are independent; results are put in order`,
  reduce: (what) => `${what}: partial results are exact and merged in order`,
  guarded: (what) => `${what}: sharded when a check at run time passes`,
  inner: (what) => `${what}: runs inside a shard`,
  fission: (what) => `${what}: the heavy part is independent, the rest is replayed in order`,
  tasks: (what) => `${what}: independent statements`,
  speculative: (what) => `${what}: the lowest index wins`,
  sequential: (what) => `${what}: kept in order`,
}
