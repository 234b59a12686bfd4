/** What hubs say to each other directly, besides beacons and ledger updates. */
import type { FamilyKey } from '../program/family.ts'
import type { JobId } from '../program/ref.ts'

export type HubMessage =
  /** "I am idle: give me unstarted work that I would finish `finishInMs` from now at the latest." */
  | { readonly type: 'steal'; readonly request: number; readonly startInMs: number }
  /** The owner has released these shards for the thief (null: nothing worth it). */
  | { readonly type: 'stolen'; readonly request: number; readonly given: Given | null }
  /** "I hold manifest, program and input of this job." */
  | { readonly type: 'job-held'; readonly job: JobId }

export interface Given {
  readonly job: JobId
  readonly family: FamilyKey
  readonly lo: number
  readonly hi: number
}
