/** Runs the shards of one run in order inside the slot and sends their outcomes, many in one frame. */
import type { LoadedProgram, ShardCall } from '../../decompose/runtime/contract.ts'
import { slotLimits } from '../../limits.ts'
import type { FromSlot, OpenMessage } from '../message.ts'
import type { ShardWork } from '../slots.ts'
import type { HubChannel } from './channel.ts'
import { CoreWait } from './core-wait.ts'
import { nowMs, SlotHost } from './host.ts'
import type { SeededRandom } from './random.ts'

// Captured before user code can replace them.
const later = setImmediate
const coreWait = new CoreWait()

export class ShardLoop {
  readonly host: SlotHost
  readonly #channel: HubChannel
  readonly #open: OpenMessage
  readonly #call: Omit<ShardCall, 'work'>
  readonly #program: Promise<LoadedProgram>
  #queue: ShardWork[] = []
  #cursor = 0
  #next = -1
  #looping = false
  #cancelled = false
  #outcomes: Uint8Array[] = []
  #outcomesFirst = 0
  #outcomeBytes = 0
  #sinceMs = 0

  constructor(
    channel: HubChannel,
    random: SeededRandom,
    open: OpenMessage,
    inputs: { readonly program: Promise<LoadedProgram>; readonly shared: Uint8Array | null },
  ) {
    this.#channel = channel
    this.#open = open
    this.#program = inputs.program
    const { spot, items, setting } = open
    this.#call = { spot, items, seed: setting.seed, shared: inputs.shared, audit: setting.audit }
    this.host = new SlotHost(channel, random, open, () => this.#flush())
  }

  /** Adds shards that follow the last one known; others were given back meanwhile and will come again. */
  add(shards: readonly ShardWork[]): void {
    const first = shards[0]?.index
    if (first === undefined || this.#cancelled || (this.#next >= 0 && first !== this.#next)) return
    this.#next = first + shards.length
    this.#queue.push(...shards)
    if (!this.#looping) this.#start()
  }

  /** Stops before the next shard; the running one is asked to stop by its signal. */
  cancel(): void {
    if (this.#cancelled) return
    this.#cancelled = true
    this.#queue = []
    this.host.abort()
    if (!this.#looping) this.#end()
  }

  #start(): void {
    this.#looping = true
    this.#loop().then(
      () => {
        this.#looping = false
        if (this.#cancelled) this.#end()
      },
      (error: unknown) => this.#channel.send(faultOf(this.#open.id, error)),
    )
  }

  async #loop(): Promise<void> {
    const program = await this.#program
    coreWait.lapMs()
    let yieldedMs = nowMs()
    for (let works = this.#take(program); works.length > 0; works = this.#take(program)) {
      const startMs = nowMs()
      const outcomes = await this.#run(program, works, startMs)
      const endMs = nowMs()
      if (this.#cancelled) return
      this.#cursor += outcomes.length
      outcomes.forEach((outcome, offset) => {
        this.#keep((works[0]?.index ?? 0) + offset, outcome, startMs)
      })
      if (endMs - startMs > slotLimits.aheadMs * outcomes.length) this.#giveBack()
      if (endMs - yieldedMs < slotLimits.yieldMs) continue
      if (endMs - this.#sinceMs >= slotLimits.flushMs) this.#flush()
      await new Promise((resolve) => later(resolve))
      yieldedMs = nowMs()
    }
    this.#flush()
  }

  /** The next shards: as many at once as the program can run in one go. */
  #take(program: LoadedProgram): readonly ShardWork[] {
    const most = program.runShards === undefined ? 1 : slotLimits.shardsPerCallMax
    const works = this.#queue.slice(this.#cursor, this.#cursor + most)
    if (works.length > 0) return works
    this.#queue = []
    this.#cursor = 0
    return works
  }

  /** Outcomes of the first of these shards, one at least. */
  async #run(program: LoadedProgram, works: readonly ShardWork[], startMs: number): Promise<readonly Uint8Array[]> {
    const [first] = works
    if (first === undefined) return []
    this.host.beginShard(first.index, startMs)
    if (program.runShards === undefined) {
      return [await program.runShard({ ...this.#call, work: this.#resumable(first) }, this.host)]
    }
    const opened = works.map((work) => this.#resumable(work))
    return program.runShards({ open: this.#call, works: opened, budgetMs: slotLimits.yieldMs }, this.host)
  }

  #resumable(work: ShardWork): ShardWork {
    return work.restored === null ? work : { ...work, restored: this.host.opened(work.restored) }
  }

  #keep(index: number, outcome: Uint8Array, startMs: number): void {
    if (this.#outcomes.length === 0) {
      this.#outcomesFirst = index
      this.#sinceMs = startMs
    }
    this.#outcomes.push(outcome)
    this.#outcomeBytes += outcome.byteLength
    if (this.#outcomeBytes >= slotLimits.flushBytes) this.#flush()
  }

  /** Shards turned out long: all but the next go back to the hub, which may want them elsewhere. */
  #giveBack(): void {
    const first = this.#queue[this.#cursor + 1]
    if (first === undefined) return
    this.#flush()
    this.#queue.length = this.#cursor + 1
    this.#next = first.index
    this.#channel.send({ type: 'returned', id: this.#open.id, first: first.index })
  }

  #flush(): void {
    if (this.#outcomes.length === 0) return
    const wallMs = nowMs() - this.#sinceMs
    this.#channel.send({
      type: 'results',
      id: this.#open.id,
      first: this.#outcomesFirst,
      wallMs,
      busyMs: Math.max(0, wallMs - coreWait.lapMs()),
      outcomes: this.#outcomes,
    })
    this.#outcomes = []
    this.#outcomeBytes = 0
  }

  #end(): void {
    this.#flush()
    this.#channel.send({ type: 'end', id: this.#open.id })
  }
}

/** What the hub is told of something that should not have been thrown. */
export function faultOf(id: number, error: unknown): Extract<FromSlot, { type: 'fault' }> {
  const isMemory = error instanceof Error && 'isMemory' in error && error.isMemory === true
  return { type: 'fault', id, isMemory, detail: describe(error) }
}

/** Anything thrown, as text with its stack; frames of shoal and of Node only where there are no others. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const lines = (error.stack ?? error.message).split('\n')
  const isFrame = (line: string): boolean => /^\s+at /.test(line)
  const isOwn = (line: string): boolean => !/\bfile:|\bnode:|^\s+at (async )?\/|<isolated-vm boundary>/.test(line)
  if (!lines.some((line) => isFrame(line) && isOwn(line))) return lines.join('\n')
  return lines.filter((line) => !isFrame(line) || isOwn(line)).join('\n')
}
