/** Everybody who follows jobs at this hub: events of a job, membership for all, progress at a bounded rate. */
import type { JobEvent, JobSummary } from '../client/local-hub.ts'
import { ShoalError } from '../errors.ts'
import type { StoryEvent } from '../hub/effect.ts'
import { shellLimits } from '../limits.ts'
import { shardName } from '../program/family.ts'
import type { JobId } from '../program/ref.ts'
import { Follower } from './follower.ts'

export class Followers {
  readonly #summary: (job: JobId) => JobSummary
  readonly #followers = new Map<JobId, Set<Follower<JobEvent>>>()
  readonly #progressTimers = new Map<JobId, NodeJS.Timeout>()

  constructor(summary: (job: JobId) => JobSummary) {
    this.#summary = summary
  }

  /** Events of a job from now to its end, or until `signal`. */
  async *follow(job: JobId, signal: AbortSignal): AsyncGenerator<JobEvent> {
    const follower = new Follower<JobEvent>()
    const all = this.#followers.get(job) ?? new Set()
    this.#followers.set(job, all.add(follower))
    const leave = () => follower.end()
    signal.addEventListener('abort', leave, { once: true })
    try {
      yield* follower
    } finally {
      signal.removeEventListener('abort', leave)
      all.delete(follower)
      if (all.size === 0) this.#followers.delete(job)
    }
  }

  /** Resolves when the job has ended. */
  async ended(job: JobId, signal: AbortSignal): Promise<void> {
    for await (const event of this.follow(job, signal)) if (event.type === 'ended') return
    throw new ShoalError('SHOAL_RESULT_NOT_READY', `job ${job} has not ended`, { next: `shoal result ${job}` })
  }

  tell(job: JobId, event: JobEvent): void {
    for (const follower of this.#followers.get(job) ?? []) follower.push(event)
  }

  story(job: JobId | null, event: StoryEvent): void {
    if (event.type === 'hub') {
      for (const one of this.#followers.keys()) this.tell(one, event)
      return
    }
    if (job === null || !this.#followers.has(job)) return
    if (event.type === 'family' || event.type === 'disagreement') this.tell(job, event)
    else this.tell(job, { ...event, shard: shardName({ family: event.family, index: event.lo }) })
    this.#progressSoon(job)
  }

  /** The last event: nothing follows it. */
  end(job: JobId): void {
    clearTimeout(this.#progressTimers.get(job))
    this.#progressTimers.delete(job)
    this.tell(job, { type: 'ended', summary: this.#summary(job) })
    for (const follower of this.#followers.get(job) ?? []) follower.end()
  }

  #progressSoon(job: JobId): void {
    if (this.#progressTimers.has(job)) return
    const timer = setTimeout(() => {
      this.#progressTimers.delete(job)
      if (this.#followers.has(job)) this.tell(job, { type: 'progress', summary: this.#summary(job) })
    }, shellLimits.progressMs)
    timer.unref()
    this.#progressTimers.set(job, timer)
  }
}
