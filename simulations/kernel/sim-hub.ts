/** A simulated machine around the very hub class that real machines run: it carries out effects in virtual time. */
import { assertNever } from '../../src/errors.ts'
import type { Effect, RunPlan } from '../../src/hub/effect.ts'
import { Hub } from '../../src/hub/hub.ts'
import type { Input } from '../../src/hub/input.ts'
import { isEnded } from '../../src/hub/job.ts'
import type { TimerName } from '../../src/hub/timer.ts'
import type { Author, LedgerRecord } from '../../src/ledger/record.ts'
import { durations } from '../../src/limits.ts'
import { manifestBlobs } from '../../src/program/program.ts'
import type { SimDisk } from './disk.ts'
import type { HistoryKind, Told } from './history.ts'
import type { LogPart } from './replica.ts'
import { SimRoots } from './roots.ts'
import { SimSlots } from './slots.ts'
import { POISONED, type SimJob } from './workload.ts'
import type { SimWorld } from './world.ts'

export interface MachineModel {
  readonly slots: number
  readonly speed: number
  readonly diskMs: number
  readonly labels: Readonly<Record<string, string>>
  /** The hub's monotonic clock shows `virtual * clockRate + clockOffsetMs`. */
  readonly clockRate: number
  readonly clockOffsetMs: number
  readonly wallOffsetMs: number
}

/** Ends the machine right before it carries out the `countdown`th effect of a kind. */
export interface Trap {
  readonly effect: Effect['type']
  countdown: number
}

/** Keeps a clock's rounding from waking a hub a hair before its own deadline, again and again. */
const CLOCK_GRAIN_MS = 1e-6
const HOLD_RETRY_MS = 500

/** One life of a machine. A crash ends it; what its disk holds starts the next one. */
export class SimHub {
  readonly id: string
  readonly boot: string
  readonly hub: Hub
  readonly model: MachineModel
  /** Outlives the life. */
  readonly disk: SimDisk
  isAlive = true
  /** Alive and listening. */
  isUp = false
  isFrozen = false
  /** Shards that begin now take this many times longer. */
  slowdown = 1
  trap: Trap | null = null
  inputs = 0
  readonly #author: Author
  readonly #world: SimWorld
  readonly #slots: SimSlots
  readonly #roots: SimRoots
  /** Per timer: when it is due, and the time of the earliest event that will look at it. */
  readonly #timers = new Map<TimerName, { atMs: number; eventMs: number }>()
  /** Per job: records of the running flush window. */
  readonly #waiting = new Map<string, LedgerRecord[]>()
  readonly #flushedMs = new Map<string, number>()
  readonly #frozenWork: (() => void)[] = []

  constructor(world: SimWorld, id: string, life: { incarnation: number; disk: SimDisk; model: MachineModel }) {
    this.#world = world
    this.id = id
    this.boot = `${id}.${life.incarnation}`
    this.#author = { hub: id, boot: this.boot }
    this.disk = life.disk
    this.model = life.model
    this.#slots = new SimSlots(world, this)
    this.#roots = new SimRoots(world, this)
    const { slots, speed, labels, wallOffsetMs } = life.model
    const init = { hub: id, boot: this.boot, incarnation: life.incarnation, slots, cores: slots, speed }
    this.hub = new Hub({ ...init, compute: true, labels, wallOffsetMs })
  }

  /** Brings the hub up: its own old records first, as a real one reads its disk before it listens. */
  boots(): void {
    if (!this.isAlive) return
    this.note('boot')
    for (const [id, replica] of this.disk.ledgers) {
      replica.recovered()
      this.#knowJob(id, false)
      this.input({ type: 'records', job: id, entries: replica.all() })
    }
    this.isUp = true
    this.input({ type: 'started' })
  }

  submit(job: SimJob): void {
    for (const cid of manifestBlobs(job.manifest)) this.disk.blobs.add(cid)
    this.#knowJob(job.id, true)
  }

  /** Feeds one input; a frozen machine gets it when it thaws. */
  input(input: Input): void {
    if (this.isFrozen || !this.isAlive) return this.whenAwake(() => this.input(input))
    this.inputs++
    for (const effect of this.hub.handle(input, this.#clockMs())) this.#carryOut(effect)
  }

  /** Runs now, or when a frozen machine thaws; never on a dead one. */
  whenAwake(run: () => void): void {
    if (!this.isAlive) return
    if (this.isFrozen) this.#frozenWork.push(() => this.whenAwake(run))
    else run()
  }

  freeze(): void {
    this.isFrozen = true
  }

  thaw(): void {
    this.isFrozen = false
    for (const work of this.#frozenWork.splice(0)) work()
  }

  /** Receives stretches of the logs of some job. */
  receive(job: string, parts: readonly LogPart[], from: string, slotFreeInMs?: readonly number[]): void {
    this.whenAwake(() => {
      this.#knowJob(job, false)
      if (!this.hub.state.jobs.has(job)) return
      const replica = this.disk.ledger(job)
      const received = parts.map((part) => replica.receive(part))
      const [first] = received
      const entries =
        received.length === 1 && first !== undefined ? first.entries : received.flatMap((one) => one.entries)
      const told = slotFreeInMs === undefined ? {} : { slotFreeInMs }
      if (entries.length > 0) this.input({ type: 'records', job, entries, from, ...told })
      if (received.some((one) => one.isMissing)) this.#world.sync(this.id, from)
    })
  }

  note(kind: HistoryKind, told?: Told): void {
    this.#world.history.note(this.#world.events.nowMs, this.id, kind, told)
  }

  #clockMs(): number {
    return this.#world.events.nowMs * this.model.clockRate + this.model.clockOffsetMs
  }

  #knowJob(id: string, mine: boolean): void {
    const job = this.#world.jobs.get(id)
    if (job === undefined || this.hub.state.jobs.has(id) || this.#world.isDropped(this.id, id)) return
    this.disk.ledger(id)
    this.input({ type: 'job', job: id, manifest: job.manifest, bytes: new Uint8Array(), mine })
  }

  #carryOut(effect: Effect): void {
    if (!this.isAlive || this.#isTrapped(effect)) return
    const world = this.#world
    switch (effect.type) {
      case 'append':
        return this.#append(effect.job, effect.records)
      case 'gossip':
        return world.broadcastBeacon(this.id, effect.beacon)
      case 'greet':
        return world.greet(this.id, effect.peer, effect.beacon)
      case 'send':
        return world.send(this.id, effect.to, effect.message)
      case 'set-timer':
        return this.#setTimer(effect.timer, effect.atMs)
      case 'sync':
        return world.sync(this.id, effect.peer)
      case 'hold-job':
        return this.#holdJob(effect.job, effect.cids)
      case 'prepare':
        return this.#prepare(effect.plan)
      case 'start':
        return this.#start(effect.plan)
      case 'start-root':
        this.#mustRun(effect.job)
        return this.#roots.start(effect.run, effect.job)
      case 'trim':
        return this.#slots.trim(effect.run, effect.before)
      case 'stop-run':
        if (!this.#roots.stop(effect.run)) this.#slots.stop(effect.run)
        return
      case 'replicate':
        return world.replicate(this, effect.cid, effect.to)
      case 'deliver':
        return this.#roots.deliver(effect)
      case 'fail-shard':
        return this.#failShard(effect.run, effect.shard)
      case 'story':
        return world.told(this.id, effect.job, effect.event)
      case 'slots-changed':
        return
      case 'sweep-blobs':
        for (const cid of this.disk.blobs.keys()) if (!effect.needed.has(cid)) this.disk.blobs.delete(cid)
        return
      case 'drop-job':
        for (const cid of effect.cids) this.disk.blobs.delete(cid)
        return world.dropped(this, effect.job)
      case 'accepted':
      case 'job-ended':
      case 'drained':
        return world.noted(this, effect)
      default:
        return assertNever(effect)
    }
  }

  #isTrapped(effect: Effect): boolean {
    if (this.trap === null || this.trap.effect !== effect.type || --this.trap.countdown > 0) return false
    this.trap = null
    this.#world.trapped(this, effect)
    return true
  }

  #append(job: string, records: readonly LedgerRecord[]): void {
    for (const record of records) if (record.kind === 'done') this.#world.mustBeHeld(this, job, record)
    const waiting = this.#waiting.get(job)
    if (waiting !== undefined) {
      waiting.push(...records)
      return
    }
    const { events } = this.#world
    const dueMs = (this.#flushedMs.get(job) ?? Number.NEGATIVE_INFINITY) + durations.flushWindowMs
    if (dueMs <= events.nowMs) return this.#flush(job, records)
    this.#waiting.set(job, [...records])
    events.at(dueMs, () =>
      this.whenAwake(() => {
        const late = this.#waiting.get(job) ?? []
        this.#waiting.delete(job)
        this.#flush(job, late)
      }),
    )
  }

  /** One append for all records of a window; they are told once the disk has them. */
  #flush(job: string, records: readonly LedgerRecord[]): void {
    const { events } = this.#world
    this.#flushedMs.set(job, events.nowMs)
    const replica = this.disk.ledger(job)
    const part = replica.append(this.#author, records)
    events.after(this.model.diskMs, () =>
      this.whenAwake(() => {
        replica.synced(part)
        this.#world.broadcastRecords(this.id, job, part, this.hub.slotFreeInMs())
      }),
    )
  }

  /** Timers are moved far more often than they fire: a moved one goes with the event that is there already. */
  #setTimer(name: TimerName, atMs: number): void {
    const timer = this.#timers.get(name) ?? { atMs, eventMs: Number.POSITIVE_INFINITY }
    timer.atMs = atMs
    this.#timers.set(name, timer)
    const virtualMs = (atMs - this.model.clockOffsetMs) / this.model.clockRate + CLOCK_GRAIN_MS
    if (virtualMs >= timer.eventMs) return
    timer.eventMs = virtualMs
    this.#world.events.at(virtualMs, () => this.#timerDue(name, virtualMs))
  }

  #timerDue(name: TimerName, eventMs: number): void {
    const timer = this.#timers.get(name)
    if (!this.isAlive || timer === undefined || timer.eventMs !== eventMs) return
    timer.eventMs = Number.POSITIVE_INFINITY
    if (timer.atMs > this.#clockMs()) return this.#setTimer(name, timer.atMs)
    this.#timers.delete(name)
    this.input({ type: 'timer', timer: name })
  }

  #holdJob(job: string, cids: readonly string[]): void {
    const cid = cids.find((one) => !this.disk.blobs.has(one))
    if (cid === undefined) {
      this.#world.events.after(1, () => this.input({ type: 'job-blobs', job }))
      return
    }
    this.#world.fetch(this, cid, (isHere) => {
      if (!this.hub.state.jobs.has(job)) return
      if (isHere) this.#holdJob(job, cids)
      else this.#world.events.after(HOLD_RETRY_MS, () => this.whenAwake(() => this.#holdJob(job, cids)))
    })
  }

  /** Fetches slices, results of parents and checkpoints, one after the other. */
  #prepare(plan: RunPlan): void {
    const wanted = new Set<string>()
    for (const shard of plan.shards) {
      for (const place of [shard.input, ...shard.parents]) if (place?.ref.kind === 'blob') wanted.add(place.ref.cid)
      if (shard.restored?.kind === 'blob') wanted.add(shard.restored.cid)
    }
    const cids = [...wanted]
    const next = (): void => {
      const cid = cids.pop()
      if (cid === undefined) return this.input({ type: 'prepared', run: plan.run, missing: null })
      this.#world.fetch(this, cid, (isHere) => {
        if (isHere) next()
        else this.input({ type: 'prepared', run: plan.run, missing: cid })
      })
    }
    this.#world.events.after(0, () => this.whenAwake(next))
  }

  #start(plan: RunPlan): void {
    this.#mustRun(plan.job)
    this.#world.mustBeReady(plan)
    if (this.#slots.busy >= this.model.slots) this.#world.broken('I11', `${this.id} starts more runs than it has slots`)
    const lo = plan.shards[0]?.index ?? 0
    const hi = (plan.shards.at(-1)?.index ?? lo) + 1
    this.note('start', { job: plan.job, family: plan.family, lo, hi, epoch: plan.epoch })
    this.#slots.start(plan)
  }

  /** I8: nothing starts for a job that this hub knows to have ended. */
  #mustRun(id: string): void {
    const job = this.hub.state.jobs.get(id)
    if (job === undefined || isEnded(job)) this.#world.broken('I8', `${this.id} starts work of ended job ${id}`)
  }

  #failShard(run: number, shard: number): void {
    const own = this.hub.state.runs.get(run)
    this.note('condemn', { job: own?.job ?? '', family: own?.family ?? '', lo: shard })
    const ref = this.#world.inline([POISONED])
    this.#world.events.after(0, () => {
      this.input({ type: 'results', run, lo: shard, hi: shard + 1, ref, busyMs: 0 })
      this.input({ type: 'ended', run, end: { kind: 'complete' } })
    })
  }
}
