/** One machine of a simulated workflow: the hub that real machines run, and slots that take the world's time. */
import { assertNever } from '../../src/errors.ts'
import type { Effect, RunPlan } from '../../src/hub/effect.ts'
import { Hub } from '../../src/hub/hub.ts'
import type { Input, RunId } from '../../src/hub/input.ts'
import type { TimerName } from '../../src/hub/timer.ts'
import type { LedgerRecord } from '../../src/ledger/record.ts'
import { durations } from '../../src/limits.ts'
import type { Ref } from '../../src/program/ref.ts'
import { packList } from '../../src/wire/pack.ts'
import { loadReport } from './forecast-report.ts'
import type { HubRun } from './hub-run.ts'
import { MachineSlots } from './machine-slots.ts'
import { type Machine, transfer } from './world.ts'

const rootResult: Ref = { kind: 'inline', bytes: packList([new Uint8Array(1)]) }

export class HubMachine {
  readonly index: number
  readonly hub: Hub
  isAlive = true
  readonly #of: HubRun
  readonly #model: Machine
  readonly #timers = new Map<TimerName, number>()
  readonly #slots: MachineSlots
  /** Virtual milliseconds at which the output of one node for another is here. */
  readonly #arrivals = new Map<string, number>()
  #outbox: LedgerRecord[] | null = null
  #owed = -1
  #root: RunId | null = null

  constructor(of: HubRun, index: number, name: string, model: Machine) {
    this.#of = of
    this.index = index
    this.#model = model
    this.#slots = new MachineSlots(of, this)
    const { speed, slots } = model
    const init = { hub: name, boot: `${name}.1`, incarnation: 1, slots, cores: slots, speed }
    this.hub = new Hub({ ...init, compute: true, labels: {}, wallOffsetMs: 0 })
  }

  get name(): string {
    return this.hub.state.self
  }

  input(input: Input): void {
    if (!this.isAlive) return
    this.#of.beforeInput(this)
    for (const effect of this.hub.handle(input, this.#of.events.nowMs)) this.#carryOut(effect)
  }

  /** Tells the hub its load, now and every second. */
  monitor(): void {
    if (!this.isAlive) return
    const report = loadReport(this.#model, this.#of.worldSeconds, this.#of.wants.forecast)
    this.input({ type: 'load', report })
    this.#of.events.after(durations.loadSampleMs, () => this.monitor())
  }

  die(): void {
    this.isAlive = false
    this.#slots.die()
  }

  #carryOut(effect: Effect): void {
    const { events } = this.#of
    switch (effect.type) {
      case 'append':
        return this.#append(effect.records)
      case 'gossip':
        return this.#of.gossip(this, effect.beacon)
      case 'greet':
        return this.#of.to(effect.peer, { type: 'beacon', beacon: effect.beacon })
      case 'send':
        this.#of.messages++
        return this.#of.to(effect.to, { type: 'message', from: this.name, message: effect.message })
      case 'set-timer':
        return this.#setTimer(effect.timer, effect.atMs)
      case 'hold-job':
        return events.after(0, () => this.input({ type: 'job-blobs', job: effect.job }))
      case 'prepare':
        return this.#prepare(effect.plan)
      case 'prefetch':
        for (const { shard, of } of effect.wanted) this.#sendFor(shard, of)
        return
      case 'start':
        return this.#slots.start(effect.plan)
      case 'start-root':
        this.#root = effect.run
        this.#owed = this.#of.dag.work.length
        return events.after(0, () => this.input({ type: 'spawned', run: effect.run, spec: this.#of.spec }))
      case 'deliver':
        return this.#deliver(effect.run, effect.hi - effect.lo)
      case 'stop-run':
        if (effect.run !== this.#root) this.#slots.stop(effect.run)
        return
      case 'checkpoint-run':
        return this.#slots.checkpoint(effect.run)
      case 'replicate':
        return events.after(0, () =>
          this.input({ type: 'replicated', cid: effect.cid, holders: effect.to.slice(0, 1) }),
        )
      case 'trim':
      case 'sync':
      case 'fail-shard':
      case 'story':
      case 'slots-changed':
      case 'drop-job':
      case 'sweep-blobs':
      case 'accepted':
      case 'job-ended':
      case 'drained':
        return
      default:
        return assertNever(effect)
    }
  }

  #setTimer(timer: TimerName, atMs: number): void {
    this.#timers.set(timer, atMs)
    this.#of.events.at(atMs, () => {
      if (this.#timers.get(timer) !== atMs) return
      this.#timers.delete(timer)
      this.input({ type: 'timer', timer })
    })
  }

  /** One message carries all records of a flush window, as on real hubs. */
  #append(records: readonly LedgerRecord[]): void {
    this.#of.written(this, records)
    if (this.#outbox !== null) {
      this.#outbox.push(...records)
      return
    }
    const outbox = [...records]
    this.#outbox = outbox
    this.#of.events.after(durations.flushWindowMs, () => {
      this.#outbox = null
      if (this.isAlive) this.#of.broadcast(this, outbox)
    })
  }

  /** All transfers side by side, each at the speed of its link; those sent for ahead are on their way or here. */
  #prepare(plan: RunPlan): void {
    const { events, dag } = this.#of
    let readyMs = events.nowMs
    for (const { index } of plan.shards) {
      for (const { node } of dag.parents[index] ?? []) readyMs = Math.max(readyMs, this.#sendFor(node, index))
    }
    events.at(readyMs, () => this.input({ type: 'prepared', run: plan.run, missing: null }))
  }

  /** When what a node needs of another is here. It is sent for once. */
  #sendFor(from: number, to: number): number {
    const { world, dag, producers, events } = this.#of
    const key = `${from}>${to}`
    const known = this.#arrivals.get(key)
    if (known !== undefined) return known
    const bytes = dag.parents[to]?.find(({ node }) => node === from)?.bytes ?? 0
    const atMs = events.nowMs + 1000 * transfer(world, producers[from] ?? this.index, this.index, bytes)
    this.#arrivals.set(key, atMs)
    return atMs
  }

  #deliver(run: RunId, shards: number): void {
    if (run !== this.#root) return
    this.#owed -= shards
    if (this.#owed > 0) return
    this.#root = null
    this.#of.events.after(0, () => {
      this.input({ type: 'results', run, lo: 0, hi: 1, ref: rootResult, busyMs: 0 })
      this.input({ type: 'ended', run, end: { kind: 'complete' } })
    })
  }
}
