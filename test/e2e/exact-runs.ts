/** Runs a module on a swarm and as the plain module it is, and tells how the two differ. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { deserialize, serialize } from 'node:v8'
import type { EmbeddedSwarm } from '../../src/client/embedded-swarm.ts'
import { makeSubmission } from '../../src/client/submission.ts'
import { plainData } from '../../src/decompose/runtime/plain-data.ts'
import { encode } from '../../src/execute/codec/encode.ts'
import { decodeOutcome, toThrown } from '../../src/execute/codec/outcome.ts'
import { loadPlain } from '../decompose/plain.ts'

export interface ExactRun {
  readonly path: string
  readonly chunks: number
  /** A scale for the module's own input, or a value. */
  readonly scale?: number
  readonly input?: unknown
}

/** What the plain module does: made once per input, compared with many runs. */
export type PlainEnd =
  | { readonly kind: 'value'; readonly value: unknown; readonly bytes: Uint8Array }
  | { readonly kind: 'error'; readonly error: unknown }

export async function plainEnd(run: Omit<ExactRun, 'chunks'>): Promise<PlainEnd> {
  const source = readFileSync(run.path, 'utf8')
  const module = await loadPlain(source, basename(run.path))
  try {
    const input = run.scale === undefined ? run.input : module.input?.(run.scale)
    const value = plainData(await module.default(input))
    return { kind: 'value', value: deserialize(serialize(value)), bytes: encode(value) }
  } catch (error) {
    return { kind: 'error', error }
  }
}

/** Submits at one of the hubs, waits, and compares. Returns null when all is the same, else what differs. */
export async function difference(
  swarm: EmbeddedSwarm,
  run: ExactRun,
  plain: PlainEnd,
  turn: number,
): Promise<string | null> {
  const hub = swarm.hubs[turn % swarm.hubs.length]
  if (hub === undefined) return 'there is no hub'
  const { chunks, scale } = run
  const submission = await makeSubmission(run.path, run.input, scale === undefined ? { chunks } : { chunks, scale })
  const job = await hub.remote.submit(submission)
  const outcome = decodeOutcome(await hub.remote.result(job, { wait: true }))
  const what = `${basename(run.path)} in ${chunks} shards, scale ${scale}: `
  if (outcome.kind !== plain.kind) return `${what}ended with ${outcome.kind}: ${JSON.stringify(outcome)}`
  if (outcome.kind === 'error') {
    const found =
      plain.kind === 'error' ? differentError(toThrown(outcome.error), plain.error, basename(run.path)) : null
    return found === null ? null : what + found
  }
  if (plain.kind !== 'value') return null
  if (!isDeepStrictEqual(deserialize(serialize(outcome.value)), plain.value)) return `${what}another value`
  // Canonical bytes: order of maps and keys, holes, the sign of zero, and which objects are one and the same.
  return Buffer.compare(encode(outcome.value), plain.bytes) === 0 ? null : `${what}another order or identity`
}

function differentError(got: unknown, wanted: unknown, file: string): string | null {
  if (!(wanted instanceof Error)) return isDeepStrictEqual(got, wanted) ? null : 'another value was thrown'
  if (!(got instanceof Error)) return `no error was thrown, but ${String(got)}`
  if (got.name !== wanted.name || got.message !== wanted.message) return `${got.name}: ${got.message}`
  const [here, there] = [firstPlace(got.stack), firstPlace(wanted.stack)]
  return got.stack?.includes(file) && here === there ? null : `thrown at ${here}, not at ${there}`
}

/** Line and column of the innermost frame. */
function firstPlace(stack: string | undefined): string {
  return /:(\d+:\d+)\)?$/m.exec(stack ?? '')?.[1] ?? 'nowhere'
}

/** Runs `work` for all entries, a few at a time, in an order that a seed decides. */
export async function inRandomOrder<T>(
  entries: readonly T[],
  seed: number,
  atOnce: number,
  work: (entry: T, turn: number) => Promise<void>,
): Promise<void> {
  const order = entries.map((entry, index) => ({ entry, key: Math.imul((index + 1) ^ seed, 0x9e37_79b1) >>> 0 }))
  const queue = order.sort((a, b) => a.key - b.key).entries()
  const lane = async (): Promise<void> => {
    for (const [turn, { entry }] of queue) await work(entry, turn)
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
}
