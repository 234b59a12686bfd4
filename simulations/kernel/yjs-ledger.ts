/** The very ledger of a live hub on a simulated disk: Yjs documents, the guard, sync, and a log of updates that may tear. */
import { assert } from '../../src/errors.ts'
import type { AuthoredRecord } from '../../src/hub/input.ts'
import { logRoot } from '../../src/ledger/boot-entry.ts'
import { JobLedger } from '../../src/ledger/doc.ts'
import type { EntryReader } from '../../src/ledger/entry-reader.ts'
import type { Author, LedgerRecord } from '../../src/ledger/record.ts'
import { OBSERVER, STRANGER } from './forgery.ts'
import type { Parcel, Received, SimLedger, Vector, Written } from './ledger.ts'
import type { Random } from './random.ts'
import { isSame, signed } from './signed.ts'

/** Far sooner than on a real hub, whose jobs are larger. */
const SNAPSHOT_FRAMES = 150
const EMPTY_VECTOR = new Uint8Array([0])

export class YjsLedger implements SimLedger {
  isFull = false
  readonly #job: string
  readonly #clientIds: Random
  readonly #reader: EntryReader
  /** Updates and snapshots on disk, oldest first: any prefix of what was written after the durable ones may be left. */
  #frames: Uint8Array[] = []
  /** Frames that snapshots have replaced: positions count from the first ever. */
  #replaced = 0
  #durable = 0
  #ledger: JobLedger | null = null
  #snapshot: { readonly bytes: Uint8Array; readonly covers: number } | null = null

  constructor(job: string, clientIds: Random, reader: EntryReader) {
    this.#job = job
    this.#clientIds = clientIds
    this.#reader = reader
  }

  open(author: Author): AuthoredRecord[] {
    const clientId = 1 + this.#clientIds.below(2 ** 26) * 2 ** 26 + this.#clientIds.below(2 ** 26)
    // A snapshot in the making is a leftover, or it stands beside what it should have replaced: both are read.
    if (this.#snapshot !== null && this.#frames.length % 2 === 0) this.#frames.push(this.#snapshot.bytes)
    this.#snapshot = null
    this.#durable = this.#end
    const verify = (hub: string, bytes: Uint8Array, signature: Uint8Array) => isSame(signed(hub, bytes), signature)
    const sign = (bytes: Uint8Array) => signed(author.hub, bytes)
    this.#ledger?.destroy()
    const members = { admits: (hub: string) => hub !== STRANGER, roles: rolesOf }
    this.#ledger = new JobLedger({ job: this.#job, author, clientId, sign, verify, ...members, reader: this.#reader })
    return [...this.#ledger.load(this.#frames).records]
  }

  append(records: readonly LedgerRecord[]): Written {
    const updates = this.#open.append(records)
    for (const update of updates) this.#keep(update)
    return { parcel: { kind: 'yjs', updates, isRelayed: false }, end: this.#end }
  }

  synced({ end }: Written): void {
    this.#durable = Math.max(this.#durable, end)
  }

  receive(parcel: Parcel, from: string): Received {
    assert(parcel.kind === 'yjs', 'all hubs of a world keep ledgers of one kind')
    const incoming = parcel.updates.map((bytes) => ({ from, bytes, relayed: parcel.isRelayed }))
    const { records, missing, refused, update } = this.#open.receive(incoming)
    if (update !== null) this.#keep(update)
    return { entries: records, isMissing: missing, refused: refused.length }
  }

  vector(): Vector {
    return { kind: 'yjs', bytes: this.#open.stateVector() }
  }

  diff(vector: Vector | null): Parcel | null {
    assert(vector?.kind !== 'replica', 'all hubs of a world keep ledgers of one kind')
    const updates = this.#open.diff(vector?.bytes ?? EMPTY_VECTOR)
    return updates.length === 0 ? null : { kind: 'yjs', updates, isRelayed: true }
  }

  all(): AuthoredRecord[] {
    return this.#open.records()
  }

  held(): ReadonlyMap<string, number> {
    return new Map(this.#open.logs().map(({ author, entries }) => [logRoot(author), entries]))
  }

  get isSnapshotDue(): boolean {
    return this.#snapshot === null && this.#frames.length >= SNAPSHOT_FRAMES
  }

  beginSnapshot(): void {
    this.#snapshot = { bytes: this.#open.snapshot(), covers: this.#end }
  }

  endSnapshot(): void {
    const taken = this.#snapshot
    this.#snapshot = null
    if (taken === null || this.isFull) return
    this.#frames = [taken.bytes, ...this.#frames.slice(taken.covers - this.#replaced)]
    this.#replaced = taken.covers - 1
    this.#durable = Math.max(this.#durable, taken.covers)
  }

  tear(lost: () => number): void {
    this.#frames.length = Math.max(this.#durable - this.#replaced, this.#frames.length - lost())
  }

  rot(share: number): void {
    this.#frames.length = Math.floor(this.#frames.length * share)
    this.#snapshot = null
  }

  copy(): YjsLedger {
    const copy = new YjsLedger(this.#job, this.#clientIds, this.#reader)
    copy.#frames = [...this.#frames]
    return copy
  }

  get #end(): number {
    return this.#replaced + this.#frames.length
  }

  get #open(): JobLedger {
    assert(this.#ledger !== null, 'a ledger is opened before it is used')
    return this.#ledger
  }

  #keep(update: Uint8Array): void {
    if (!this.isFull) this.#frames.push(update)
  }
}

function rolesOf(hub: string): readonly string[] {
  return hub === OBSERVER ? ['observe'] : ['compute', 'submit']
}
