/** A simulated machine around the very hub class that real machines run: it carries out effects in virtual time. */
import { assertNever } from '../../src/errors.ts'
import type { HistoryKind, Told } from '../../src/history/event.ts'
import { Recorder } from '../../src/history/recorder.ts'
import type { Effect, Prefetch, RunPlan } from '../../src/hub/effect.ts'
import { Hub } from '../../src/hub/hub.ts'
import type { Input, RecordSender, RunId } from '../../src/hub/input.ts'
import type { TimerName } from '../../src/hub/timer.ts'
import type { LedgerRecord } from '../../src/ledger/record.ts'
import { durations } from '../../src/limits.ts'
import { manifestBlobs } from '../../src/program/program.ts'
import type { Ref } from '../../src/program/ref.ts'
import { type Curve, finishAt, levelAt, meanLevel, noLoad } from '../workflow/curve.ts'
import type { SimDisk } from './disk.ts'
import { Inbox, type Letter } from './inbox.ts'
import { type KillStep, stepBefore, type Trap } from './kill-steps.ts'
import { KnownCheckpoints } from './known-checkpoints.ts'
import type { Parcel } from './ledger.ts'
import { SimLedgers } from './ledgers.ts'
import { SimRoots } from './roots.ts'
import { SimSlots } from './slots.ts'
import { inputBlobs, watchInputs, watchPrepare, watchRecords, watchRoot, watchStart } from './watch.ts'
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
  /** What its beacons say of its speed, when that is not true. */
  readonly claimedSpeed: number | null
  /** The share of the machine that others take, over virtual seconds. */
  readonly load: Curve
  /** Whether some of its results are wrong. */
  readonly isLiar: boolean
}

/** Keeps a clock's rounding from waking a hub a hair before its own deadline, again and again. */
const CLOCK_GRAIN_MS = 1e-6
const HOLD_RETRY_MS = 500
/** How far ahead the simulated load monitor looks. */
const HORIZONS_MS = [1_000, 4_000, 16_000]

export interface Life {
  /** Counts the lives of one machine: no two write under one boot. */
  readonly boot: number
  /** As its home counts them. */
  readonly incarnation: number
  readonly disk: SimDisk
  readonly model: MachineModel
}

/** One life of a machine. A crash ends it; what its disk holds starts the next one. */
export class SimHub {
  readonly id: string
  readonly boot: string
  readonly incarnation: number
  readonly hub: Hub
  readonly model: MachineModel
  /** Outlives the life. */
  readonly disk: SimDisk
  isAlive = true
  /** Alive and listening. */
  isUp = false
  isFrozen = false
  /** Whether its slots stand still as well. */
  #areSlotsFrozen = false
  /** How far its monotonic clock has jumped. */
  jumpedMs = 0
  /** Shards that begin now take this many times longer. */
  slowdown = 1
  trap: Trap | null = null
  inputs = 0
  readonly ledgers: SimLedgers
  readonly checkpoints = new KnownCheckpoints()
  readonly inbox: Inbox
  readonly #world: SimWorld
  /** Null where nobody reads the history. */
  readonly #recorder: Recorder | null
  readonly #slots: SimSlots
  readonly #roots: SimRoots
  /** Per timer: when it is due, and the time of the earliest event that will look at it. */
  readonly #timers = new Map<TimerName, { atMs: number; eventMs: number }>()
  readonly #frozenWork: (() => void)[] = []
  /** By run: the blobs that were fetched for it. */
  readonly #prepared = new Map<RunId, ReadonlySet<string>>()

  constructor(world: SimWorld, id: string, life: Life) {
    this.#world = world
    this.id = id
    this.boot = `${id}.${life.boot}`
    this.incarnation = life.incarnation
    this.disk = life.disk
    this.model = life.model
    this.inbox = new Inbox(world.events, (job, letters) => this.receiveAll(job, letters))
    this.ledgers = new SimLedgers(world, this, { hub: id, boot: this.boot })
    this.#slots = new SimSlots(world, this)
    this.#roots = new SimRoots(world, this)
    const { slots, labels, wallOffsetMs } = life.model
    const speed = life.model.claimedSpeed ?? life.model.speed
    const init = { hub: id, boot: this.boot, incarnation: life.incarnation, slots, cores: slots, speed }
    this.hub = new Hub({ ...init, compute: true, labels, wallOffsetMs })
    const values = (ref: Ref, _family: string, shards: number) => world.valuePrints(ref, shards)
    const note = (kind: HistoryKind, told: Told) => this.note(kind, told)
    this.#recorder = world.keepsHistory ? new Recorder(this.hub.state, note, { values, notesExecutions: false }) : null
  }

  /** Brings the hub up: its own old records first, as a real one reads its disk before it listens. */
  boots(): void {
    if (!this.isAlive) return
    this.note('boot', { more: { boot: this.boot } })
    this.ledgers.openStored()
    this.isUp = true
    this.input({ type: 'started' })
    if (this.model.load !== noLoad) this.#report()
  }

  submit(job: SimJob): void {
    // Without room for program and input a submission is refused.
    if (!manifestBlobs(job.manifest).every((cid) => this.disk.keep(cid))) return
    this.knowJob(job.id, true)
  }

  /** Feeds one input; a frozen machine gets it when it thaws. */
  input(input: Input): void {
    if (this.isFrozen || !this.isAlive) return this.whenAwake(() => this.input(input))
    this.inputs++
    const effects = this.hub.handle(input, this.#clockMs())
    this.#recorder?.input(input)
    for (const effect of effects) this.#carryOut(effect)
  }

  /** Runs now, or when a frozen machine thaws; never on a dead one. */
  whenAwake(run: () => void): void {
    if (!this.isAlive) return
    if (this.isFrozen) this.#frozenWork.push(() => this.whenAwake(run))
    else run()
  }

  /** The same for slots, which go on while only the hub's own loop is blocked. */
  whenPowered(run: () => void): void {
    if (this.#areSlotsFrozen) this.whenAwake(run)
    else if (this.isAlive) run()
  }

  freeze(withSlots = true): void {
    this.isFrozen = true
    this.#areSlotsFrozen = withSlots
  }

  thaw(): void {
    this.isFrozen = false
    this.#areSlotsFrozen = false
    for (const work of this.#frozenWork.splice(0)) work()
  }

  /** The monotonic clock goes forward at once, as after the suspension of a virtual machine. */
  jumpClock(byMs: number): void {
    this.jumpedMs += byMs
    for (const [name, { atMs }] of [...this.#timers]) this.#setTimer(name, atMs)
  }

  /** Milliseconds that speed-1 work takes here from now on. */
  takesMs(workMs: number): number {
    const { load, speed } = this.model
    if (load === noLoad) return (workMs / speed) * this.slowdown
    const nowSeconds = this.#world.events.nowMs / 1000
    return 1000 * (finishAt(load, speed / this.slowdown, nowSeconds, workMs / 1000) - nowSeconds)
  }

  /** Records of some job from a peer. */
  receive(job: string, parcel: Parcel, sender: RecordSender): void {
    this.receiveAll(job, [{ job, parcel, sender }])
  }

  receiveAll(job: string, letters: readonly Letter[]): void {
    if (this.isFrozen || !this.isAlive) return this.whenAwake(() => this.receiveAll(job, letters))
    if (this.isUp && !this.#world.lives.isDropped(this.id, job)) this.ledgers.receive(job, letters)
  }

  /** Whether the machine is killed here and now. */
  diesAt(step: KillStep): boolean {
    if (this.trap?.step !== step || --this.trap.countdown > 0) return false
    this.trap = null
    this.#world.trapped(this, step)
    return true
  }

  note(kind: HistoryKind, told?: Told): void {
    if (!this.#world.keepsHistory) return
    this.#world.history.note(this.#world.events.nowMs, this.id, kind, told, this.boot)
  }

  /** The load monitor: what others use, and a forecast of it. */
  #report(): void {
    if (!this.isAlive) return
    const nowSeconds = this.#world.events.nowMs / 1000
    const point = (horizonMs: number, cpu: number) => {
      const still = { mean: 0, p90: 0 }
      return { horizonMs, cpu: { mean: cpu, p90: Math.min(1, cpu + 0.1) }, memory: still, network: still }
    }
    const forecast = HORIZONS_MS.map((ms) => point(ms, meanLevel(this.model.load, nowSeconds, nowSeconds + ms / 1000)))
    const load = { cpu: levelAt(this.model.load, nowSeconds), memory: 0, network: 0 }
    this.input({ type: 'load', report: { load, forecast, forecastError: {} } })
    this.#world.events.after(durations.loadSampleMs, () => this.#report())
  }

  #clockMs(): number {
    return this.#world.events.nowMs * this.model.clockRate + this.model.clockOffsetMs + this.jumpedMs
  }

  /** Takes in the manifest of a job. */
  knowJob(id: string, mine: boolean): void {
    const job = this.#world.jobs.get(id)
    if (job === undefined || this.hub.state.jobs.has(id) || this.#world.lives.isDropped(this.id, id)) return
    this.ledgers.of(id)
    this.input({ type: 'job', job: id, manifest: job.manifest, bytes: new Uint8Array(), mine })
  }

  #carryOut(effect: Effect): void {
    if (!this.isAlive || this.#diesBefore(effect)) return
    this.#recorder?.effect(effect)
    const world = this.#world
    world.rules.effect(this.hub.state, effect)
    switch (effect.type) {
      case 'append':
        return this.#append(effect.job, effect.records)
      case 'gossip':
        return world.traffic.beacon(this.id, effect.beacon)
      case 'greet':
        return world.traffic.greet(this.id, effect.peer, effect.beacon)
      case 'send':
        return world.traffic.send(this.id, effect.to, effect.message)
      case 'set-timer':
        return this.#setTimer(effect.timer, effect.atMs)
      case 'sync':
        return world.traffic.sync(this, effect.peer)
      case 'hold-job':
        return this.#holdJob(effect.job, effect.cids)
      case 'prefetch':
        return this.#prefetch(effect.wanted)
      case 'prepare':
        return this.#prepare(effect.plan)
      case 'start':
        return this.#start(effect.plan)
      case 'start-root':
        watchRoot(world, this, effect)
        return this.#roots.start(effect)
      case 'trim':
        return this.#slots.trim(effect.run, effect.before)
      case 'stop-run':
        if (!this.#roots.stop(effect.run)) this.#slots.stop(effect.run)
        return
      case 'checkpoint-run':
        return this.#slots.checkpoint(effect.run)
      case 'replicate':
        return world.blobs.replicate(this, effect.cid, effect.to)
      case 'deliver':
        return this.#roots.deliver(effect)
      case 'fail-shard':
        return this.#failShard(effect.run, effect.shard)
      case 'story':
      case 'slots-changed':
        return
      case 'sweep-blobs':
        for (const cid of this.disk.blobs.keys()) if (!effect.needed.has(cid)) this.disk.blobs.delete(cid)
        return
      case 'drop-job':
        for (const cid of effect.cids) this.disk.blobs.delete(cid)
        return world.lives.dropped(this, effect.job)
      case 'accepted':
      case 'job-ended':
      case 'drained':
        return world.noted(this, effect)
      default:
        return assertNever(effect)
    }
  }

  #diesBefore(effect: Effect): boolean {
    const step = stepBefore(effect)
    return step !== undefined && this.diesAt(step)
  }

  #append(job: string, records: readonly LedgerRecord[]): void {
    watchRecords(this.#world, this, job, records)
    this.ledgers.append(job, records)
  }

  /** Timers are moved far more often than they fire: a moved one goes with the event that is there already. */
  #setTimer(name: TimerName, atMs: number): void {
    const timer = this.#timers.get(name) ?? { atMs, eventMs: Number.POSITIVE_INFINITY }
    timer.atMs = atMs
    this.#timers.set(name, timer)
    const virtualMs = (atMs - this.jumpedMs - this.model.clockOffsetMs) / this.model.clockRate + CLOCK_GRAIN_MS
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
    this.#world.blobs.fetch(this, cid, (isHere) => {
      if (!this.hub.state.jobs.has(job)) return
      if (isHere) this.#holdJob(job, cids)
      else this.#world.events.after(HOLD_RETRY_MS, () => this.whenAwake(() => this.#holdJob(job, cids)))
    })
  }

  /** Fetches slices, results of parents and checkpoints, one after the other. */
  #prepare(plan: RunPlan): void {
    watchPrepare(this.#world, this, plan)
    const wanted = inputBlobs(plan)
    const cids = [...wanted]
    const next = (): void => {
      const cid = cids.pop()
      if (cid === undefined) {
        this.#prepared.set(plan.run, wanted)
        return this.input({ type: 'prepared', run: plan.run, missing: null })
      }
      this.#world.blobs.fetch(this, cid, (isHere) => {
        if (isHere) next()
        else this.input({ type: 'prepared', run: plan.run, missing: cid })
      })
    }
    this.#world.events.after(0, () => this.whenAwake(next))
  }

  #prefetch(wanted: readonly Prefetch[]): void {
    for (const { ref } of wanted) if (ref.kind === 'blob') this.#world.blobs.fetch(this, ref.cid, () => undefined)
  }

  #start(plan: RunPlan): void {
    watchStart(this.#world, this, plan)
    watchInputs(this.#world, plan, this.#prepared.get(plan.run))
    this.#prepared.delete(plan.run)
    if (this.#slots.busy >= this.model.slots) this.#world.broken('I11', `${this.id} starts more runs than it has slots`)
    this.#slots.start(plan)
  }

  /** Whether the results of a job are compared. */
  compares(job: string): boolean {
    return this.hub.state.jobs.get(job)?.manifest.options.verify !== undefined
  }

  #failShard(run: number, shard: number): void {
    const ref = this.#world.blobs.inline([POISONED])
    this.#world.events.after(0, () => {
      this.input({ type: 'results', run, lo: shard, hi: shard + 1, ref, busyMs: 0, digests: [POISONED] })
      this.input({ type: 'ended', run, end: { kind: 'complete' } })
    })
  }
}
