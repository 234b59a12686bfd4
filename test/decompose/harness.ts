/** Runs a decomposed function in this process: root and shards through the real runtime, shards in any order. */
import { deserialize, serialize } from 'node:v8'
import { decompose } from '../../src/decompose/decompose.ts'
import { encodeProgram } from '../../src/decompose/program-bytes.ts'
import type { RootCall, RuntimeHost } from '../../src/decompose/runtime/contract.ts'
import { loadProgram } from '../../src/decompose/runtime/program.ts'
import type { ShardPlace } from '../../src/execute/codec/codec.ts'
import { encode } from '../../src/execute/codec/encode.ts'
import { decodeOutcome, toThrown } from '../../src/execute/codec/outcome.ts'
import { SeededRandom } from '../../src/execute/entry/random.ts'
import type { Spawn } from '../../src/execute/slots.ts'
import { type Cut, shardItems } from '../../src/program/family.ts'
import type { Program } from '../../src/program/program.ts'
import type { VisitedSpot } from '../../src/program/report.ts'
import { unpackList } from '../../src/wire/pack.ts'

export type Order = 'reverse' | 'shuffled' | 'forward'

export interface RunOptions {
  readonly chunks?: number | null
  readonly order?: Order
  readonly recordedCuts?: ReadonlyMap<number, Cut>
  readonly audit?: boolean
  readonly slots?: number
  /** Mean milliseconds of an item by spot, as earlier jobs showed. */
  readonly profile?: ReadonlyMap<number, number>
  /** The clock of root and shards, in place of the real one. */
  readonly nowMs?: () => number
  /** Interrupt every shard at each of its checkpoints and resume it from there. */
  readonly interrupt?: boolean
  /** After so many milliseconds shards hand back what they have not begun. */
  readonly divideAfterMs?: number
  /** Slots whose programs run in isolates tell outcomes only when a family is over. */
  readonly tellsEach?: boolean
  /** Outcomes that hubs decided on, in place of running the shard. */
  readonly decided?: (shard: ShardPlace) => Uint8Array | null
  /** State of the root's newest checkpoint. */
  readonly restored?: Uint8Array
}

export interface RunReport {
  readonly value: unknown
  readonly thrown: { readonly name: string; readonly message: string; readonly stack: string } | null
  /** The shard that an error came from. */
  readonly shard: ShardPlace | null
  readonly visited: readonly VisitedSpot[]
  readonly spawns: readonly Spawn[]
  readonly logs: readonly string[]
  readonly resumed: number
  /** Checkpoints that the root offered, the newest last. */
  readonly checkpoints: readonly Uint8Array[]
}

/** Decomposes and runs `source` on an input value, or on the module's own `input(scale)`. */
export async function runSharded(
  source: string,
  file: string,
  input: { value: unknown } | { scale: number },
  options: RunOptions = {},
): Promise<RunReport> {
  return runProgram(decompose(source, file), input, options)
}

export async function runProgram(
  program: Program,
  input: { value: unknown } | { scale: number },
  options: RunOptions = {},
): Promise<RunReport> {
  const bytes = encodeProgram(program)
  const logs: string[] = []
  const spawns: Spawn[] = []
  const families = new Map<number, Uint8Array[]>()
  let tail: Promise<unknown> = Promise.resolve()
  let resumed = 0
  const shardSlot = loadProgram(bytes)
  const call: RootCall = {
    input: 'value' in input ? { kind: 'value', bytes: encode(input.value) } : { kind: 'generated', scale: input.scale },
    seed: 7,
    chunks: options.chunks ?? null,
    recordedCuts: options.recordedCuts ?? new Map(),
    slots: () => options.slots ?? 4,
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    audit: options.audit ?? false,
    restored: options.restored ?? null,
    spawn(spawn, each) {
      spawns.push(spawn)
      const running = tail.then(() => runFamily(spawn))
      tail = running
      return running.then((outcomes) => {
        const order = ordered(outcomes.length, options.order ?? 'reverse')
        if (options.tellsEach !== false) for (const index of order) each?.(index, outcomes[index] ?? new Uint8Array())
        return outcomes
      })
    },
  }
  const runFamily = async (spawn: Spawn): Promise<Uint8Array[]> => {
    const inputs = spawn.slices.flatMap((slice) => unpackList(slice.bytes))
    const outcomes: Uint8Array[] = []
    families.set(spawn.sequence, outcomes)
    const order = spawn.edges.length > 0 ? 'forward' : (options.order ?? 'reverse')
    for (const index of ordered(spawn.cut.starts.length, order)) {
      const { lo, hi } = shardItems(spawn.cut, index)
      const parents = spawn.edges.flatMap((edge) => {
        if (edge.to !== index) return []
        const outcome = families.get(edge.sequence)?.[edge.from]
        if (outcome === undefined) throw new Error(`shard ${edge.from} of family ${edge.sequence} has not run`)
        return [outcome]
      })
      let restored: Uint8Array | null = null
      for (;;) {
        const host = new TestHost(logs, options.interrupt === true, options.nowMs)
        const division = options.divideAfterMs === undefined ? {} : { divideAfterMs: options.divideAfterMs }
        const work = { index, lo, hi, input: inputs[index] ?? null, parents, restored, ...division }
        const shard = {
          spot: spawn.spot,
          items: spawn.cut.items,
          seed: 7,
          shared: spawn.shared,
          work,
          audit: options.audit ?? false,
        }
        const decided = options.decided?.({ sequence: spawn.sequence, index })
        const outcome = decided ?? (await shardSlot.runShard(shard, host))
        if (host.checkpointed !== null) {
          resumed += 1
          restored = host.checkpointed
          continue
        }
        outcomes[index] = outcome
        break
      }
    }
    return outcomes
  }
  const checkpoints: Uint8Array[] = []
  const rootHost = new RootHost(logs, checkpoints, options.nowMs)
  const { random } = Math
  Math.random = () => rootHost.random.next()
  const outcome = decodeOutcome(
    await loadProgram(bytes)
      .runRoot(call, rootHost)
      .finally(() => {
        Math.random = random
      }),
  )
  const told = { visited: rootHost.visitedSpots, spawns, logs, resumed, checkpoints }
  if (outcome.kind === 'value') return { value: outcome.value, thrown: null, shard: null, ...told }
  const error = toThrown(outcome.error)
  const { name, message, stack } = error instanceof Error ? error : { name: '', message: String(error), stack: '' }
  const { shard = null } = outcome.error
  return { value: undefined, thrown: { name, message, stack: stack ?? '' }, shard, ...told }
}

/** What the plain function gives, as it would arrive. */
export function roundTrip(value: unknown): unknown {
  return deserialize(serialize(value))
}

class TestHost implements RuntimeHost {
  visitedSpots: readonly VisitedSpot[] = []
  readonly random = new SeededRandom()
  checkpointed: Uint8Array | null = null
  readonly #logs: string[]
  readonly #interrupt: boolean
  readonly nowMs: () => number
  readonly #abort = new AbortController()

  constructor(logs: string[], interrupt: boolean, nowMs = () => performance.now()) {
    this.#logs = logs
    this.#interrupt = interrupt
    this.nowMs = nowMs
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
    this.#logs.push(line)
  }

  progress(): void {
    // Nobody watches.
  }

  visited(spots: readonly VisitedSpot[]): void {
    this.visitedSpots = spots
  }

  checkpoint(_progress: number, state: Uint8Array): void {
    this.checkpointed = state
    this.#abort.abort()
  }

  checkpointDue(): boolean {
    return this.#interrupt
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  turn(): Promise<void> | null {
    return null
  }
}

/** Takes every state that the root offers. */
class RootHost extends TestHost {
  readonly #checkpoints: Uint8Array[]

  constructor(logs: string[], checkpoints: Uint8Array[], nowMs?: () => number) {
    super(logs, true, nowMs)
    this.#checkpoints = checkpoints
  }

  override checkpoint(_progress: number, state: Uint8Array): void {
    this.#checkpoints.push(state)
  }
}

function ordered(count: number, order: Order): number[] {
  const indices = Array.from({ length: count }, (_, index) => index)
  if (order === 'reverse') return indices.reverse()
  if (order === 'forward') return indices
  // A fixed shuffle: multiply by a unit modulo a prime above the count.
  return indices.sort((a, b) => ((a * 7919) % 10_007) - ((b * 7919) % 10_007))
}
