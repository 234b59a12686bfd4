/** Runs of other hubs, as their claims told: what stragglers are measured by. */
import type { FamilyView } from '../ledger/view.ts'
import { counts } from '../limits.ts'
import type { HubId, JobId } from '../program/ref.ts'

export interface ForeignRun {
  readonly job: JobId
  readonly family: string
  readonly lo: number
  readonly hi: number
  readonly epoch: number
  readonly hub: HubId
  running: boolean
  /** First shard that has no result, as far as was looked. */
  next: number
  /** Own clock, when it was last seen to move: claimed, started, or a result of it came. */
  movedMs: number
}

/** By family, so that a result looks only at the runs it can concern; at most `counts.foreignRunsMax`. */
export class ForeignRuns {
  readonly #byFamily = new Map<string, Map<string, ForeignRun>>()
  size = 0

  get(job: JobId, family: string, key: string): ForeignRun | undefined {
    return this.#byFamily.get(`${job}/${family}`)?.get(key)
  }

  /** The runs of one family. */
  of(job: JobId, family: string): Iterable<ForeignRun> {
    return this.#byFamily.get(`${job}/${family}`)?.values() ?? []
  }

  set(key: string, run: ForeignRun): void {
    const name = `${run.job}/${run.family}`
    let runs = this.#byFamily.get(name)
    const isKnown = runs?.has(key) === true
    if (!isKnown && this.size >= counts.foreignRunsMax) return
    if (runs === undefined) {
      runs = new Map()
      this.#byFamily.set(name, runs)
    }
    if (!isKnown) this.size++
    runs.set(key, run)
  }

  delete(job: JobId, family: string, key: string): void {
    this.#forget(`${job}/${family}`, (_run, of) => of === key)
  }

  /** Results of `[lo, hi)` by `hub`: its run moved; runs without anything left are forgotten. */
  done(view: FamilyView, job: JobId, done: { lo: number; hi: number; hub: HubId }, nowMs: number): void {
    this.#forget(`${job}/${view.spec.key}`, (run) => {
      if (run.hi <= done.lo || run.lo >= done.hi) return false
      if (run.hub === done.hub) run.movedMs = nowMs
      while (run.next < run.hi && view.isDone(run.next)) run.next++
      return run.next >= run.hi
    })
  }

  dropHub(hub: HubId): void {
    for (const name of this.#byFamily.keys()) this.#forget(name, (run) => run.hub === hub)
  }

  dropJob(job: JobId): void {
    for (const name of this.#byFamily.keys()) this.#forget(name, (run) => run.job === job)
  }

  *values(): Generator<ForeignRun> {
    for (const runs of this.#byFamily.values()) yield* runs.values()
  }

  #forget(name: string, isOver: (run: ForeignRun, key: string) => boolean): void {
    const runs = this.#byFamily.get(name)
    if (runs === undefined) return
    for (const [key, run] of runs) if (isOver(run, key) && runs.delete(key)) this.size--
    if (runs.size === 0) this.#byFamily.delete(name)
  }
}
