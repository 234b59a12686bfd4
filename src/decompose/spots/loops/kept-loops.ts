/** Finds the sequential loops whose state is kept while they run, in the root and within shards. */
import type { AnyNode } from 'acorn'
import { placeOf } from '../../syntax/fields.ts'
import type { ModuleMap } from '../../syntax/module-map.ts'
import { contains, type FunctionNode, isClass, isFunction, walk } from '../../syntax/walk.ts'
import type { LoopNode, Site } from '../find.ts'
import { declarationOf, type Needs } from '../needs.ts'
import { type Plan, variablesOf } from '../plan.ts'
import type { Obstacle } from '../reasons.ts'
import { formOf, isShort, type LoopForm, type Strip } from './form.ts'
import type { KeepObstacle } from './reasons.ts'
import { type LoopState, reasonOf, stateOf } from './state.ts'

/** A loop that is looked at while it runs. */
export interface KeptLoop {
  /** Its number among all sites of the module. */
  readonly id: number
  readonly node: LoopNode
  readonly line: number
  readonly state: LoopState
  readonly form: LoopForm
  readonly strip: Strip | null
}

/** Code that runs in shards: of a spot with its plan, or calls side by side. */
export interface ShardedCode {
  readonly id: number
  readonly plan: Plan | null
  readonly needs: Needs
  /** Functions whose bodies run within it. */
  readonly reached: ReadonlySet<FunctionNode>
  /** It lets time pass. */
  readonly waits: boolean
}

/** Loops around each other that are looked at: rounds, and what takes long within a round. */
const DEPTH_MAX = 2

export class KeptLoops {
  /** In the text of the root. */
  readonly main: KeptLoop[] = []
  readonly #chunks = new Map<number, KeptLoop[]>()
  readonly #obstacles = new Map<Site, KeepObstacle>()
  readonly #kept = new Set<Site>()
  readonly #map: ModuleMap
  readonly #sites: readonly Site[]

  /** @param hazard code that runs concurrently with other code, if there is any */
  constructor(map: ModuleMap, sites: readonly Site[], sharded: readonly ShardedCode[], hazard: Obstacle | null) {
    this.#map = map
    this.#sites = sites
    const whole = hazard === null ? cooperation(map) : { ...hazard, reason: 'concurrent' as const }
    this.#collect(this.main, (site) => whole ?? this.#objectionInRoot(site, sharded))
    for (const spot of sharded) {
      const loops: KeptLoop[] = []
      const isConcurrent = hazard !== null || spot.waits
      if (!isConcurrent) this.#collect(loops, (site) => this.#objectionInShard(site, spot), spot)
      this.#chunks.set(spot.id, loops)
    }
  }

  /** In the text of the shards of a spot. */
  chunk(spot: number): readonly KeptLoop[] {
    return this.#chunks.get(spot) ?? []
  }

  /** Why the state of a loop is kept nowhere; null when it is. */
  obstacle(site: Site): KeepObstacle | null {
    return this.#kept.has(site) ? null : (this.#obstacles.get(site) ?? null)
  }

  #collect(
    loops: KeptLoop[],
    objection: (site: Site) => KeepObstacle | 'elsewhere' | null,
    within?: ShardedCode,
  ): void {
    const outermostFirst = [...this.#sites.entries()].sort(([, a], [, b]) => a.node.start - b.node.start)
    for (const [id, site] of outermostFirst) {
      if (site.kind !== 'loop') continue
      const found = objection(site) ?? formObstacle(this.#map, site.node, site.line) ?? this.#tooDeep(site, loops)
      if (found === 'elsewhere') continue
      const state = found ?? stateOf(this.#map, site.node)
      if ('reason' in state) this.#obstacles.set(site, state)
      else {
        const own = within === undefined ? state : there(this.#map, state, within)
        loops.push({ id, node: site.node, line: site.line, state: own, ...formOf(this.#map, site) })
        this.#kept.add(site)
      }
    }
  }

  #tooDeep(site: Site, loops: readonly KeptLoop[]): KeepObstacle | null {
    const frame = this.#map.functionAround(site.node)
    const around = loops.filter(({ node }) => contains(node, site.node) && this.#map.functionAround(node) === frame)
    const [outermost] = around
    const isOver = isShort(this.#map, site)
    if (outermost === undefined && isOver && formOf(this.#map, site).form === 'within')
      return { reason: 'short', name: '', line: site.line }
    if (outermost === undefined || (around.length < DEPTH_MAX && !isOver)) return null
    return { reason: 'inner', name: '', line: outermost.line }
  }

  #objectionInRoot(site: Site, sharded: readonly ShardedCode[]): KeepObstacle | 'elsewhere' | null {
    const isOwn = sharded.some(({ plan }) => plan !== null && (plan.site === site || contains(plan.body, site.node)))
    if (isOwn) return 'elsewhere'
    const frame = this.#map.functionAround(site.node)
    const obstacle = frameObstacle(this.#map, frame, site.line)
    if (obstacle !== null) return obstacle
    // Whether it runs here or in a shard is a matter of time, and so is how often.
    const shared = sharded.find(({ reached }) => isFunction(frame) && reached.has(frame))
    return shared === undefined ? null : { reason: 'in-shards', name: nameOf(frame), line: site.line }
  }

  #objectionInShard(site: Site, { plan, needs, reached }: ShardedCode): KeepObstacle | 'elsewhere' | null {
    const frame = this.#map.functionAround(site.node)
    if (plan !== null && contains(plan.body, site.node)) {
      if (plan.exits.length > 0 || plan.nest?.node === site.node) return 'elsewhere'
      const own = plan.shape.kind === 'call' ? plan.shape.callback : this.#map.functionAround(plan.site.node)
      return frame === own ? null : { reason: 'nested-function', name: nameOf(frame), line: site.line }
    }
    if (!isFunction(frame) || !reached.has(frame)) return 'elsewhere'
    const isThere = needs.moduleTexts.some((variable) => contains(declarationOf(variable), frame))
    return isThere ? frameObstacle(this.#map, frame, site.line) : 'elsewhere'
  }
}

/** Whoever keeps a state by hand wants that one. */
function cooperation(map: ModuleMap): KeepObstacle | null {
  let found: KeepObstacle | null = null
  walk(map.module.tree as AnyNode, (node) => {
    const name =
      node.type === 'MemberExpression' ? node.property : node.type === 'Property' && !node.computed ? node.key : null
    if (name?.type === 'Identifier' && (name.name === 'checkpoint' || name.name === 'restored'))
      found ??= { reason: 'cooperative', name: name.name, line: node.loc?.start.line ?? 0 }
    return found === null
  })
  return found
}

/** A loop is reached again by running everything before it again: its function must be one that stands by itself. */
function frameObstacle(map: ModuleMap, frame: AnyNode | null, line: number): KeepObstacle | null {
  if (!isFunction(frame)) return { reason: 'nested-function', name: 'the top level of the module', line }
  if (frame.generator) return { reason: 'generator', name: nameOf(frame), line }
  const around = map.functionAround(frame)
  if (around === null) return null
  const method = map.parentOf(frame)
  const isMethod = isClass(around) && method?.type === 'MethodDefinition' && method.kind !== 'constructor'
  return isMethod && map.functionAround(around) === null
    ? null
    : { reason: 'nested-function', name: nameOf(frame), line }
}

function formObstacle(map: ModuleMap, loop: LoopNode, line: number): KeepObstacle | null {
  if (loop.type === 'ForInStatement') return { reason: 'iterator', name: 'for...in', line }
  if (loop.type !== 'ForOfStatement') return null
  if (loop.await) return { reason: 'concurrent', name: 'for await', line }
  const reason = reasonOf(map, loop.right)
  if (reason !== null) return { reason, name: 'what it iterates over', line }
  let computes = false
  walk(loop.left, (node) => {
    if (node.type === 'AssignmentPattern' || node.type === 'MemberExpression') computes = true
    return !computes
  })
  return computes || loop.left.type !== 'VariableDeclaration'
    ? { reason: 'unsupported', name: 'a pattern that computes', line }
    : null
}

function nameOf(frame: AnyNode | null): string {
  if (isFunction(frame)) return frame.id?.name ?? 'a function inside another'
  return 'a class'
}

/** Of a state what there is in the text of a shard. */
function there(map: ModuleMap, state: LoopState, { plan, needs }: ShardedCode): LoopState {
  const given = new Set([...needs.captures, ...needs.moduleState, ...(plan?.outputs ?? []).flatMap(variablesOf)])
  const isRecord = ({ name, scope }: LoopState['fixed'][number]): boolean =>
    [...given].some((field) => field.scope === scope && placeOf(field)?.record === name)
  const isThere = (variable: LoopState['fixed'][number]): boolean => {
    if (given.has(variable) || isRecord(variable)) return true
    if (map.isModuleLevel(variable)) return false
    const { block } = variable.scope
    return (
      (plan !== null && contains(plan.site.node, block)) ||
      needs.moduleTexts.some((text) => contains(declarationOf(text), block))
    )
  }
  return { ...state, rebound: state.rebound.filter(isThere), fixed: state.fixed.filter(isThere) }
}
