/** A job's root on one slot process of its own; it may have to wait for that process. */
import { assertNever } from '../errors.ts'
import { counts, durations, slotLimits } from '../limits.ts'
import { isAcyclic } from '../program/dependencies.ts'
import { invalidFrame } from './frame.ts'
import type { FromSlot } from './message.ts'
import { LineBudget } from './output-lines.ts'
import type { ProcessEnd, SlotProcess, Tenant } from './slot-process.ts'
import type { JobSetting, RootHandle, RootListener, RootRequest, RunEnd, Spawn } from './slots.ts'
import { Deadline, type MemoryWatchdog } from './watchdog.ts'

/** What only a root that has its process needs. */
interface Stage {
  readonly process: SlotProcess
  readonly id: number
  deadline: Deadline | null
  readonly unwatch: () => void
}

export class RootRun implements RootHandle, Tenant {
  readonly #request: RootRequest
  readonly #listener: RootListener
  readonly #released: (root: RootRun, process: SlotProcess | null) => void
  readonly #budget = new LineBudget(slotLimits.logBytesPerRunMax)
  /** Shards of each family spawned so far, by sequence. */
  readonly #families = new Map<number, number>()
  #stage: Stage | null = null
  #slots: number
  #outcome = false
  #visited = false
  #cancelTimer: NodeJS.Timeout | null = null
  #ended = false

  /** `released` is called when the process, if there was one, is free or dead, just before the listener hears `ended`. */
  constructor(
    request: RootRequest,
    listener: RootListener,
    released: (root: RootRun, process: SlotProcess | null) => void,
  ) {
    this.#request = request
    this.#listener = listener
    this.#released = released
    this.#slots = request.slots
  }

  get id(): number {
    return this.#stage?.id ?? 0
  }

  get setting(): JobSetting {
    return this.#request.setting
  }

  get memoryBytesMax(): number {
    return this.#request.limits.memoryBytesMax
  }

  get cancelled(): boolean {
    return this.#cancelTimer !== null
  }

  /** 0 while the root waits for a process. */
  get pid(): number {
    return this.#stage?.process.pid ?? 0
  }

  start(process: SlotProcess, memory: MemoryWatchdog): void {
    const { setting, input, chunks, recordedCuts, profile = new Map(), restored, limits } = this.#request
    const { job, program, seed, clockMs, audit, mtbfMs = slotLimits.mtbfMs } = setting
    const id = process.nextId()
    const unwatch = memory.watch(process, limits.memoryBytesMax, (bytes) => this.#tooLarge(bytes))
    this.#stage = { process, id, deadline: this.#newDeadline(), unwatch }
    process.occupy(this, job)
    process.provide([program])
    process.send({
      type: 'root',
      id,
      setting: { job, program: program.key, seed, clockMs, audit, mtbfMs },
      input,
      chunks,
      recordedCuts,
      profile,
      slots: this.#slots,
      restored,
    })
  }

  deliver(sequence: number, lo: number, outcomes: readonly Uint8Array[]): void {
    if (this.#ended) return
    this.#stage?.process.send({ type: 'results', id: this.id, sequence, lo, outcomes })
  }

  slotsChanged(slots: number): void {
    this.#slots = slots
    if (!this.#ended) this.#stage?.process.send({ type: 'slots', id: this.id, slots })
  }

  checkpoint(): void {
    if (!this.#ended) this.#stage?.process.send({ type: 'save', id: this.id })
  }

  cancel(): void {
    if (this.#ended || this.#cancelTimer !== null) return
    const process = this.#stage?.process
    process?.send({ type: 'cancel', id: this.id })
    const stop = (): void =>
      process === undefined ? this.#finish({ kind: 'cancelled' }) : process.kill({ kind: 'cancelled' })
    this.#cancelTimer = setTimeout(stop, process === undefined ? 0 : durations.cancelGraceMs)
  }

  message(message: FromSlot): void {
    switch (message.type) {
      case 'spawn':
        this.#spawned(message.spawn)
        break
      case 'busy':
        this.#busy(message.computing)
        break
      case 'visited':
        if (this.#visited) throw invalidFrame('a second account of the spots')
        this.#visited = true
        this.#listener.visited(message.spots)
        break
      case 'log':
        this.printed(message.line)
        break
      case 'outcome':
        if (this.#outcome) throw invalidFrame('a second outcome')
        this.#outcome = true
        this.#listener.outcome(message.bytes)
        break
      case 'end':
        this.#stopped()
        break
      case 'fault':
        this.#stage?.process.kill({ kind: message.isMemory ? 'memory' : 'crashed', detail: message.detail })
        break
      case 'checkpoint':
        this.#listener.checkpoint(message.progress, message.state)
        break
      case 'progress':
        // How far a job is shows in its families.
        break
      case 'ready':
      case 'results':
      case 'returned':
        throw invalidFrame(`a root said ${message.type}`)
      default:
        assertNever(message)
    }
  }

  printed(line: string): void {
    const shown = this.#ended ? null : this.#budget.admit(line)
    if (shown !== null) this.#listener.log(shown)
  }

  gone(end: ProcessEnd): void {
    this.#finish(this.#cancelTimer === null ? end : { kind: 'cancelled' })
  }

  #spawned(spawn: Spawn): void {
    if (this.#families.has(spawn.sequence)) throw invalidFrame(`family ${spawn.sequence} was spawned twice`)
    if (this.#families.size >= counts.familiesPerJobMax) throw invalidFrame('too many families')
    this.#families.set(spawn.sequence, spawn.cut.starts.length)
    for (const edge of spawn.edges) {
      if (edge.from >= (this.#families.get(edge.sequence) ?? 0)) throw invalidFrame('an edge from an unknown shard')
    }
    const own = spawn.edges.filter((edge) => edge.sequence === spawn.sequence)
    if (!isAcyclic(spawn.cut.starts.length, own)) throw invalidFrame('dependencies that form a cycle')
    this.#listener.spawned(spawn)
  }

  /** The deadline is for computing; families may take as long as they need. */
  #busy(computing: boolean): void {
    const stage = this.#stage
    if (stage !== null) {
      stage.deadline?.stop()
      stage.deadline = computing ? this.#newDeadline() : null
    }
    this.#listener.busy(computing)
  }

  #stopped(): void {
    if (this.#outcome) this.#finish({ kind: 'complete' })
    else if (this.#cancelTimer !== null) this.#finish({ kind: 'cancelled' })
    else throw invalidFrame('a root ended without an outcome')
  }

  #newDeadline(): Deadline {
    const { shardDeadlineMs } = this.#request.limits
    const detail = `the root computed longer than ${shardDeadlineMs} ms`
    return new Deadline(shardDeadlineMs, () => this.#stage?.process.kill({ kind: 'deadline', detail }))
  }

  #tooLarge(bytes: number): void {
    const detail = `the root used ${bytes} of ${this.#request.limits.memoryBytesMax} bytes`
    this.#stage?.process.kill({ kind: 'memory', detail })
  }

  #finish(end: RunEnd): void {
    if (this.#ended) return
    this.#ended = true
    const stage = this.#stage
    stage?.deadline?.stop()
    stage?.unwatch()
    if (this.#cancelTimer !== null) clearTimeout(this.#cancelTimer)
    if (stage !== null && end.kind === 'complete') stage.process.send({ type: 'close', id: stage.id })
    stage?.process.vacate()
    this.#released(this, stage?.process ?? null)
    this.#listener.ended(end)
  }
}
