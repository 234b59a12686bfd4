/** Runs one sharded call: arguments from its input and its parents' results, then the function. */
import { ShoalError } from '../../../errors.ts'
import { decode } from '../../../execute/codec/decode.ts'
import { decodeOutcome, encodeOutcome, thrownFrom } from '../../../execute/codec/outcome.ts'
import { valueHash } from '../../../execute/codec/value-hash.ts'
import type { ChunkRun, Registry } from '../compile.ts'
import type { RuntimeHost, ShardCall } from '../contract.ts'
import { decodeShared } from '../shared.ts'
import { type UserCode, userStack } from '../stack.ts'
import { filled } from './call.ts'
import { outcomeOf } from './local-calls.ts'

/** What a sharded call's shard reads for itself. */
export interface CallInput {
  /** Encoded arguments, with results of other shards left out. */
  readonly args: Uint8Array
  /** What tells this call from others of the job: family and index. */
  readonly seed: readonly [number, number]
}

/** Numbers of calls are spread over the seeds of a job. */
const SEED_STEP = 2 ** 20

/** @returns the encoded outcome; the first parent's error when one failed. */
export async function runRefShard(
  call: ShardCall,
  host: RuntimeHost,
  registry: Registry,
  code: UserCode,
): Promise<Uint8Array> {
  const { classTable: classes } = registry
  // Each call gets captured values of its own: what one changes no other sees.
  const { captures, module } = decodeShared(call.shared, registry).state
  const { args, seed } = decode(call.work.input ?? new Uint8Array()) as CallInput
  const given = filled(args, call.work.parents, classes)
  if ('failed' in given) return given.failed
  const chunk: ChunkRun = {}
  registry.setState?.(module)
  registry.body?.({ ...captures }, chunk)
  const before = valueHash([captures, module], { classes })
  host.seedRandom(call.seed, seed[0] * SEED_STEP + seed[1])
  const outcome = await mortal(host, () => outcomeOf(chunk.fn as (...args: never[]) => unknown, given.args, classes))
  if (valueHash([captures, module], { classes }) !== before) return impure(registry, call.spot)
  return withUserStack(outcome, code, registry)
}

/**
 * An error in a timer, or of a promise that nobody awaits, is the call's outcome: alone, the program would end with it. Taken for the end
 * of a slot it would be tried again elsewhere, and be the same.
 */
async function mortal(host: RuntimeHost, call: () => Promise<Uint8Array>): Promise<Uint8Array> {
  const { promise: death, reject: die } = Promise.withResolvers<never>()
  const alive = async (): Promise<Uint8Array> => {
    const outcome = await call()
    await host.told?.()
    return outcome
  }
  host.onUncaught?.(die)
  try {
    return await Promise.race([alive(), death])
  } catch (thrown) {
    return encodeOutcome({ kind: 'error', error: thrownFrom(thrown, -1) })
  } finally {
    host.onUncaught?.(null)
  }
}

function impure(registry: Registry, spot: number): Uint8Array {
  const line = registry.metas.get(spot)?.line ?? 0
  const error = new ShoalError(
    'SHOAL_SHARD_IMPURE',
    `the function of shard() in line ${line} changes what is not its own`,
    {
      next: 'give it what it needs as arguments, and return what it makes',
    },
  )
  return encodeOutcome({ kind: 'error', error: { ...thrownFrom(error, -1), stack: '' } })
}

function withUserStack(bytes: Uint8Array, code: UserCode, registry: Registry): Uint8Array {
  const outcome = decodeErrorOnly(bytes)
  if (outcome === null) return bytes
  return encodeOutcome({ kind: 'error', error: { ...outcome, stack: userStack(outcome.stack, code, registry.shifts) } })
}

function decodeErrorOnly(bytes: Uint8Array) {
  if (bytes[0] === 0) return null
  const outcome = decodeOutcome(bytes)
  return outcome.kind === 'error' ? outcome.error : null
}
