/** A job's ledger on a simulated machine, kept over its lives. Two kinds stand in for each other: real Yjs, and a fast replica. */
import type { AuthoredRecord } from '../../src/hub/input.ts'
import { packRecords } from '../../src/ledger/pack.ts'
import type { Author, LedgerRecord } from '../../src/ledger/record.ts'

export const ledgerKinds = ['yjs', 'replica'] as const
export type LedgerKind = (typeof ledgerKinds)[number]

/** A stretch of one author's log. */
export interface LogPart {
  readonly author: Author
  readonly from: number
  /** One object for all who receive it. */
  readonly entries: readonly AuthoredRecord[]
}

/** What travels from hub to hub: records, as the kind of ledger ships them. */
export type Parcel =
  | { readonly kind: 'replica'; readonly parts: readonly LogPart[] }
  /** `isRelayed`: an answer of anti-entropy, which may hold the logs of many. */
  | { readonly kind: 'yjs'; readonly updates: readonly Uint8Array[]; readonly isRelayed: boolean }

/** What a ledger holds, for asking others for the rest. */
export type Vector =
  | { readonly kind: 'replica'; readonly lengths: ReadonlyMap<string, number> }
  | { readonly kind: 'yjs'; readonly bytes: Uint8Array }

/** Own records on their way to the disk. */
export interface Written {
  readonly parcel: Parcel
  /** How far the disk must have got for them to be durable. */
  readonly end: number
}

export interface Received {
  readonly entries: readonly AuthoredRecord[]
  /** Something came before its predecessors: time for anti-entropy. */
  readonly isMissing: boolean
  /** Updates that no correct hub could have sent. */
  readonly refused: number
}

export interface SimLedger {
  /** Whether the disk takes nothing more: what comes meanwhile lives in memory only. */
  isFull: boolean
  /** A new life begins: what the disk kept, in the order to apply; it writes as `author`. */
  open(author: Author): AuthoredRecord[]
  /** Adds own records, which count for others after {@link synced} only. */
  append(records: readonly LedgerRecord[]): Written
  /** The disk has all up to there for good. */
  synced(written: Written): void
  receive(parcel: Parcel, from: string): Received
  vector(): Vector
  /** What a holder of the vector lacks, everything for null; null when it lacks nothing. */
  diff(vector: Vector | null): Parcel | null
  all(): AuthoredRecord[]
  /** Entries held, by log. */
  held(): ReadonlyMap<string, number>
  /** Whether it is time to replace the log on disk by a snapshot. */
  readonly isSnapshotDue: boolean
  beginSnapshot(): void
  /** The snapshot is durable, what it covers goes. */
  endSnapshot(): void
  /** A power cut: what was not durable goes, and up to `lost()` of the newest that others keep too. */
  tear(lost: () => number): void
  /** Frames fail their checksums from some point on: about this share of what was durable stays. */
  rot(share: number): void
  /** What the disk has, as a ledger of its own. */
  copy(): SimLedger
}

/** Bytes on the wire. */
export function parcelBytes(parcel: Parcel): number {
  return parcel.kind === 'yjs'
    ? parcel.updates.reduce((sum, update) => sum + update.byteLength, 0)
    : parcel.parts.reduce((sum, part) => sum + packRecords(part.entries.map(({ record }) => record)).byteLength, 0)
}
