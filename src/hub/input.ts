/** Everything that can happen to a hub. Inputs are facts; the hub alone decides what follows. */
import type { RunEnd } from '../execute/slots.ts'
import type { Author, LedgerRecord } from '../ledger/record.ts'
import type { FamilySpec } from '../program/family.ts'
import type { Manifest } from '../program/program.ts'
import type { Cid, HubId, JobId, Ref } from '../program/ref.ts'
import type { Beacon, LoadReport } from './beacon.ts'
import type { HubMessage } from './message.ts'
import type { TimerName } from './timer.ts'

export interface AuthoredRecord {
  readonly author: Author
  readonly record: LedgerRecord
}

/** A peer that sent records, and when each of its slots falls free after what they claim, if it said so. */
export interface RecordSender {
  readonly hub: HubId
  readonly slotFreeInMs?: readonly number[]
}

/** Identity of a run of this hub: shards claimed together and handed to one slot. */
export type RunId = number

export type Input =
  | { readonly type: 'started' }
  | { readonly type: 'timer'; readonly timer: TimerName }
  | { readonly type: 'connected'; readonly hub: HubId }
  | { readonly type: 'disconnected'; readonly hub: HubId }
  /** A connected hub has answered: it lives, whether or not its beacons come through. */
  | { readonly type: 'heard'; readonly hub: HubId }
  | { readonly type: 'beacon'; readonly beacon: Beacon }
  | { readonly type: 'message'; readonly from: HubId; readonly message: HubMessage }
  | { readonly type: 'load'; readonly report: LoadReport }
  /** Links as measured: one-way latency, and throughput where blobs have moved. */
  /** How fast a core of this machine is, 1 for the reference machine. */
  | { readonly type: 'speed'; readonly speed: number }
  | { readonly type: 'links'; readonly links: readonly { readonly hub: HubId; readonly latencyMs: number }[] }
  /** A valid signed manifest is known here; `mine` when it was submitted here. */
  | {
      readonly type: 'job'
      readonly job: JobId
      readonly manifest: Manifest
      readonly bytes: Uint8Array
      readonly mine: boolean
    }
  /** Records that others wrote, or that an earlier life of this hub did; `senders` are the peers that sent them, each once. */
  | {
      readonly type: 'records'
      readonly job: JobId
      readonly entries: readonly AuthoredRecord[]
      readonly senders?: readonly RecordSender[]
    }
  /** The blobs a job cannot start without are here. */
  | { readonly type: 'job-blobs'; readonly job: JobId }
  /** The root of this run spawned a family; its blobs are stored here. */
  | { readonly type: 'spawned'; readonly run: RunId; readonly spec: FamilySpec }
  /** Outcomes of the shards `[lo, hi)` are stored here as one packed list. */
  | {
      readonly type: 'results'
      readonly run: RunId
      readonly lo: number
      readonly hi: number
      readonly ref: Ref
      /** What the outcomes are known by, one each, where results are compared. */
      readonly digests?: readonly string[]
      readonly busyMs: number
    }
  | {
      readonly type: 'checkpoint'
      readonly run: RunId
      readonly shard: number
      readonly progress: number
      readonly ref: Ref
    }
  /** The share of a shard that its slot has done, 0 to 1. */
  | { readonly type: 'progress'; readonly run: RunId; readonly shard: number; readonly fraction: number }
  /** The root of this run computes from now on, or waits for its families; it begins with computing. */
  | { readonly type: 'root-computes'; readonly run: RunId; readonly computes: boolean }
  | { readonly type: 'ended'; readonly run: RunId; readonly end: RunEnd }
  /** All inputs of a prepared run are here, or some cannot be had now. */
  | { readonly type: 'prepared'; readonly run: RunId; readonly missing: string | null }
  /** `holders` besides this hub have the blob durably; empty when nobody took it in time. */
  | { readonly type: 'replicated'; readonly cid: Cid; readonly holders: readonly HubId[] }
  /** Results that a local root or run needs cannot be had from anyone now. */
  | {
      readonly type: 'unavailable'
      readonly job: JobId
      readonly family: string
      readonly lo: number
      readonly hi: number
    }
  | { readonly type: 'cancel'; readonly job: JobId; readonly reason: string }
  | { readonly type: 'acknowledge'; readonly job: JobId }
  | { readonly type: 'drain' }
