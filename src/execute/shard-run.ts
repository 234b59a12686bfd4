/** A run of shards on one slot process: hands over a little work ahead, follows what comes back, enforces the limits. */
import { assert, assertNever } from '../errors.ts'
import { durations, slotLimits } from '../limits.ts'
import { invalidFrame } from './frame.ts'
import type { FromSlot } from './message.ts'
import { LineBudget } from './output-lines.ts'
import type { Pace } from './pace.ts'
import type { ProcessEnd, SlotProcess, Tenant } from './slot-process.ts'
import type { RunEnd, RunHandle, RunListener, RunRequest, ShardWork } from './slots.ts'
import { Deadline, type MemoryWatchdog } from './watchdog.ts'

/**
 * Positions in the run: [0, done) have results, [done, sent) are at the slot, [sent, limit) wait here, [limit, length)
 * are no longer wanted. What is at the slot will run; so `keepBefore` knows its answer at once.
 */
export class ShardRun implements RunHandle, Tenant {
  readonly id: number
  readonly #process: SlotProcess
  readonly #request: RunRequest
  readonly #listener: RunListener
  readonly #released: () => void
  readonly #deadline: Deadline
  readonly #unwatch: () => void
  readonly #budget = new LineBudget(slotLimits.logBytesPerRunMax)
  readonly #first: number
  readonly #pace: Pace
  #done = 0
  #sent = 0
  #limit: number
  #cancelTimer: NodeJS.Timeout | null = null
  #ended = false

  /** `released` is called when the process is free or dead, just before the listener hears `ended`. */
  constructor(
    process: SlotProcess,
    request: RunRequest,
    listener: RunListener,
    shell: { readonly memory: MemoryWatchdog; readonly pace: Pace; readonly released: () => void },
  ) {
    this.#process = process
    this.#request = request
    this.#listener = listener
    this.#released = shell.released
    this.#pace = shell.pace
    this.#first = request.shards[0]?.index ?? 0
    this.#limit = request.shards.length
    assert(
      request.shards.every((work, position) => work.index === this.#first + position),
      'the shards of a run are consecutive',
    )
    this.id = process.nextId()
    process.occupy(this, request.setting.job)
    const { limits } = request
    this.#deadline = new Deadline(limits.shardDeadlineMs, () => this.#late())
    this.#unwatch = shell.memory.watch(process, limits.memoryBytesMax, (bytes) => this.#tooLarge(bytes))
    this.#open()
  }

  get pid(): number {
    return this.#process.pid
  }

  cancel(graceMs: number = durations.cancelGraceMs): void {
    if (this.#ended || this.#cancelTimer !== null) return
    this.#process.send({ type: 'cancel', id: this.id })
    this.#cancelTimer = setTimeout(() => this.#process.kill({ kind: 'cancelled' }), graceMs)
  }

  checkpoint(): void {
    if (!this.#ended) this.#process.send({ type: 'save', id: this.id })
  }

  divide(afterMs: number): void {
    if (!this.#ended) this.#process.send({ type: 'divide', id: this.id, afterMs })
  }

  keepBefore(index: number): number {
    this.#limit = Math.min(this.#limit, Math.max(index - this.#first, this.#sent))
    if (this.#done === this.#limit) queueMicrotask(() => this.#completeIfDone())
    return this.#first + this.#limit
  }

  message(message: FromSlot): void {
    switch (message.type) {
      case 'results':
        this.#results(message)
        break
      case 'returned':
        this.#takeBack(message.first - this.#first)
        break
      case 'checkpoint':
        this.#expectAtSlot(message.shard)
        this.#listener.checkpoint(message.shard, message.progress, message.state)
        break
      case 'progress':
        this.#expectAtSlot(message.shard)
        this.#listener.progress(message.shard, message.fraction)
        break
      case 'log':
        this.#expectAtSlot(message.shard)
        this.#log(message.shard, message.line)
        break
      case 'end':
        if (this.#cancelTimer === null) throw invalidFrame('a run stopped that was not cancelled')
        this.#finish({ kind: 'cancelled' })
        break
      case 'fault':
        this.#process.kill({ kind: message.isMemory ? 'memory' : 'crashed', detail: message.detail })
        break
      case 'ready':
      case 'spawn':
      case 'visited':
      case 'busy':
      case 'outcome':
        throw invalidFrame(`a shard run said ${message.type}`)
      default:
        assertNever(message)
    }
  }

  printed(line: string): void {
    if (!this.#ended) this.#log(this.#first + Math.min(this.#done, this.#request.shards.length - 1), line)
  }

  gone(end: ProcessEnd): void {
    // A slot killed for its cancellation, or dying in it, is a cancelled run either way.
    this.#finish(this.#cancelTimer === null ? end : { kind: 'cancelled' })
  }

  #open(): void {
    const { setting, spot, items, shared } = this.#request
    const { job, program, seed, clockMs, audit, mtbfMs = slotLimits.mtbfMs } = setting
    this.#process.provide(shared === null ? [program] : [program, shared])
    this.#process.send({
      type: 'open',
      id: this.id,
      setting: { job, program: program.key, seed, clockMs, audit, mtbfMs },
      spot,
      items,
      shared: shared?.key ?? null,
    })
    this.#pump()
    if (this.#limit === 0) queueMicrotask(() => this.#completeIfDone())
  }

  /** Refills the slot once half of the window is free. */
  #pump(): void {
    while (this.#sent < this.#limit && (this.#sent - this.#done) * 2 <= this.#pace.window) {
      const room = Math.min(this.#pace.window - (this.#sent - this.#done), slotLimits.shardsPerFrameMax)
      const shards = this.#batch(Math.min(room, this.#limit - this.#sent))
      if (shards.length === 0) return
      this.#sent += shards.length
      this.#process.send({ type: 'shards', id: this.id, shards })
    }
  }

  #batch(most: number): readonly ShardWork[] {
    let bytes = 0
    let count = 0
    while (count < most && (count === 0 || bytes < slotLimits.frameInputBytesTarget)) {
      const work = this.#request.shards[this.#sent + count]
      if (work === undefined) break
      bytes += workBytes(work)
      count++
    }
    return this.#request.shards.slice(this.#sent, this.#sent + count)
  }

  #results(message: Extract<FromSlot, { type: 'results' }>): void {
    const count = message.outcomes.length
    const expected = this.#first + this.#done
    if (message.first !== expected || count === 0 || count > this.#sent - this.#done) {
      throw invalidFrame(`results from ${message.first} on, where ${expected} is next`)
    }
    this.#done += count
    this.#deadline.restart()
    this.#pace.learn(message.wallMs, count)
    this.#pump()
    this.#listener.results(message.first, message.outcomes, message.busyMs)
    this.#completeIfDone()
  }

  #takeBack(position: number): void {
    if (!(position >= this.#done && position < this.#sent)) throw invalidFrame(`shard ${position} came back`)
    this.#sent = position
    this.#pace.slowDown()
    this.#pump()
  }

  #expectAtSlot(shard: number): void {
    const position = shard - this.#first
    if (!(position >= this.#done && position < this.#sent))
      throw invalidFrame(`news of shard ${shard}, not at the slot`)
  }

  #log(shard: number, line: string): void {
    const shown = this.#budget.admit(line)
    if (shown !== null) this.#listener.log(shard, shown)
  }

  #late(): void {
    const detail = `shard ${this.#first + this.#done} ran longer than ${this.#request.limits.shardDeadlineMs} ms`
    this.#process.kill({ kind: 'deadline', detail })
  }

  #tooLarge(bytes: number): void {
    const detail = `shard ${this.#first + this.#done} used ${bytes} of ${this.#request.limits.memoryBytesMax} bytes`
    this.#process.kill({ kind: 'memory', detail })
  }

  #completeIfDone(): void {
    if (this.#ended || this.#done !== this.#limit) return
    this.#process.send({ type: 'close', id: this.id })
    this.#finish({ kind: 'complete' })
  }

  #finish(end: RunEnd): void {
    if (this.#ended) return
    this.#ended = true
    this.#deadline.stop()
    this.#unwatch()
    if (this.#cancelTimer !== null) clearTimeout(this.#cancelTimer)
    this.#process.vacate()
    this.#released()
    this.#listener.ended(end)
  }
}

function workBytes(work: ShardWork): number {
  const own = (work.input?.byteLength ?? 0) + (work.restored?.byteLength ?? 0)
  return work.parents.reduce((sum, parent) => sum + parent.byteLength, own)
}
