/** Runs the job's root inside the slot: hands its spawns to the hub and gives it the families' results. */
import type { LoadedProgram } from '../../decompose/runtime/contract.ts'
import { invalidFrame } from '../frame.ts'
import type { RootMessage } from '../message.ts'
import type { Spawn } from '../slots.ts'
import type { HubChannel } from './channel.ts'
import { SlotHost } from './host.ts'
import type { SeededRandom } from './random.ts'
import { faultOf } from './shard-loop.ts'

// Captured before user code can replace it.
const later = setImmediate

/** A spawned family whose results are not all there. */
interface Waiting {
  readonly outcomes: (Uint8Array | undefined)[]
  missing: number
  readonly each: ((index: number, outcome: Uint8Array) => void) | undefined
  readonly resolve: (outcomes: readonly Uint8Array[]) => void
  readonly reject: (reason: Error) => void
}

export class RootLoop {
  readonly host: SlotHost
  readonly #channel: HubChannel
  readonly #message: RootMessage
  readonly #waiting = new Map<number, Waiting>()
  #slots: number
  #computing = true
  #ended = false

  constructor(channel: HubChannel, random: SeededRandom, message: RootMessage) {
    this.#channel = channel
    this.#message = message
    this.#slots = message.slots
    this.host = new SlotHost(channel, random, { id: message.id, setting: message.setting, spot: -1 }, () => undefined)
  }

  start(program: Promise<LoadedProgram>): void {
    const { id } = this.#message
    this.#run(program).then(
      (outcome) => {
        this.#ended = true
        if (outcome !== null) this.#channel.send({ type: 'outcome', id, bytes: outcome })
        this.#channel.send({ type: 'end', id })
      },
      (error: unknown) => {
        this.#ended = true
        // A cancelled root may fail in any way: its hub knows why.
        if (this.host.signal.aborted) this.#channel.send({ type: 'end', id })
        else this.#channel.send(faultOf(id, error))
      },
    )
  }

  slotsChanged(slots: number): void {
    this.#slots = slots
  }

  /** Results of shards `[lo, lo + outcomes.length)` of the family spawned as `sequence`. */
  deliver(sequence: number, lo: number, outcomes: readonly Uint8Array[]): void {
    const family = this.#waiting.get(sequence)
    if (family === undefined) return
    outcomes.forEach((outcome, offset) => {
      const index = lo + offset
      if (index >= family.outcomes.length)
        throw invalidFrame(`result ${index} of a family of ${family.outcomes.length}`)
      if (family.outcomes[index] !== undefined) return
      family.missing--
      family.outcomes[index] = outcome
      family.each?.(index, outcome)
    })
    if (family.missing > 0) return
    this.#waiting.delete(sequence)
    this.#report(true)
    family.resolve(family.outcomes.filter((outcome) => outcome !== undefined))
    this.#reportWaitingLater()
  }

  cancel(): void {
    this.host.abort()
    for (const family of this.#waiting.values()) family.reject(new Error('the job was cancelled'))
    this.#waiting.clear()
  }

  async #run(loading: Promise<LoadedProgram>): Promise<Uint8Array | null> {
    const program = await loading
    const { input, chunks, recordedCuts, profile, restored, setting } = this.#message
    const outcome = await program.runRoot(
      {
        input,
        chunks,
        recordedCuts,
        profile,
        restored: this.host.opened(restored),
        seed: setting.seed,
        audit: setting.audit,
        slots: () => this.#slots,
        spawn: (spawn, each) => this.#spawn(spawn, each),
      },
      this.host,
    )
    return this.host.signal.aborted ? null : outcome
  }

  #spawn(spawn: Spawn, each?: Waiting['each']): Promise<readonly Uint8Array[]> {
    const { signal } = this.host
    if (signal.aborted) return Promise.reject(new Error('the job was cancelled'))
    const shards = spawn.cut.starts.length
    return new Promise((resolve, reject) => {
      this.#waiting.set(spawn.sequence, { outcomes: new Array(shards), missing: shards, each, resolve, reject })
      this.#channel.send({ type: 'spawn', id: this.#message.id, spawn })
      this.#reportWaitingLater()
    })
  }

  /** Once the event loop is reached with families outstanding, the root waits. */
  #reportWaitingLater(): void {
    later(() => {
      if (this.#waiting.size > 0) this.#report(false)
    })
  }

  #report(computing: boolean): void {
    if (this.#computing === computing || this.#ended) return
    this.#computing = computing
    this.#channel.send({ type: 'busy', id: this.#message.id, computing })
  }
}
