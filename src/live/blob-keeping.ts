/** Which blobs this hub keeps: what a job cannot start without, copies for others, and nothing that no job needs. */
import type { HubState } from '../hub/state.ts'
import { recovery, shellLimits } from '../limits.ts'
import type { Cid, HubId, JobId } from '../program/ref.ts'
import type { BlobStore } from '../store/blob-store.ts'
import { errorFields, type Log } from './log.ts'
import type { Network } from './network.ts'
import type { Values } from './values.ts'

export interface BlobKeepingParts {
  readonly state: HubState
  readonly values: Values
  readonly blobs: BlobStore
  readonly network: Network
  readonly log: Log
  /** Fires when the hub stops. */
  readonly stopped: AbortSignal
}

export class BlobKeeping {
  readonly #parts: BlobKeepingParts
  /** Blobs that the last sweep found unneeded. */
  #unneeded: ReadonlySet<Cid> = new Set()

  constructor(parts: BlobKeepingParts) {
    this.#parts = parts
  }

  /** Fetches what a job cannot start without, for as long as the job lives and nobody has it. Returns whether all is here. */
  async holdAll(job: JobId, cids: readonly Cid[], from: readonly HubId[]): Promise<boolean> {
    const held = await Promise.all(cids.map((cid) => this.#hold(job, cid, from)))
    return held.every((isHere) => isHere)
  }

  /** Gives a blob to the first of these hubs that takes it. Returns who has it now. */
  async replicate(cid: Cid, to: readonly HubId[]): Promise<HubId[]> {
    const { network, stopped, log } = this.#parts
    for (const hub of to) {
      const signal = AbortSignal.any([stopped, AbortSignal.timeout(recovery.replicateTimeoutMs)])
      try {
        await network.pushBlob(cid, hub, { signal })
        return [hub]
      } catch (error) {
        log.debug({ cid, hub, ...errorFields(error) }, 'a blob could not be copied')
      }
    }
    return []
  }

  /** Removes what neither this sweep nor the last one found needed. */
  async sweep(needed: ReadonlySet<Cid>): Promise<void> {
    const { blobs } = this.#parts
    const unneeded = (await blobs.list()).filter((cid) => !needed.has(cid))
    for (const cid of unneeded) if (this.#unneeded.has(cid)) await blobs.remove(cid)
    this.#unneeded = new Set(unneeded)
  }

  async #hold(job: JobId, cid: Cid, from: readonly HubId[]): Promise<boolean> {
    while (!(await this.#isHeld(cid, from))) {
      if (!this.#parts.state.jobs.has(job) || this.#parts.stopped.aborted) return false
      await new Promise((resolve) => setTimeout(resolve, shellLimits.holdRetryMs))
    }
    return true
  }

  async #isHeld(cid: Cid, from: readonly HubId[]): Promise<boolean> {
    const { values, stopped, log } = this.#parts
    try {
      await values.hold(cid, from, stopped)
      return true
    } catch (error) {
      log.debug({ cid, ...errorFields(error) }, 'a blob of a job is not here yet')
      return false
    }
  }
}
