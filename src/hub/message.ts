/** What hubs say to each other directly, besides beacons and ledger updates. */
import type { BidTerms } from '../cost/cost.ts'
import type { FamilyKey } from '../program/family.ts'
import type { JobId } from '../program/ref.ts'

export type HubMessage =
  /** "I am idle and could begin in `startInMs`: give me work that I would end clearly sooner than you, and within `untilInMs`." */
  | {
      readonly type: 'steal'
      readonly request: number
      readonly startInMs: number
      readonly untilInMs?: number | undefined
    }
  /** The owner keeps these shards for the thief to claim (null: nothing worth it). */
  | { readonly type: 'stolen'; readonly request: number; readonly given: Given | null }
  /** "I hold manifest, program and input of this job." */
  | { readonly type: 'job-held'; readonly job: JobId }

export interface Given {
  readonly job: JobId
  readonly family: FamilyKey
  readonly lo: number
  readonly hi: number
  /** The first of them was running: it resumes from its checkpoint. */
  readonly isMove: boolean
  /** Speed-1 milliseconds they still take, as the owner measures. */
  readonly leftMs: number
  /** The owner's own bid for them, which the thief's was better than. */
  readonly ownerTerms?: BidTerms | undefined
}
