/** Runs a root whose loops are looked at in every pass, keeps every state it offers, and goes on from any of them. */
import { decompose } from '../../../src/decompose/decompose.ts'
import { encodeProgram } from '../../../src/decompose/program-bytes.ts'
import type { RootCall, RuntimeHost } from '../../../src/decompose/runtime/contract.ts'
import { loadProgram } from '../../../src/decompose/runtime/program.ts'
import { encode } from '../../../src/execute/codec/encode.ts'
import { decodeOutcome } from '../../../src/execute/codec/outcome.ts'
import { SeededRandom } from '../../../src/execute/entry/random.ts'
import type { Spawn } from '../../../src/execute/slots.ts'
import { shardItems } from '../../../src/program/family.ts'
import { unpackList } from '../../../src/wire/pack.ts'

export interface KeptRun {
  readonly outcome: unknown
  readonly logs: readonly string[]
  /** Every state that was kept, with its progress. */
  readonly kept: readonly { readonly progress: number; readonly state: Uint8Array }[]
}

/** Each look at the clock takes a tenth of a second: loops are long after a few passes. */
const STEP_MS = 100

export class HastyHost implements RuntimeHost {
  readonly logs: string[] = []
  readonly kept: { progress: number; state: Uint8Array }[] = []
  readonly random = new SeededRandom()
  readonly #abort = new AbortController()
  #nowMs = 0

  get signal(): RuntimeHost['signal'] {
    return this.#abort.signal
  }
  seedRandom(seed: number, index: number): void {
    this.random.seed(seed, index)
  }
  randomState(): readonly number[] {
    return this.random.state()
  }
  restoreRandom(state: readonly number[]): void {
    this.random.restore(state)
  }
  log(line: string): void {
    this.logs.push(line)
  }
  progress(): void {
    // Nobody watches.
  }
  visited(): void {
    // Nobody asks.
  }
  checkpoint(progress: number, state: Uint8Array): void {
    this.kept.push({ progress, state })
  }
  checkpointDue(): boolean {
    return true
  }
  turn(): Promise<void> | null {
    return null
  }
  nowMs(): number {
    this.#nowMs += STEP_MS
    return this.#nowMs
  }
}

/** Runs a family's shards, the last first. */
export async function familyOf(bytes: Uint8Array, spawn: Spawn): Promise<readonly Uint8Array[]> {
  const inputs = spawn.slices.flatMap((slice) => unpackList(slice.bytes))
  const outcomes: Uint8Array[] = []
  for (const index of [...spawn.cut.starts.keys()].reverse()) {
    const work = { index, ...shardItems(spawn.cut, index), input: inputs[index] ?? null, parents: [], restored: null }
    const family = { spot: spawn.spot, items: spawn.cut.items, seed: 7, shared: spawn.shared, audit: false }
    outcomes[index] = await loadProgram(bytes).runShard({ ...family, work }, new HastyHost())
  }
  return outcomes
}

/** One shard that ran, with all it kept, and how to run it again. */
export interface ShardThatKept {
  readonly outcome: Uint8Array
  readonly logs: readonly string[]
  readonly kept: KeptRun['kept']
  again(restored: Uint8Array): Promise<ShardThatKept>
}

/** Cuts every family in two and runs each shard with a host that keeps whatever is offered. */
export async function runShardsKept(
  source: string,
  input: unknown,
): Promise<{ readonly value: unknown; readonly shards: readonly ShardThatKept[] }> {
  const bytes = encodeProgram(decompose(source, 'kept.js'))
  const shards: ShardThatKept[] = []
  const spawn = async (spawn: Spawn): Promise<readonly Uint8Array[]> => {
    const inputs = spawn.slices.flatMap((slice) => unpackList(slice.bytes))
    const outcomes: Uint8Array[] = []
    for (const index of spawn.cut.starts.keys()) {
      const run = async (restored: Uint8Array | null): Promise<ShardThatKept> => {
        const host = new HastyHost()
        const work = { index, ...shardItems(spawn.cut, index), input: inputs[index] ?? null, parents: [], restored }
        const family = { spot: spawn.spot, items: spawn.cut.items, seed: 7, shared: spawn.shared, audit: true }
        const outcome = await loadProgram(bytes).runShard({ ...family, work }, host)
        return { outcome, logs: host.logs, kept: host.kept, again: run }
      }
      const shard = await run(null)
      shards.push(shard)
      outcomes.push(shard.outcome)
    }
    return outcomes
  }
  const call: RootCall = { ...rootCall(input, null), chunks: 2, spawn }
  const outcome = decodeOutcome(await loadProgram(bytes).runRoot(call, new HastyHost()))
  return { value: outcome.kind === 'value' ? outcome.value : outcome.error, shards }
}

export function rootCall(input: unknown, restored: Uint8Array | null): RootCall {
  return {
    input: { kind: 'value', bytes: encode(input) },
    seed: 7,
    chunks: null,
    recordedCuts: new Map(),
    slots: () => 1,
    audit: false,
    restored,
    spawn: () => Promise.reject(new Error('nothing is sharded here')),
  }
}

/** Runs the root of a module without sharded spots, from the start or from a kept state. */
export async function runKept(source: string, input: unknown, restored: Uint8Array | null = null): Promise<KeptRun> {
  const program = loadProgram(encodeProgram(decompose(source, 'kept.js')))
  const host = new HastyHost()
  const call = rootCall(input, restored)
  const { random } = Math
  Math.random = () => host.random.next()
  try {
    const outcome = decodeOutcome(await program.runRoot(call, host))
    return { outcome: outcome.kind === 'value' ? outcome.value : outcome.error, logs: host.logs, kept: host.kept }
  } finally {
    Math.random = random
  }
}
