/** Runs the shards of one run in order inside the slot and sends their outcomes, many in one frame. */
import type { LoadedProgram, ShardCall } from '../../decompose/runtime/contract.ts'
import { slotLimits } from '../../limits.ts'
import type { OpenMessage } from '../message.ts'
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
  readonly #shared: Uint8Array | null
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
    this.#shared = inputs.shared
    this.host = new SlotHost(channel, random, open.id, () => this.#flush())
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
      (error: unknown) => this.#channel.send({ type: 'fault', id: this.#open.id, detail: describe(error) }),
    )
  }

  async #loop(): Promise<void> {
    const program = await this.#program
    coreWait.lapMs()
    let yieldedMs = nowMs()
    for (let work = this.#take(); work !== undefined; work = this.#take()) {
      const startMs = nowMs()
      this.host.beginShard(work.index, startMs)
      const outcome = await program.runShard(this.#call(work), this.host)
      const endMs = nowMs()
      if (this.#cancelled) return
      this.#keep(work.index, outcome, startMs)
      if (endMs - startMs > slotLimits.aheadMs) this.#giveBack()
      if (endMs - yieldedMs < slotLimits.yieldMs) continue
      if (endMs - this.#sinceMs >= slotLimits.flushMs) this.#flush()
      await new Promise((resolve) => later(resolve))
      yieldedMs = nowMs()
    }
    this.#flush()
  }

  #take(): ShardWork | undefined {
    const work = this.#queue[this.#cursor++]
    if (work !== undefined) return work
    this.#queue = []
    this.#cursor = 0
    return undefined
  }

  #call(work: ShardWork): ShardCall {
    const { spot, items, setting } = this.#open
    return { spot, items, seed: setting.seed, shared: this.#shared, work, audit: setting.audit }
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

/** Anything thrown, as text with its stack. */
export function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
