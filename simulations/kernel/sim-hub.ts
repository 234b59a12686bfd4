/** A simulated machine around the very hub class that real machines run: it carries out effects in virtual time. */

import { assertNever } from '../../src/errors.ts'
import type { RunEnd } from '../../src/execute/slots.ts'
import type { Effect, RunPlan } from '../../src/hub/effect.ts'
import { Hub } from '../../src/hub/hub.ts'
import type { Input, RunId } from '../../src/hub/input.ts'
import type { TimerName } from '../../src/hub/timer.ts'
import type { LedgerRecord } from '../../src/ledger/record.ts'
import { ROOT_FAMILY } from '../../src/program/family.ts'
import type { Ref } from '../../src/program/ref.ts'
import { packList } from '../../src/wire/pack.ts'
import { Replica } from './replica.ts'
import { type SimJob, simOutcome } from './workload.ts'
import type { SimWorld } from './world.ts'

export interface MachineModel {
  readonly slots: number
  readonly speed: number
  readonly diskMs: number
}

interface SimRoot {
  readonly job: SimJob
  family: number
  readonly delivered: Set<number>
}

/** One life of a machine. A crash ends it; what its disk holds starts the next one. */
export class SimHub {
  readonly id: string
  readonly boot: string
  readonly hub: Hub
  readonly model: MachineModel
  /** Ledgers as they are on disk; they outlive the life. */
  readonly disk: Map<string, Replica>
  isAlive = true
  isFrozen = false
  readonly #world: SimWorld
  readonly #timers = new Map<TimerName, number>()
  readonly #runs = new Map<RunId, { stopped: boolean; before: number }>()
  readonly #roots = new Map<RunId, SimRoot>()
  readonly #frozenWork: (() => void)[] = []

  constructor(
    world: SimWorld,
    id: string,
    life: { incarnation: number; disk: Map<string, Replica>; model: MachineModel },
  ) {
    this.#world = world
    this.id = id
    this.boot = `${id}.${life.incarnation}`
    this.disk = life.disk
    this.model = life.model
    this.hub = new Hub({
      hub: id,
      boot: this.boot,
      incarnation: life.incarnation,
      slots: life.model.slots,
      cores: life.model.slots,
      speed: life.model.speed,
      compute: true,
      labels: {},
      wallOffsetMs: 0,
    })
  }

  /** Brings the hub up: its own old records first, as a real one reads its disk before it listens. */
  boots(): void {
    this.input({ type: 'started' })
    for (const [id, replica] of this.disk) {
      this.#knowJob(id, false)
      this.input({ type: 'records', job: id, entries: replica.all() })
    }
  }

  submit(job: SimJob): void {
    this.#knowJob(job.id, true)
  }

  /** Feeds one input; a frozen machine gets it when it thaws. */
  input(input: Input): void {
    if (!this.isAlive) return
    if (this.isFrozen) {
      this.#frozenWork.push(() => this.input(input))
      return
    }
    for (const effect of this.hub.handle(input, this.#world.events.nowMs)) this.#carryOut(effect)
  }

  freeze(): void {
    this.isFrozen = true
  }

  thaw(): void {
    this.isFrozen = false
    for (const work of this.#frozenWork.splice(0)) work()
  }

  /** Receives a stretch of a log of some job. */
  receive(job: string, parts: Parameters<Replica['receive']>[0][], from: string): void {
    this.whenAwake(() => {
      this.#knowJob(job, false)
      const replica = this.disk.get(job)
      if (replica === undefined) return
      const received = parts.map((part) => replica.receive(part))
      const entries = received.flatMap((one) => one.entries)
      if (entries.length > 0) this.input({ type: 'records', job, entries })
      if (received.some((one) => one.isMissing)) this.#world.sync(this.id, from)
    })
  }

  /** Runs now, or when a frozen machine thaws; never on a dead one. */
  whenAwake(run: () => void): void {
    if (!this.isAlive) return
    if (this.isFrozen) this.#frozenWork.push(() => this.whenAwake(run))
    else run()
  }

  #knowJob(id: string, mine: boolean): void {
    if (this.disk.has(id) && this.hub.state.jobs.has(id)) return
    const job = this.#world.jobs.get(id)
    if (job === undefined) return
    if (!this.disk.has(id)) this.disk.set(id, new Replica())
    this.input({ type: 'job', job: id, manifest: job.manifest, bytes: new Uint8Array(), mine })
  }

  #carryOut(effect: Effect): void {
    const { events } = this.#world
    switch (effect.type) {
      case 'append':
        return this.#append(effect.job, effect.records)
      case 'gossip':
        return this.#world.broadcastBeacon(this.id, effect.beacon)
      case 'send':
        return this.#world.send(this.id, effect.to, effect.message)
      case 'set-timer':
        return this.#setTimer(effect.timer, effect.atMs)
      case 'sync':
        return this.#world.sync(this.id, effect.peer)
      case 'hold-job':
        return events.after(1, () => this.input({ type: 'job-blobs', job: effect.job }))
      case 'prepare':
        return events.after(0, () => this.input({ type: 'prepared', run: effect.plan.run, missing: null }))
      case 'start':
        return this.#start(effect.plan)
      case 'start-root':
        return this.#startRoot(effect.run, effect.job)
      case 'trim':
        return this.#trim(effect.run, effect.before)
      case 'stop-run':
        return this.#stop(effect.run)
      case 'replicate':
        return this.#world.replicate(this.id, effect.cid, effect.to)
      case 'deliver':
        return this.#deliver(effect.run, effect.sequence, effect.lo, effect.hi)
      case 'fail-shard':
        return this.#resultAndEnd(effect.run, effect.shard)
      case 'story':
        return this.#world.told(this.id, effect.job, effect.event)
      case 'slots-changed':
      case 'accepted':
      case 'job-ended':
      case 'drop-job':
      case 'drained':
        return this.#world.noted(this.id, effect)
      default:
        return assertNever(effect)
    }
  }

  #append(job: string, records: readonly LedgerRecord[]): void {
    const replica = this.disk.get(job)
    if (replica === undefined) return
    const part = replica.append({ hub: this.id, boot: this.boot }, records)
    this.#world.events.after(this.model.diskMs, () => {
      if (this.isAlive) this.#world.broadcastRecords(this.id, job, part)
    })
  }

  #setTimer(timer: TimerName, atMs: number): void {
    this.#timers.set(timer, atMs)
    this.#world.events.at(atMs, () => {
      if (!this.isAlive || this.#timers.get(timer) !== atMs) return
      this.#timers.delete(timer)
      this.input({ type: 'timer', timer })
    })
  }

  #start(plan: RunPlan): void {
    const last = plan.shards.at(-1)?.index ?? -1
    this.#runs.set(plan.run, { stopped: false, before: last + 1 })
    this.#next(plan, plan.shards[0]?.index ?? 0)
  }

  #next(plan: RunPlan, shard: number): void {
    const run = this.#runs.get(plan.run)
    if (run === undefined || !this.isAlive) return
    if (run.stopped || shard >= run.before) {
      this.#runs.delete(plan.run)
      this.#ended(plan.run, run.stopped ? { kind: 'cancelled' } : { kind: 'complete' })
      return
    }
    const workMs = this.#world.shardWorkMs(plan.job, plan.family, shard)
    this.#world.events.after(workMs / this.model.speed, () =>
      this.whenAwake(() => {
        if (!run.stopped) {
          this.#world.executed(this.id, plan.job, plan.family, shard)
          const ref = this.#world.outcomeRef(this.id, packList([simOutcome(plan.family, shard)]))
          this.input({ type: 'results', run: plan.run, lo: shard, hi: shard + 1, ref, busyMs: workMs })
        }
        this.#next(plan, shard + 1)
      }),
    )
  }

  #trim(id: RunId, before: number): void {
    const run = this.#runs.get(id)
    if (run !== undefined) run.before = Math.min(run.before, before)
  }

  #stop(id: RunId): void {
    const run = this.#runs.get(id)
    if (run !== undefined) run.stopped = true
    if (this.#roots.delete(id)) this.#ended(id, { kind: 'cancelled' })
  }

  #ended(run: RunId, end: RunEnd): void {
    this.#world.events.after(0, () => this.input({ type: 'ended', run, end }))
  }

  #startRoot(run: RunId, id: string): void {
    const job = this.#world.jobs.get(id)
    if (job === undefined) return
    this.#roots.set(run, { job, family: -1, delivered: new Set() })
    this.#world.events.after(1, () => this.#spawnNext(run))
  }

  #spawnNext(run: RunId): void {
    const root = this.#roots.get(run)
    if (root === undefined || !this.isAlive) return
    root.family++
    root.delivered.clear()
    const family = root.job.families[root.family]
    if (family !== undefined) {
      this.input({ type: 'spawned', run, spec: family.spec })
      return
    }
    this.#roots.delete(run)
    this.#resultAndEnd(run, 0)
  }

  #deliver(run: RunId, sequence: number, lo: number, hi: number): void {
    const root = this.#roots.get(run)
    const family = root?.job.families[root.family]
    if (root === undefined || family === undefined || family.spec.sequence !== sequence) return
    for (let shard = lo; shard < hi; shard++) root.delivered.add(shard)
    if (root.delivered.size === family.spec.cut.starts.length) this.#world.events.after(0, () => this.#spawnNext(run))
  }

  #resultAndEnd(run: RunId, shard: number): void {
    const ref: Ref = { kind: 'inline', bytes: packList([simOutcome(ROOT_FAMILY, shard)]) }
    this.#world.events.after(0, () => {
      this.input({ type: 'results', run, lo: shard, hi: shard + 1, ref, busyMs: 0 })
      this.input({ type: 'ended', run, end: { kind: 'complete' } })
    })
  }
}
