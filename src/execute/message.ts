/** What hub and slot say to each other: every message, typed; the bytes are made in message-down.ts and message-up.ts. */
import type { Cut } from '../program/family.ts'
import type { VisitedSpot } from '../program/report.ts'
import type { RootInput, ShardWork, Spawn } from './slots.ts'

/** Kinds of frames from hub to slot. */
export const down = {
  put: 1,
  forget: 2,
  open: 3,
  shards: 4,
  close: 5,
  cancel: 6,
  root: 7,
  results: 8,
  slots: 9,
  save: 10,
  divide: 11,
} as const

/** Kinds of frames from slot to hub. */
export const up = {
  ready: 65,
  results: 66,
  returned: 67,
  checkpoint: 68,
  progress: 69,
  log: 70,
  spawn: 71,
  busy: 72,
  outcome: 73,
  end: 74,
  fault: 75,
  visited: 76,
} as const

/** What user code sees of its job, with the program by its key. */
export interface SettingFields {
  readonly job: string
  readonly program: string
  readonly seed: number
  readonly clockMs: number
  readonly audit: boolean
  /** Mean time between failures of a hub, as the hub has seen them: how often a checkpoint is worth its cost. */
  readonly mtbfMs: number
}

/** Begins run `id`; its shards follow in `shards` messages. */
export interface OpenMessage {
  readonly type: 'open'
  readonly id: number
  readonly setting: SettingFields
  readonly spot: number
  readonly items: number
  readonly shared: string | null
}

/** Begins root `id`. */
export interface RootMessage {
  readonly type: 'root'
  readonly id: number
  readonly setting: SettingFields
  readonly input: RootInput
  readonly chunks: number | null
  readonly recordedCuts: ReadonlyMap<number, Cut>
  readonly profile: ReadonlyMap<number, number>
  readonly slots: number
  readonly restored: Uint8Array | null
}

export type ToSlot =
  | { readonly type: 'put'; readonly key: string; readonly bytes: Uint8Array }
  | { readonly type: 'forget'; readonly key: string }
  | OpenMessage
  /** Further shards of run `id`. A gap after the last one known means they were returned and come again. */
  | { readonly type: 'shards'; readonly id: number; readonly shards: readonly ShardWork[] }
  | { readonly type: 'close'; readonly id: number }
  | { readonly type: 'cancel'; readonly id: number }
  /** A checkpoint of the shard under way is wanted soon. */
  | { readonly type: 'save'; readonly id: number }
  /** Hubs are idle: the shards of run `id`, the one under way included, hand back what they have not begun after so many milliseconds. */
  | { readonly type: 'divide'; readonly id: number; readonly afterMs: number }
  | RootMessage
  | {
      readonly type: 'results'
      readonly id: number
      readonly sequence: number
      readonly lo: number
      readonly outcomes: readonly Uint8Array[]
    }
  | { readonly type: 'slots'; readonly id: number; readonly slots: number }

export type FromSlot =
  | { readonly type: 'ready'; readonly id: number }
  | {
      readonly type: 'results'
      readonly id: number
      readonly first: number
      /** Wall time of the shards in milliseconds, and the same without waits for a core. */
      readonly wallMs: number
      readonly busyMs: number
      readonly outcomes: readonly Uint8Array[]
    }
  /** Shards from `first` on were taken back unbegun: they turned out longer than expected. */
  | { readonly type: 'returned'; readonly id: number; readonly first: number }
  | {
      readonly type: 'checkpoint'
      readonly id: number
      readonly shard: number
      readonly progress: number
      readonly state: Uint8Array
    }
  | { readonly type: 'progress'; readonly id: number; readonly shard: number; readonly fraction: number }
  | { readonly type: 'log'; readonly id: number; readonly shard: number; readonly line: string }
  | { readonly type: 'spawn'; readonly id: number; readonly spawn: Spawn }
  | { readonly type: 'busy'; readonly id: number; readonly computing: boolean }
  | { readonly type: 'outcome'; readonly id: number; readonly bytes: Uint8Array }
  /** What became of the spots, from a root that is about to end. */
  | { readonly type: 'visited'; readonly id: number; readonly spots: readonly VisitedSpot[] }
  /** The root is over, or a cancelled run has stopped. */
  | { readonly type: 'end'; readonly id: number }
  /** The slot cannot go on: the system failed in it, or its isolate ran out of memory. */
  | { readonly type: 'fault'; readonly id: number; readonly isMemory: boolean; readonly detail: string }
