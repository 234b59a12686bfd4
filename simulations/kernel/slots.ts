/** The slots of a simulated machine: runs take virtual time, take checkpoints, and go down on poison or by bad luck. */
import type { RunEnd } from '../../src/execute/slots.ts'
import type { RunPlan } from '../../src/hub/effect.ts'
import type { RunId } from '../../src/hub/input.ts'
import type { SimHub } from './sim-hub.ts'
import type { SimFamily } from './workload.ts'
import type { SimWorld } from './world.ts'

/** Outcomes of tiny shards wait this long for company, as in a real slot. */
const FLUSH_MS = 5
/** Parts of a long shard between checkpoints. */
const PARTS = 4

interface Running {
  readonly plan: RunPlan
  readonly family: SimFamily
  position: number
  stopped: boolean
  before: number
  first: number
  values: string[]
  busyMs: number
}

export class SimSlots {
  readonly #world: SimWorld
  readonly #hub: SimHub
  readonly #runs = new Map<RunId, Running>()

  constructor(world: SimWorld, hub: SimHub) {
    this.#world = world
    this.#hub = hub
  }

  get busy(): number {
    return this.#runs.size
  }

  start(plan: RunPlan): void {
    const family = this.#world.family(plan.job, plan.family)
    const last = plan.shards.at(-1)?.index ?? -1
    if (family === null) return this.#ended(plan.run, { kind: 'cancelled' })
    const first = plan.shards[0]?.index ?? 0
    const run = { plan, family, position: 0, stopped: false, before: last + 1, first, values: [], busyMs: 0 }
    this.#runs.set(plan.run, run)
    this.#next(run)
  }

  trim(id: RunId, before: number): void {
    const run = this.#runs.get(id)
    if (run !== undefined) run.before = Math.min(run.before, before)
  }

  /** Parts are short: the checkpoint at the end of the one at hand is soon enough. */
  checkpoint(_id: RunId): void {
    // Nothing to hurry.
  }

  stop(id: RunId): void {
    const run = this.#runs.get(id)
    if (run === undefined) return
    run.stopped = true
    // A slot is killed within the grace period, whatever its shard does.
    this.#world.events.after(100, () => this.#hub.whenPowered(() => this.#end(run, { kind: 'cancelled' })))
  }

  #next(run: Running): void {
    const shard = run.plan.shards[run.position]
    if (run.stopped) return this.#end(run, { kind: 'cancelled' })
    if (shard === undefined || shard.index >= run.before) return this.#end(run, { kind: 'complete' })
    const workMs = run.family.workMs(shard.index)
    const parts = workMs >= this.#world.checkpointWorkMs ? PARTS : 1
    const done = parts === 1 ? 0 : this.#world.resumedParts(run.plan, shard)
    this.#part(run, { index: shard.index, workMs, parts }, done)
  }

  /** Runs one part of a shard; after the last one it has its value. */
  #part(run: Running, shard: { index: number; workMs: number; parts: number }, done: number): void {
    const { index, workMs, parts } = shard
    const isFatal = this.#world.goesDown(run.family, index, parts)
    const partMs = this.#hub.takesMs((workMs / parts) * (isFatal ? 0.5 : 1))
    this.#world.events.after(partMs, () =>
      this.#hub.whenPowered(() => {
        if (!this.#runs.has(run.plan.run)) return
        if (run.stopped) return this.#end(run, { kind: 'cancelled' })
        if (this.#hub.diesAt('run')) return
        if (isFatal) return this.#goDown(run, index)
        if (done + 1 >= parts) return this.#finish(run, index, workMs)
        this.#checkpoint(run, index, done + 1)
        this.#hub.input({ type: 'progress', run: run.plan.run, shard: index, fraction: (done + 1) / parts })
        this.#part(run, shard, done + 1)
      }),
    )
  }

  #finish(run: Running, index: number, workMs: number): void {
    this.#mustBeWanted(run)
    this.#world.executed(this.#hub, run.plan.job, run.plan.family, index)
    if (run.values.length === 0) run.first = index
    run.values.push(this.#world.resultOf(this.#hub, run.family, index))
    run.busyMs += workMs
    run.position++
    const next = run.plan.shards[run.position]
    const isLast = next === undefined || next.index !== index + 1 || next.index >= run.before
    if (isLast || run.busyMs >= FLUSH_MS) this.#flush(run)
    this.#next(run)
  }

  /** I13: a run that its hub has given up was told to stop. */
  #mustBeWanted({ plan, stopped }: Running): void {
    if (stopped || this.#hub.hub.state.runs.get(plan.run)?.stopping !== true) return
    this.#world.broken('I13', `${this.#hub.id} goes on with ${plan.job}/${plan.family}, which it has given up`)
  }

  #flush(run: Running): void {
    if (run.values.length === 0) return
    const { plan, first, values, busyMs } = run
    run.values = []
    run.busyMs = 0
    const lies = values.filter((value) => this.#world.lies.has(value)).join('')
    const ref = this.#world.blobs.store(this.#hub, `${plan.job}/${plan.family}:${first}${lies}`, values, busyMs)
    // What finds no room is lost: the run goes on without it.
    if (ref === null) return
    const digests = this.#hub.compares(plan.job) ? { digests: values } : {}
    this.#hub.input({ type: 'results', run: plan.run, lo: first, hi: first + values.length, ref, busyMs, ...digests })
  }

  #checkpoint(run: Running, shard: number, progress: number): void {
    this.#flush(run)
    const { plan } = run
    const ref = this.#world.blobs.storeCheckpoint(this.#hub, `${plan.job}/${plan.family}:${shard}`, progress)
    if (ref === null) return
    this.#hub.input({ type: 'checkpoint', run: plan.run, shard, progress, ref })
  }

  #goDown(run: Running, index: number): void {
    this.#flush(run)
    this.#hub.note('slot-lost', { job: run.plan.job, family: run.plan.family, lo: index })
    this.#end(run, this.#world.slotEnd())
  }

  #end(run: Running, end: RunEnd): void {
    if (!this.#runs.delete(run.plan.run)) return
    this.#flush(run)
    this.#ended(run.plan.run, end)
  }

  #ended(run: RunId, end: RunEnd): void {
    this.#world.events.after(0, () => this.#hub.input({ type: 'ended', run, end }))
  }
}
