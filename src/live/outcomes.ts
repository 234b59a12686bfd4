/** How ended jobs ended: their root's outcome is read once, and only as far as its kind, unless it is an error. */
import { ShoalError } from '../errors.ts'
import type { ThrownError } from '../execute/codec/codec.ts'
import { decodeOutcome } from '../execute/codec/outcome.ts'
import type { Hub } from '../hub/hub.ts'
import { rootView } from '../hub/job.ts'
import type { JobId } from '../program/ref.ts'
import { unpackList } from '../wire/pack.ts'
import type { Values } from './values.ts'

export type Judgement = { readonly kind: 'value' } | { readonly kind: 'error'; readonly error: ThrownError }

const VALUE_KIND = 0

export class Outcomes {
  readonly #hub: Hub
  readonly #values: Values
  readonly #judged = new Map<JobId, Judgement>()

  constructor(hub: Hub, values: Values) {
    this.#hub = hub
    this.#values = values
  }

  /** What is known of an ended job's outcome; null until {@link judge} has looked. */
  known(job: JobId): Judgement | null {
    return this.#judged.get(job) ?? null
  }

  /** The encoded outcome of a job whose root is done. @throws ShoalError SHOAL_BLOB_MISSING, SHOAL_RESULT_NOT_READY */
  async bytes(job: JobId, signal: AbortSignal): Promise<Uint8Array> {
    const known = this.#hub.state.jobs.get(job)
    const done = known === undefined ? null : rootView(known).done(0)
    if (done === null) {
      throw new ShoalError('SHOAL_RESULT_NOT_READY', `job ${job} has no result yet`, {
        next: `wait for it: shoal result ${job}`,
      })
    }
    const packed = await this.#values.bytes(done.ref, [done.hub, ...done.holders], signal)
    const outcome = unpackList(packed)[done.offset]
    if (outcome !== undefined) return outcome
    throw new ShoalError('SHOAL_VALUE_CORRUPT', `the result of job ${job} is not where its record says`, {
      next: 'fetch it from another hub',
    })
  }

  async judge(job: JobId, signal: AbortSignal): Promise<Judgement> {
    const known = this.#judged.get(job)
    if (known !== undefined) return known
    const judgement = toJudgement(await this.bytes(job, signal))
    this.#judged.set(job, judgement)
    return judgement
  }

  drop(job: JobId): void {
    this.#judged.delete(job)
  }
}

function toJudgement(outcome: Uint8Array): Judgement {
  if (outcome[0] === VALUE_KIND) return { kind: 'value' }
  const decoded = decodeOutcome(outcome)
  return decoded.kind === 'error' ? { kind: 'error', error: decoded.error } : { kind: 'value' }
}
