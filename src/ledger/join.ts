/** The fold of a whole job: which records exist decides what is true, never the order in which they came. */
import { assertNever } from '../errors.ts'
import { counts, ledgerLimits } from '../limits.ts'
import { type FamilyKey, type FamilySpec, ROOT_FAMILY, shardCount } from '../program/family.ts'
import { ShardColumns } from './join-columns.ts'
import { JoinedFamily, type ShardRecord } from './join-family.ts'
import { compareText, Names } from './join-names.ts'
import { packRecords } from './pack.ts'
import type { Author, LedgerRecord } from './record.ts'
import type { Authored, FamilyView, JobView } from './view.ts'

/** The family that every job has without a record: one shard, which runs the sequential code. */
export const ROOT_SPEC: FamilySpec = {
  key: ROOT_FAMILY,
  sequence: 0,
  spot: -1,
  cut: { items: 1, starts: [0] },
  shared: null,
  slices: [],
  edges: [],
  workMs: null,
}

interface Cancel {
  readonly hub: string
  readonly reason: string
  readonly atMs: number
}

/**
 * Invariants. J1: the view is a function of the set of (author, record) pairs applied. J2: records of a family not yet
 * known, or beyond its shards, wait for its spec. J3: memory is bounded by `ledgerLimits`; what had to be dropped shows
 * as `incomplete`.
 */
export class JoinedJob implements JobView {
  acknowledged = false
  incomplete = false
  #manifest: Uint8Array | null = null
  #cancel: Cancel | null = null
  readonly #columns = new ShardColumns(new Names())
  readonly #families = new Map<FamilyKey, JoinedFamily>()
  readonly #waiting = new Map<FamilyKey, { author: Author; record: ShardRecord }[]>()
  #waitingCount = 0
  #shards = 0

  readonly #wanted: number

  /** @param wanted hubs that run each shard of a family, and of which more than half have to agree */
  constructor(wanted = 1) {
    this.#wanted = wanted
    this.#addFamily(ROOT_SPEC)
  }

  get manifest(): Uint8Array | null {
    return this.#manifest
  }

  get cancelled(): string | null {
    return this.#cancel === null ? null : this.#cancel.reason
  }

  get families(): ReadonlyMap<FamilyKey, FamilyView> {
    return this.#families
  }

  apply(author: Author, record: LedgerRecord): boolean {
    switch (record.kind) {
      case 'job':
        return this.#joinManifest(record.manifest)
      case 'family':
        return this.#joinSpec(record.spec)
      case 'claim':
      case 'checkpoint':
      case 'done':
      case 'reopen':
        return this.#joinShards(author, record)
      case 'cancel':
        return this.#joinCancel({ hub: author.hub, reason: record.reason, atMs: record.atMs })
      case 'acknowledged': {
        const changed = !this.acknowledged
        this.acknowledged = true
        return changed
      }
      default:
        return assertNever(record)
    }
  }

  /** Applies records in any order; specs go first, so that nothing has to wait. Returns whether anything changed. */
  applyAll(authored: readonly Authored[]): boolean {
    let changed = false
    for (const isSpec of [true, false]) {
      for (const { author, record } of authored) {
        if ((record.kind === 'family') === isSpec && this.apply(author, record)) changed = true
      }
    }
    return changed
  }

  /** Equal at all correct hubs, as the job id is its hash; the order only keeps the fold a function of the set. */
  #joinManifest(manifest: Uint8Array): boolean {
    if (this.#manifest !== null && compareBytes(manifest, this.#manifest) >= 0) return false
    this.#manifest = manifest
    return true
  }

  #joinCancel(cancel: Cancel): boolean {
    const held = this.#cancel
    if (held !== null) {
      const order =
        cancel.atMs - held.atMs || compareText(cancel.hub, held.hub) || compareText(cancel.reason, held.reason)
      if (order >= 0) return false
    }
    this.#cancel = cancel
    return true
  }

  #joinSpec(spec: FamilySpec): boolean {
    if (spec.key === ROOT_FAMILY) return false
    const family = this.#families.get(spec.key)
    const growth = shardCount(spec) - (family?.capacity ?? 0)
    const wins = family === undefined || precedes(spec, family.spec)
    if (!wins && growth <= 0) return false
    if (!this.#hasRoomFor(Math.max(0, growth), family === undefined ? 1 : 0)) return false
    if (family === undefined) this.#addFamily(spec)
    else {
      this.#shards += Math.max(0, growth)
      family.grow(shardCount(spec))
      if (wins) family.replaceSpec(spec)
    }
    this.#admitWaiting(spec.key)
    return true
  }

  #hasRoomFor(shards: number, families: number): boolean {
    const fits =
      this.#shards + shards <= ledgerLimits.shardsPerJobMax &&
      this.#families.size + families <= counts.familiesPerJobMax
    if (!fits) this.incomplete = true
    return fits
  }

  #addFamily(spec: FamilySpec): void {
    this.#shards += shardCount(spec)
    this.#families.set(spec.key, new JoinedFamily(this.#columns, spec, spec.key === ROOT_FAMILY ? 1 : this.#wanted))
  }

  #joinShards(author: Author, record: ShardRecord): boolean {
    const family = this.#families.get(record.family)
    if (family !== undefined && lastShard(record) < family.capacity) return family.apply(author, record)
    if (this.#waitingCount >= ledgerLimits.waitingRecordsMax) {
      this.incomplete = true
      return false
    }
    const waiting = this.#waiting.get(record.family)
    if (waiting === undefined) this.#waiting.set(record.family, [{ author, record }])
    else waiting.push({ author, record })
    this.#waitingCount += 1
    return false
  }

  #admitWaiting(key: FamilyKey): void {
    const waiting = this.#waiting.get(key)
    if (waiting === undefined) return
    this.#waiting.delete(key)
    this.#waitingCount -= waiting.length
    for (const { author, record } of waiting) this.#joinShards(author, record)
  }
}

function lastShard(record: ShardRecord): number {
  return record.kind === 'checkpoint' ? record.shard : record.hi - 1
}

/** Of two specs for one key the one with the smaller bytes holds, at every replica. */
function precedes(candidate: FamilySpec, held: FamilySpec): boolean {
  if (candidate === held) return false
  const bytes = (spec: FamilySpec) => packRecords([{ kind: 'family', spec }])
  return compareBytes(bytes(candidate), bytes(held)) < 0
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.byteLength, b.byteLength)
  for (let index = 0; index < length; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return a.byteLength - b.byteLength
}
