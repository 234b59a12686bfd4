/** The runtime of a slot whose programs run in isolates: one isolate per job, and of it only bytes come out. */

import { decodeProgram } from '../../decompose/program-bytes.ts'
import type {
  BatchHost,
  LoadedProgram,
  LoadProgram,
  RootCall,
  RuntimeHost,
  ShardBatch,
  ShardCall,
} from '../../decompose/runtime/contract.ts'
import { loadWorkflow } from '../../decompose/runtime/workflow-program.ts'
import { ShoalError } from '../../errors.ts'
import { sizes } from '../../limits.ts'
import type { VisitedSpot } from '../../program/report.ts'
import type { Outside } from '../guest/world.ts'
import type { Spawn } from '../slots.ts'
import { Isolate, IsolateLost, loadKit } from './isolate.ts'

const files = new URL(import.meta.url).searchParams
const kit = loadKit(files.get('addon') ?? '', files.get('guest') ?? '')

// Captured: this realm never runs user code, but frozen clocks are installed in it all the same.
const startTimer = setTimeout
const later = setImmediate

export const loadProgram: LoadProgram = (bytes) => loadWorkflow(bytes) ?? new IsolatedProgram(guestText(bytes))

/** Programs are read here, by the strict reader; the isolate gets their texts. Other runtimes have programs that are text. */
function guestText(bytes: Uint8Array): string {
  try {
    const { file, main, chunks, map } = decodeProgram(bytes)
    return JSON.stringify({ file, main, chunks, map })
  } catch (error) {
    if (!(error instanceof ShoalError) || bytes[0] !== '{'.charCodeAt(0)) throw error
    return Buffer.from(bytes).toString('utf8')
  }
}

/** What the isolate owes an answer to. */
interface Pending {
  readonly resolve: (value: readonly Uint8Array[]) => void
  readonly reject: (error: Error) => void
}

class IsolatedProgram implements LoadedProgram {
  readonly #isolate: Isolate
  #host: RuntimeHost | null = null
  #batchHost: BatchHost | null = null
  #pending: Pending | null = null
  #spawn: RootCall['spawn'] | null = null
  #slots: (() => number) | null = null
  #toldSlots = 0
  #opened: ShardBatch['open'] | null = null
  #shard = -1
  #text: string | null

  constructor(text: string) {
    this.#isolate = new Isolate(kit, this.#outside())
    this.#text = text
  }

  async runShard(call: ShardCall, host: RuntimeHost): Promise<Uint8Array> {
    const { work, ...open } = call
    const [outcome] = await this.runShards({ open, works: [work], budgetMs: 0 }, host as BatchHost)
    if (outcome === undefined) throw new Error('the isolate gave no outcome')
    return outcome
  }

  runShards(batch: ShardBatch, host: BatchHost): Promise<readonly Uint8Array[]> {
    return this.#owed(host, () => {
      this.#batchHost = host
      this.#shard = -1
      if (this.#opened !== batch.open) this.#isolate.call('open', batch.open)
      this.#opened = batch.open
      this.#isolate.call('shards', batch.works, batch.budgetMs)
    })
  }

  async runRoot(call: RootCall, host: RuntimeHost): Promise<Uint8Array> {
    const { spawn, slots, ...rest } = call
    this.#spawn = spawn
    this.#slots = slots
    this.#toldSlots = slots()
    const [outcome] = await this.#owed(host, () => this.#isolate.call('root', { ...rest, slots: this.#toldSlots }))
    if (outcome === undefined) throw new Error('the isolate gave no outcome')
    return outcome
  }

  dispose(): void {
    this.#isolate.dispose()
  }

  #owed(host: RuntimeHost, begin: () => void): Promise<readonly Uint8Array[]> {
    if (this.#host !== host) {
      host.signal.addEventListener('abort', () => this.#enter(() => this.#isolate.call('abort')), { once: true })
    }
    this.#host = host
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject }
      this.#enter(() => {
        if (this.#text !== null) this.#isolate.call('load', this.#text, Date.now())
        this.#text = null
        begin()
      })
    })
  }

  /** Whatever is wrong with the isolate is wrong with what it was to do. */
  #enter(act: () => void): void {
    try {
      act()
    } catch (error) {
      if (this.#diesOf(error)) return
      this.#fail(error instanceof Error ? error : new Error(String(error)))
    }
  }

  /** What the code in the isolate threw beside all callers is told there: a root dies of it. */
  #diesOf(error: unknown): boolean {
    if (!(error instanceof IsolateLost) || error.uncaught === null) return false
    try {
      this.#isolate.call('uncaught', error.uncaught)
      return true
    } catch {
      return false // the isolate is no more: it fails as what ended it
    }
  }

  #fail(error: Error): void {
    this.#pending?.reject(error)
    this.#pending = null
  }

  #settle(outcomes: readonly Uint8Array[]): void {
    this.#pending?.resolve(outcomes)
    this.#pending = null
  }

  /** What comes from the isolate is a copy of what foreign code said: shapes are checked, the hub checks the rest. */
  #outside(): Outside {
    return {
      nowMs: () => this.#host?.nowMs() ?? 0,
      waitedMs: () => this.#host?.waitedMs?.() ?? 0,
      divideAfterMs: () => this.#host?.divideAfterMs?.() ?? Number.POSITIVE_INFINITY,
      due: (shard) => {
        this.#at(shard)
        return this.#host?.checkpointDue() ?? false
      },
      checkpoint: (shard, progress, state) => {
        this.#at(shard)
        if (isBytes(state)) this.#host?.checkpoint(Number(progress), state)
      },
      progress: (shard, fraction) => {
        this.#at(shard)
        this.#host?.progress(Number(fraction))
      },
      log: (shard, text) => {
        this.#at(shard)
        this.#host?.log(String(text).slice(0, sizes.jobLogBytesMax))
      },
      timer: (id, ms) => {
        const fire = (): void => this.#enter(() => this.#isolate.call('fire', Number(id)))
        if (Number(ms) < 0) later(fire)
        else startTimer(fire, Number(ms))
      },
      outcomes: (lengths, bytes) => this.#outcomes(lengths, bytes),
      spawn: (spawn) => this.#spawned(spawn as Spawn),
      visited: (spots) => this.#host?.visited(visitedSpots(spots)),
      ended: (outcome) =>
        isBytes(outcome) ? this.#settle([outcome]) : this.#fail(new Error('an outcome is no bytes')),
      failed: (text) => this.#fail(new Error(String(text).slice(0, sizes.logLineBytesMax))),
    }
  }

  #at(shard: number): void {
    if (this.#batchHost === null || !this.#host || shard === this.#shard) return
    this.#shard = Number(shard)
    this.#batchHost.beginShard(this.#shard, this.#host.nowMs())
  }

  #outcomes(lengths: unknown, bytes: unknown): void {
    if (!(lengths instanceof Float64Array) || !isBytes(bytes)) return this.#fail(new Error('outcomes are no bytes'))
    const outcomes: Uint8Array[] = []
    let at = 0
    for (const length of lengths) {
      outcomes.push(bytes.subarray(at, at + length))
      at += length
    }
    if (at !== bytes.byteLength) return this.#fail(new Error('outcomes do not fill their bytes'))
    this.#settle(outcomes)
  }

  #spawned(spawn: Spawn): void {
    const { sequence } = spawn
    const given = (outcomes: readonly Uint8Array[] | null) =>
      this.#enter(() => {
        const slots = this.#slots?.() ?? 0
        if (slots !== this.#toldSlots) this.#isolate.call('slots', slots)
        this.#toldSlots = slots
        this.#isolate.call('deliver', Number(sequence), outcomes)
      })
    this.#spawn?.(spawn).then(given, () => given(null))
  }
}

/** The account of the spots with the shapes it should have. */
function visitedSpots(told: unknown): VisitedSpot[] {
  return (Array.isArray(told) ? told : []).map((spot: Partial<Record<keyof VisitedSpot, unknown>> | null) => ({
    spot: Number(spot?.spot ?? 0),
    visits: Number(spot?.visits ?? 0),
    width: Number(spot?.width ?? 0),
    inPlaceMs: Number(spot?.inPlaceMs ?? 0),
    stayed: String(spot?.stayed ?? ''),
  }))
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array
}

export { IsolateLost }
