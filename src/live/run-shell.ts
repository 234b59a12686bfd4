/** Carries out runs of shards: fetches their inputs, hands them to a slot, and stores what comes back, in order. */
import { ShoalError } from '../errors.ts'
import { belongsTo, type CheckpointOwner } from '../execute/checkpoint.ts'
import type { JobSetting, RunHandle, RunListener, RunRequest, ShardWork, SlotPool } from '../execute/slots.ts'
import type { Prefetch, RunPlan, RunShard } from '../hub/effect.ts'
import type { Input, RunId } from '../hub/input.ts'
import { decomposeLimits, durations, shellLimits } from '../limits.ts'
import { type FamilySpec, shardItems } from '../program/family.ts'
import type { Ref } from '../program/ref.ts'
import { unpackList } from '../wire/pack.ts'
import type { JobShelf } from './job-shelf.ts'
import { errorFields, type Log } from './log.ts'
import { outcomeDigest } from './outcome-digest.ts'
import type { SpotProfiles } from './spot-profiles.ts'
import type { Values } from './values.ts'

export interface ShellComponents {
  readonly slots: SlotPool
  readonly values: Values
  readonly jobs: JobShelf
  readonly input: (input: Input) => void
  /** What earlier jobs showed; absent where nobody keeps it. */
  readonly profiles?: SpotProfiles | undefined
  readonly log: Log
}

interface Patient {
  readonly plan: RunPlan
  /** From when on its shards hand back what they have not begun, once work is scarce. */
  readonly afterMs: number
}

interface Prepared {
  readonly request: Omit<RunRequest, 'shards'>
  readonly shards: readonly ShardWork[]
}

export class RunShell {
  readonly #components: ShellComponents
  readonly #prepared = new Map<RunId, Prepared>()
  readonly #preparing = new Map<RunId, AbortController>()
  readonly #handles = new Map<RunId, RunHandle>()
  /** Runs that began while all hubs had work: they may be divided sooner when that has changed. */
  readonly #patient = new Map<RunId, Patient>()
  #reviewedMs = 0
  /** Runs each of whose shards is expected to be over sooner than a slot process starts. */
  readonly #short = new Set<RunId>()

  constructor(components: ShellComponents) {
    this.#components = components
  }

  /** Fetches everything a run needs; answers with `prepared`. */
  prepare(plan: RunPlan): void {
    const abort = new AbortController()
    this.#preparing.set(plan.run, abort)
    this.#gather(plan, abort.signal)
      .then((prepared) => {
        this.#prepared.set(plan.run, prepared)
        return null
      })
      .catch((error: unknown) => {
        this.#components.log.debug({ run: plan.run, ...errorFields(error) }, 'inputs are missing')
        return errorFields(error).error
      })
      .then((missing) => {
        this.#preparing.delete(plan.run)
        this.#components.input({ type: 'prepared', run: plan.run, missing })
      })
      .catch((error: unknown) => this.#components.log.error(errorFields(error), 'a prepared run was not taken'))
  }

  /** Fetches results ahead; what fails is fetched again when its run is prepared. */
  prefetch(wanted: readonly Prefetch[]): void {
    const signal = AbortSignal.timeout(shellLimits.deliverTimeoutMs)
    for (const { ref, holders } of wanted) {
      if (ref.kind === 'inline') continue
      this.#components.values.hold(ref.cid, holders, signal).catch((error: unknown) => {
        this.#components.log.debug({ cid: ref.cid, ...errorFields(error) }, 'a result could not be fetched ahead')
      })
    }
  }

  /** Starts a prepared run in a slot. The plan may have lost shards since. */
  start(plan: RunPlan): void {
    const prepared = this.#prepared.get(plan.run)
    this.#prepared.delete(plan.run)
    if (prepared === undefined) {
      this.#components.input({ type: 'ended', run: plan.run, end: { kind: 'cancelled' } })
      return
    }
    const wanted = new Set(plan.shards.map((shard) => shard.index))
    const divideAfterMs = this.#divisionOf(plan)
    const isScarce = divideAfterMs !== null && this.#components.jobs.isScarce(plan.job, plan.family)
    const shards = prepared.shards
      .filter((shard) => wanted.has(shard.index))
      .map((work): ShardWork => {
        return divideAfterMs === null ? work : { ...work, divideAfterMs: divideAfterMs(work.index, isScarce) }
      })
    const listener = this.#listener(plan.run, this.#components.jobs.manifest(plan.job).options.verify !== undefined)
    this.#handles.set(plan.run, this.#components.slots.run({ ...prepared.request, shards }, listener))
    if (shards.every(({ index }) => this.#isShort(plan, index))) this.#short.add(plan.run)
    const [first] = shards
    if (divideAfterMs === null || isScarce || first === undefined) return
    this.#patient.set(plan.run, { plan, afterMs: divideAfterMs(first.index, true) })
  }

  #isShort({ job, family }: RunPlan, shard: number): boolean {
    const { workMs } = this.#components.jobs.spec(job, family)
    return (workMs?.[shard] ?? workMs?.[0] ?? Number.POSITIVE_INFINITY) <= shellLimits.slotStartMs
  }

  /** Something became known: where work has become scarce meanwhile, runs under way are divided as if they began now. */
  review(nowMs: number): void {
    if (this.#patient.size === 0 || nowMs - this.#reviewedMs < shellLimits.divideReviewMs) return
    this.#reviewedMs = nowMs
    for (const [run, { plan, afterMs }] of this.#patient) {
      if (!this.#components.jobs.isScarce(plan.job, plan.family)) continue
      this.#handles.get(run)?.divide(afterMs)
      this.#patient.delete(run)
    }
  }

  trim(run: RunId, before: number): void {
    this.#handles.get(run)?.keepBefore(before)
  }

  /** A shard shorter than the start of a process is let end: killed slots are missed by what comes next. */
  stop(run: RunId): void {
    const isShort = this.#short.has(run)
    this.#handles.get(run)?.cancel(isShort ? shellLimits.slotStartMs : durations.cancelGraceMs)
  }

  /** Asks the slot for a checkpoint of the shard under way. */
  checkpoint(run: RunId): void {
    this.#handles.get(run)?.checkpoint()
  }

  /** Forgets a run that was given up before it started. */
  forget(run: RunId): void {
    this.#preparing.get(run)?.abort()
    this.#prepared.delete(run)
  }

  /** Runs that were prepared and that the hub no longer holds. */
  forgetAllBut(held: ReadonlySet<RunId>): void {
    for (const run of this.#prepared.keys()) if (!held.has(run)) this.forget(run)
  }

  /** After how long a shard hands back what it has not begun, so that idle hubs can take it; null when it never does. */
  #divisionOf({ job, family }: RunPlan): ((shard: number, isScarce: boolean) => number) | null {
    const { jobs } = this.#components
    const { workMs, edges } = jobs.spec(job, family)
    const { chunks, whole, verify } = jobs.manifest(job).options
    if (workMs === null || edges.length > 0 || chunks !== null || whole === true || verify !== undefined) return null
    const { divideShares, divideBusyShares, divideMsMin } = decomposeLimits
    return (shard, isScarce) =>
      Math.max(divideMsMin, (isScarce ? divideShares : divideBusyShares) * (workMs[shard] ?? workMs[0] ?? 0))
  }

  async #gather(plan: RunPlan, signal: AbortSignal): Promise<Prepared> {
    const { jobs, values } = this.#components
    const spec = jobs.spec(plan.job, plan.family)
    const setting: JobSetting = await jobs.setting(plan.job, plan.holders, signal)
    const owner = { job: plan.job, program: setting.program.key, spot: spec.spot }
    const sharedBytes = spec.shared === null ? null : await values.bytes(spec.shared, plan.holders, signal)
    const packs = await this.#packs(plan, signal)
    const shards: ShardWork[] = []
    for (const shard of plan.shards) {
      const restored = shard.restored === null ? null : await values.bytes(shard.restored, plan.holders, signal)
      if (restored !== null) refuseForeign(shard.restored, restored, owner)
      shards.push(workOf(spec, shard, packs, restored))
    }
    const shared = sharedBytes === null ? null : { key: `${plan.job}/${plan.family}`, bytes: sharedBytes }
    const limits = { shardDeadlineMs: durations.shardDeadlineMs, memoryBytesMax: shellLimits.slotMemoryBytesMax }
    return {
      request: { setting, family: plan.family, spot: spec.spot, items: spec.cut.items, shared, limits },
      shards,
    }
  }

  /** The packed lists from which the shards of a run get what they work on, each fetched once. */
  async #packs(plan: RunPlan, signal: AbortSignal): Promise<Packs> {
    const packs = new Map<Ref, Uint8Array[]>()
    for (const { input, parents } of plan.shards) {
      for (const { ref } of input === null ? parents : [...parents, input]) {
        if (!packs.has(ref)) packs.set(ref, unpackList(await this.#components.values.bytes(ref, plan.holders, signal)))
      }
    }
    return packs
  }

  /** What a slot says becomes inputs of the hub, one after the other: results before the end that follows them. */
  #listener(run: RunId, compares: boolean): RunListener {
    const { values, input, log, jobs } = this.#components
    let tail: Promise<void> = Promise.resolve()
    const inOrder = (step: () => Promise<void>) => {
      tail = tail
        .then(step)
        .catch((error: unknown) => log.error({ run, ...errorFields(error) }, 'a result could not be stored'))
    }
    return {
      results: (first, outcomes, busyMs) =>
        inOrder(async () => {
          const ref = await values.storeOutcomes(outcomes)
          const digests = compares ? { digests: outcomes.map(outcomeDigest) } : {}
          input({ type: 'results', run, lo: first, hi: first + outcomes.length, ref, busyMs, ...digests })
        }),
      checkpoint: (shard, progress, state) =>
        inOrder(async () => input({ type: 'checkpoint', run, shard, progress, ref: await values.store(state) })),
      progress: (shard, fraction) => inOrder(async () => input({ type: 'progress', run, shard, fraction })),
      log: (shard, line) => jobs.logged(run, shard, line),
      ended: (end) =>
        inOrder(async () => {
          this.#handles.delete(run)
          this.#patient.delete(run)
          this.#short.delete(run)
          jobs.wentDown(run, end)
          input({ type: 'ended', run, end })
        }),
    }
  }
}

type Packs = ReadonlyMap<Ref, readonly Uint8Array[]>

/** A checkpoint of something else is as good as missing: then the one before is asked for. */
function refuseForeign(ref: Ref | null, sealed: Uint8Array, owner: CheckpointOwner): void {
  if (ref?.kind !== 'blob' || belongsTo(owner, sealed)) return
  throw new ShoalError('SHOAL_CHECKPOINT_INVALID', `checkpoint ${ref.cid} belongs to other code or another job`, {
    next: 'none needed: the shard starts from the one before, or from its input',
  })
}

function workOf(spec: FamilySpec, shard: RunShard, packs: Packs, restored: Uint8Array | null): ShardWork {
  return {
    index: shard.index,
    ...shardItems(spec.cut, shard.index),
    input: shard.input === null ? null : entryOf(packs, shard.input),
    parents: shard.parents.map((parent) => entryOf(packs, parent)),
    restored,
  }
}

function entryOf(packs: Packs, { ref, offset }: { readonly ref: Ref; readonly offset: number }): Uint8Array {
  const found = packs.get(ref)?.[offset]
  if (found === undefined) throw new RangeError(`a packed list of ${packs.get(ref)?.length} has no entry ${offset}`)
  return found
}
