/** Carries out roots: starts their processes, stores the families they spawn, and gives them the results they wait for. */
import { createHash } from 'node:crypto'
import { assert } from '../errors.ts'
import { belongsTo } from '../execute/checkpoint.ts'
import { encodeOutcome, thrownFrom } from '../execute/codec/outcome.ts'
import type { RootHandle, RootListener, Spawn } from '../execute/slots.ts'
import type { Effect } from '../hub/effect.ts'
import type { RunId } from '../hub/input.ts'
import { durations, shellLimits } from '../limits.ts'
import type { Edge, FamilySpec, Slice } from '../program/family.ts'
import type { JobId, Ref } from '../program/ref.ts'
import { base32 } from '../wire/manifest.ts'
import { packList, unpackList } from '../wire/pack.ts'
import { errorFields } from './log.ts'
import type { ShellComponents } from './run-shell.ts'

type StartRoot = Extract<Effect, { type: 'start-root' }>
type Deliver = Extract<Effect, { type: 'deliver' }>

interface Root {
  readonly job: JobId
  handle: RootHandle | null
  /** Keys of the families spawned so far, by sequence: edges name them so. */
  readonly families: Map<number, string>
  readonly abort: AbortController
}

/** Whose checkpoints are the root's: no spot has this number. */
const ROOT_SPOT = -1

/** A family's key: 80 bits of its content's hash. */
const KEY_BYTES = 10

export class RootShell {
  readonly #components: ShellComponents
  readonly #roots = new Map<RunId, Root>()

  constructor(components: ShellComponents) {
    this.#components = components
  }

  start(effect: StartRoot): void {
    const root: Root = { job: effect.job, handle: null, families: new Map(), abort: new AbortController() }
    this.#roots.set(effect.run, root)
    this.#open(effect, root).catch((error: unknown) => {
      this.#roots.delete(effect.run)
      this.#components.log.warn({ job: effect.job, ...errorFields(error) }, 'the root could not start')
      this.#components.input({ type: 'ended', run: effect.run, end: { kind: 'cancelled' } })
    })
  }

  stop(run: RunId): boolean {
    const root = this.#roots.get(run)
    if (root === undefined) return false
    root.abort.abort()
    root.handle?.cancel()
    return true
  }

  /** Asks for a checkpoint of a root; false when the run is none. */
  checkpoint(run: RunId): boolean {
    const root = this.#roots.get(run)
    root?.handle?.checkpoint()
    return root !== undefined
  }

  slotsChanged(run: RunId, slots: number): void {
    this.#roots.get(run)?.handle?.slotsChanged(slots)
  }

  /** Fetches results and hands them to the root; tells the hub when nobody has them. */
  deliver(effect: Deliver): void {
    const root = this.#roots.get(effect.run)
    if (root === undefined) return
    const { values, input, log } = this.#components
    const signal = AbortSignal.any([root.abort.signal, AbortSignal.timeout(shellLimits.deliverTimeoutMs)])
    values
      .bytes(effect.ref, effect.holders, signal)
      .then((bytes) => {
        const outcomes = unpackList(bytes).slice(effect.offset, effect.offset + effect.hi - effect.lo)
        root.handle?.deliver(effect.sequence, effect.lo, outcomes)
      })
      .catch((error: unknown) => {
        if (root.abort.signal.aborted) return
        log.warn({ job: effect.job, ...errorFields(error) }, 'a result cannot be had')
        const family = root.families.get(effect.sequence)
        if (family !== undefined) input({ type: 'unavailable', job: effect.job, family, lo: effect.lo, hi: effect.hi })
      })
  }

  /** Makes the error outcome of a shard that nobody can run. */
  failShard(effect: Extract<Effect, { type: 'fail-shard' }>): void {
    const { values, input, log } = this.#components
    const condemned = Object.assign(new Error(effect.message), { name: 'ShoalError', code: effect.code })
    const error = { ...thrownFrom(condemned, -1), stack: '' }
    values
      .store(packList([encodeOutcome({ kind: 'error', error })]))
      .then((ref) => {
        const digests = [`!${effect.code}`]
        input({ type: 'results', run: effect.run, lo: effect.shard, hi: effect.shard + 1, ref, busyMs: 0, digests })
        input({ type: 'ended', run: effect.run, end: { kind: 'complete' } })
      })
      .catch((failure: unknown) => log.error(errorFields(failure), 'a failed shard could not be recorded'))
  }

  async #open(effect: StartRoot, root: Root): Promise<void> {
    const { jobs, values, slots } = this.#components
    const setting = await jobs.setting(effect.job, [], root.abort.signal)
    const manifest = jobs.manifest(effect.job)
    const input =
      manifest.input.kind === 'generated'
        ? manifest.input
        : { kind: 'value' as const, bytes: await values.bytes(manifest.input.ref, [], root.abort.signal) }
    const { chunks } = manifest.options
    const limits = { shardDeadlineMs: durations.jobExpiryMs, memoryBytesMax: shellLimits.slotMemoryBytesMax }
    const { recordedCuts } = effect
    const profile = this.#components.profiles?.of(manifest.program) ?? new Map()
    const restored = await this.#restored(effect, root, setting.program.key)
    root.handle = slots.root(
      { setting, input, chunks, recordedCuts, profile, slots: effect.slots, restored, limits },
      this.#listener(effect.run, root),
    )
    if (root.abort.signal.aborted) root.handle.cancel()
  }

  /** The state to resume from: the newest that can be had and fits. Without one the root starts over, which costs time and nothing else. */
  async #restored(effect: StartRoot, root: Root, program: string): Promise<Uint8Array | null> {
    const { values, log } = this.#components
    const owner = { job: effect.job, program, spot: ROOT_SPOT }
    for (const ref of [effect.restored, effect.previous]) {
      if (ref === null) continue
      const signal = AbortSignal.any([root.abort.signal, AbortSignal.timeout(shellLimits.deliverTimeoutMs)])
      try {
        const sealed = await values.bytes(ref, [], signal)
        if (belongsTo(owner, sealed)) return sealed
        log.warn({ job: effect.job }, 'a checkpoint of the root belongs to other code or another job')
      } catch (error) {
        log.warn({ job: effect.job, ...errorFields(error) }, 'a checkpoint of the root cannot be had')
      }
    }
    return null
  }

  #listener(run: RunId, root: Root): RootListener {
    const { values, input, log, jobs } = this.#components
    const computing = new Stopwatch()
    let tail: Promise<void> = Promise.resolve()
    const inOrder = (step: () => Promise<void>) => {
      tail = tail.then(step).catch((error: unknown) => {
        log.error({ job: root.job, ...errorFields(error) }, 'what the root made could not be stored')
        this.stop(run)
      })
    }
    return {
      spawned: (spawn) =>
        inOrder(async () => {
          const spec = await this.#specOf(spawn, root)
          root.families.set(spec.sequence, spec.key)
          input({ type: 'spawned', run, spec })
        }),
      checkpoint: (progress, state) =>
        inOrder(async () => input({ type: 'checkpoint', run, shard: 0, progress, ref: await values.store(state) })),
      log: (line) => jobs.logged(run, 0, line),
      visited: (spots) => jobs.visited(root.job, spots),
      busy: (computes) => {
        computing.turn(computes)
        input({ type: 'root-computes', run, computes })
      },
      outcome: (bytes) => {
        const busyMs = computing.totalMs()
        return inOrder(async () => {
          const ref = await values.store(packList([bytes]))
          input({ type: 'results', run, lo: 0, hi: 1, ref, busyMs })
        })
      },
      ended: (end) =>
        inOrder(async () => {
          this.#roots.delete(run)
          jobs.wentDown(run, end)
          input({ type: 'ended', run, end })
        }),
    }
  }

  /** Stores the inputs of a family and names it by its content: a replayed root's equal spawn gets the equal key. */
  async #specOf(spawn: Spawn, root: Root): Promise<FamilySpec> {
    const { values } = this.#components
    const shared = spawn.shared === null ? null : await values.store(spawn.shared)
    const slices: Slice[] = []
    for (const { lo, hi, bytes } of spawn.slices) slices.push({ lo, hi, ref: await values.store(bytes) })
    const { sequence, spot, cut, workMs } = spawn
    // What a shard waits for is part of what it computes; within the family, the family needs no name.
    const needs = spawn.edges.map(({ sequence: of, ...edge }): Edge => {
      const family = of === sequence ? '' : root.families.get(of)
      assert(family !== undefined, 'a dependency names a family that was spawned before')
      return { family, ...edge }
    })
    const identity = { sequence, spot, starts: cut.starts, items: cut.items, ...(needs.length > 0 ? { needs } : {}) }
    const key = keyOf(identity, [shared, ...slices.map((slice) => slice.ref)])
    const edges = needs.map((edge) => (edge.family === '' ? { ...edge, family: key } : edge))
    return { key, sequence, spot, cut, shared, slices, edges, workMs }
  }
}

/** Time for which something went on, while it may stop and start again; runs from the beginning. */
class Stopwatch {
  #sinceMs: number | null = performance.now()
  #beforeMs = 0

  turn(on: boolean): void {
    this.#beforeMs = this.totalMs()
    this.#sinceMs = on ? performance.now() : null
  }

  totalMs(): number {
    return this.#beforeMs + (this.#sinceMs === null ? 0 : performance.now() - this.#sinceMs)
  }
}

function keyOf(identity: object, refs: readonly (Ref | null)[]): string {
  const hash = createHash('sha256').update(JSON.stringify(identity))
  for (const ref of refs) {
    if (ref === null) hash.update('-')
    else if (ref.kind === 'blob') hash.update(ref.cid)
    else hash.update(`${ref.bytes.byteLength}:`).update(ref.bytes)
  }
  return base32(hash.digest().subarray(0, KEY_BYTES))
}
