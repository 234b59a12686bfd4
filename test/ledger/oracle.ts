/** An independent, naive answer to "what does this set of records mean": sorts everything, shares no code with the fold. */
import type { CheckpointRecord, ClaimRecord, DoneRecord } from '../../src/ledger/record.ts'
import type { Authored, FamilyView, JobView } from '../../src/ledger/view.ts'
import type { Ref } from '../../src/program/ref.ts'

export interface ShardAnswer {
  readonly generation: number
  readonly epochMax: number
  readonly claim: unknown
  readonly checkpoint: unknown
  readonly previousCheckpoint: unknown
  readonly done: unknown
  readonly doneRecords: number
}

/** Recomputes one shard from the whole set; duplicates are removed first. */
export function oracleShard(all: readonly Authored[], family: string, shard: number): ShardAnswer {
  const set = distinct(all)
  const mine = set.filter(({ record }) => covers(record, family, shard))
  const generation = Math.max(0, ...mine.map(({ record }) => ('generation' in record ? record.generation : 0)))
  const current = mine.filter(({ record }) => 'generation' in record && record.generation === generation)
  const epochs = mine.map(({ record }) => (record.kind === 'claim' || record.kind === 'done' ? record.epoch : -1))
  return {
    generation,
    epochMax: Math.max(-1, ...epochs),
    claim: bestClaim(current),
    checkpoint: checkpointOf(current, 0),
    previousCheckpoint: checkpointOf(current, 1),
    done: bestDone(current, shard),
    doneRecords: new Set(current.filter(({ record }) => record.kind === 'done').map(countKey)).size,
  }
}

/** The same facts as the fold shows them. */
export function shownShard(family: FamilyView, shard: number): ShardAnswer {
  return {
    generation: family.generation(shard),
    epochMax: family.epochMax(shard),
    claim: family.claim(shard),
    checkpoint: family.checkpoint(shard),
    previousCheckpoint: family.previousCheckpoint(shard),
    done: family.done(shard),
    doneRecords: family.doneRecords(shard),
  }
}

/** Everything a job's view shows, as comparable text. */
export function shownJob(view: JobView): string {
  const families = [...view.families].sort(([a], [b]) => (a < b ? -1 : 1))
  const shown = families.map(([key, family]) => ({
    key,
    spec: family.spec,
    doneCount: family.doneCount,
    busyMsMean: family.busyMsMean,
    shards: Array.from({ length: family.shards }, (_, shard) => shownShard(family, shard)),
  }))
  return JSON.stringify(
    { manifest: view.manifest, cancelled: view.cancelled, acknowledged: view.acknowledged, shown },
    (_, value) => (value instanceof Uint8Array ? Array.from(value) : value),
  )
}

export function distinct(all: readonly Authored[]): Authored[] {
  const byText = new Map<string, Authored>()
  for (const authored of all) byText.set(text(authored), authored)
  return [...byText.values()]
}

function covers(record: Authored['record'], family: string, shard: number): boolean {
  if (record.kind === 'checkpoint') return record.family === family && record.shard === shard
  if (record.kind !== 'claim' && record.kind !== 'done' && record.kind !== 'reopen') return false
  return record.family === family && record.lo <= shard && shard < record.hi
}

function bestClaim(current: readonly Authored[]): unknown {
  const states = ['claimed', 'running', 'released', 'failed']
  const claims = pick(current, 'claim').sort(
    (a, b) =>
      by(b.record.epoch, a.record.epoch) ||
      by(a.record.cost, b.record.cost) ||
      by(a.author.hub, b.author.hub) ||
      by(states.indexOf(b.record.state), states.indexOf(a.record.state)) ||
      by(b.author.boot, a.author.boot) ||
      by(b.record.resumedFrom, a.record.resumedFrom) ||
      by(b.record.atMs, a.record.atMs) ||
      by(b.record.reason, a.record.reason),
  )
  const best = claims[0]
  if (best === undefined) return null
  const { epoch, cost, state, reason, resumedFrom, atMs }: ClaimRecord = best.record
  return { epoch, cost, hub: best.author.hub, boot: best.author.boot, state, reason, resumedFrom, atMs }
}

/** The checkpoint of this rank; of those with the same content only the best counts. */
function checkpointOf(current: readonly Authored[], rank: number): unknown {
  const checkpoints = pick(current, 'checkpoint').sort(
    (a, b) =>
      by(b.record.progress, a.record.progress) ||
      by(b.record.epoch, a.record.epoch) ||
      by(a.author.hub, b.author.hub) ||
      -byRef(a.record.ref, b.record.ref),
  )
  const shown = checkpoints.map(({ author, record }) => {
    const { epoch, progress, ref }: CheckpointRecord = record
    return { epoch, progress, hub: author.hub, ref }
  })
  return shown.filter((one, at) => shown.findIndex((other) => isSame(one, other)) === at)[rank] ?? null
}

function bestDone(current: readonly Authored[], shard: number): unknown {
  const results = pick(current, 'done').sort(
    (a, b) =>
      by(a.record.epoch, b.record.epoch) ||
      by(a.record.cost, b.record.cost) ||
      by(a.author.hub, b.author.hub) ||
      byRef(a.record.ref, b.record.ref) ||
      by(a.record.lo, b.record.lo) ||
      by(a.record.holders.join(), b.record.holders.join()),
  )
  const best = results[0]
  if (best === undefined) return null
  const { epoch, cost, ref, lo, holders }: DoneRecord = best.record
  return { epoch, cost, hub: best.author.hub, ref, offset: shard - lo, holders }
}

function pick<K extends 'claim' | 'checkpoint' | 'done'>(current: readonly Authored[], kind: K) {
  return current.flatMap(({ author, record }) =>
    record.kind === kind ? [{ author, record: record as Extract<Authored['record'], { kind: K }> }] : [],
  )
}

function by<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function byRef(a: Ref, b: Ref): number {
  if (a.kind !== b.kind) return a.kind === 'inline' ? -1 : 1
  if (a.kind === 'blob' && b.kind === 'blob') return by(a.cid, b.cid) || by(a.size, b.size)
  if (a.kind === 'inline' && b.kind === 'inline') return Buffer.compare(a.bytes, b.bytes)
  return 0
}

type Shown = { readonly ref: Ref }

/** Told twice, or of the same blob. A size may be a lie. */
function isSame(one: Shown, other: Shown): boolean {
  if (one.ref.kind === 'blob' && other.ref.kind === 'blob') return one.ref.cid === other.ref.cid
  return text(one) === text(other)
}

function countKey({ author, record }: Authored): string {
  if (record.kind !== 'done') return ''
  const { generation, lo, hi, epoch, cost, busyMs } = record
  return [author.hub, author.boot, generation, lo, hi, epoch, cost, busyMs].join()
}

/** Equal for equal values, whatever the order of their fields. */
export function text(value: unknown): string {
  return JSON.stringify(value, (_, part) => {
    if (part instanceof Uint8Array) return Array.from(part)
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}
