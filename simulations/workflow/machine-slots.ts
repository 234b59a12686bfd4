/** The slots of a simulated machine: executions that take the world's time, tell how far they are, and save their state. */
import type { RunPlan, RunShard } from '../../src/hub/effect.ts'
import type { RunId } from '../../src/hub/input.ts'
import { slotLimits } from '../../src/limits.ts'
import type { Ref } from '../../src/program/ref.ts'
import { packList } from '../../src/wire/pack.ts'
import { workBetween } from './curve.ts'
import type { HubMachine } from './hub-machine.ts'
import type { HubRun } from './hub-run.ts'
import type { Piece } from './pieces.ts'
import { executionEnd, machineOf, trueWork } from './world.ts'

interface Running {
  readonly plan: RunPlan
  position: number
  startedMs: number
  piece: Piece | null
}

/** A real slot tells its progress more often; this is enough for plans and spares events. */
const PROGRESS_MS = 250
/** Until a slot that was asked for a checkpoint looks up from its work. */
const TURN_MS = slotLimits.turnMs

export class MachineSlots {
  readonly #of: HubRun
  readonly #machine: HubMachine
  readonly #running = new Map<RunId, Running>()

  constructor(of: HubRun, machine: HubMachine) {
    this.#of = of
    this.#machine = machine
  }

  start(plan: RunPlan): void {
    const run: Running = { plan, position: 0, startedMs: this.#of.events.nowMs, piece: null }
    this.#running.set(plan.run, run)
    this.#next(run)
  }

  stop(id: RunId): void {
    const run = this.#running.get(id)
    if (run === undefined) return
    this.#running.delete(id)
    this.#cutShort(run)
    this.#of.events.after(0, () => this.#machine.input({ type: 'ended', run: id, end: { kind: 'cancelled' } }))
  }

  /** Saves the state of what runs, after a moment. */
  checkpoint(id: RunId): void {
    const piece = this.#running.get(id)?.piece
    if (piece == null) return
    this.#of.events.after(TURN_MS, () => {
      const run = this.#running.get(id)
      if (run?.piece === piece) this.#save(run, piece)
    })
  }

  die(): void {
    for (const run of this.#running.values()) this.#cutShort(run)
    this.#running.clear()
  }

  #next(run: Running): void {
    const { events, world, dag, pieces } = this.#of
    const shard = run.plan.shards[run.position]
    if (shard === undefined) {
      this.#running.delete(run.plan.run)
      this.#machine.input({ type: 'ended', run: run.plan.run, end: { kind: 'complete' } })
      return
    }
    const { index } = this.#machine
    const start = this.#of.worldSeconds
    const piece = pieces.begin(shard.index, index, start, this.#saved(shard))
    run.piece = piece
    run.startedMs = events.nowMs
    const work = trueWork(world, dag, shard.index, index) * (1 - piece.from)
    const forMs = (executionEnd(world, index, start, work) - start) * 1000
    this.#tellAlong(run, piece, PROGRESS_MS, forMs, () => this.#progress(run, piece))
    this.#tellAlong(run, piece, slotLimits.checkpointIntervalMs, forMs, () => this.#save(run, piece))
    events.after(forMs, () => this.#isAt(run, piece) && this.#finished(run, piece))
  }

  /** Again and again until the execution ends. */
  #tellAlong(run: Running, piece: Piece, everyMs: number, forMs: number, tell: () => void): void {
    if (forMs <= everyMs) return
    this.#of.events.after(everyMs, () => {
      if (!this.#isAt(run, piece)) return
      tell()
      this.#tellAlong(run, piece, everyMs, forMs - everyMs, tell)
    })
  }

  #isAt(run: Running, piece: Piece): boolean {
    return this.#machine.isAlive && this.#running.get(run.plan.run) === run && run.piece === piece
  }

  #progress(run: Running, piece: Piece): void {
    const fraction = this.#shareOf(piece)
    this.#machine.input({ type: 'progress', run: run.plan.run, shard: piece.node, fraction })
  }

  #save(run: Running, piece: Piece): void {
    const share = this.#shareOf(piece)
    const ref = this.#of.save({ share, piece })
    const progress = Math.round(share * 1e6)
    this.#machine.input({ type: 'checkpoint', run: run.plan.run, shard: piece.node, progress, ref })
  }

  #saved(shard: RunShard) {
    return shard.restored === null ? null : this.#of.saved(shard.restored)
  }

  #shareOf({ node, machine, start, from }: Piece): number {
    const { world, dag, worldSeconds } = this.#of
    const { load, speed } = machineOf(world, machine)
    return Math.min(1, from + workBetween(load, speed, start, worldSeconds) / trueWork(world, dag, node, machine))
  }

  #finished(run: Running, piece: Piece): void {
    const { node } = piece
    this.#of.executed(piece, true)
    run.position++
    const ref: Ref = { kind: 'inline', bytes: packList([Uint8Array.of(node & 255)]) }
    const busyMs = this.#of.events.nowMs - run.startedMs
    this.#machine.input({ type: 'results', run: run.plan.run, lo: node, hi: node + 1, ref, busyMs })
    this.#next(run)
  }

  #cutShort({ piece }: Running): void {
    if (piece !== null) this.#of.executed(piece, false)
  }
}
