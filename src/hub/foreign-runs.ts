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

type HubRuns = Map<number, ForeignRun>

/**
 * By family and hub, so that a result looks only at the runs it most likely concerns; at most `counts.foreignRunsMax`. Runs
 * whose shards others did are found out when somebody looks for work to take.
 */
export class ForeignRuns {
  readonly #byFamily = new Map<FamilyView, Map<HubId, HubRuns>>()
  size = 0

  get(view: FamilyView, hub: HubId, lo: number, epoch: number): ForeignRun | undefined {
    return this.#byFamily.get(view)?.get(hub)?.get(keyOf(lo, epoch))
  }

  /** The runs of one hub in one family. */
  of(view: FamilyView, hub: HubId): Iterable<ForeignRun> {
    return this.#byFamily.get(view)?.get(hub)?.values() ?? []
  }

  /** The runs of one hub. */
  *ofHub(hub: HubId): Generator<ForeignRun> {
    for (const hubs of this.#byFamily.values()) yield* hubs.get(hub)?.values() ?? []
  }

  set(view: FamilyView, run: ForeignRun): void {
    const key = keyOf(run.lo, run.epoch)
    const isKnown = this.#byFamily.get(view)?.get(run.hub)?.has(key) === true
    if (!isKnown && this.size >= counts.foreignRunsMax) return
    let hubs = this.#byFamily.get(view)
    if (hubs === undefined) {
      hubs = new Map()
      this.#byFamily.set(view, hubs)
    }
    let runs = hubs.get(run.hub)
    if (runs === undefined) {
      runs = new Map()
      hubs.set(run.hub, runs)
    }
    if (!isKnown) this.size++
    runs.set(key, run)
  }

  delete(view: FamilyView, hub: HubId, lo: number, epoch: number): void {
    if (this.#byFamily.get(view)?.get(hub)?.delete(keyOf(lo, epoch))) this.size--
  }

  /** The run that begins at a shard is another hub’s now; returns whether there was one. */
  lost(view: FamilyView, hub: HubId, lo: number): boolean {
    return this.#forget(view, hub, (run) => run.lo === lo)
  }

  /** Results of `[lo, hi)` by `hub`: its run moved; when nothing of it is left, it is forgotten. */
  done(view: FamilyView, done: { lo: number; hi: number; hub: HubId }, nowMs: number): void {
    this.#forget(view, done.hub, (run) => {
      if (run.hi <= done.lo || run.lo >= done.hi) return false
      run.movedMs = nowMs
      return isOver(view, run)
    })
  }

  dropHub(hub: HubId): void {
    for (const [view, hubs] of this.#byFamily) {
      this.#forget(view, hub, () => true)
      hubs.delete(hub)
    }
  }

  dropFamilies(views: Iterable<FamilyView>): void {
    for (const view of views) {
      for (const hub of this.#byFamily.get(view)?.keys() ?? []) this.#forget(view, hub, () => true)
      this.#byFamily.delete(view)
    }
  }

  /** Runs with something left. */
  open(): ForeignRun[] {
    const open: ForeignRun[] = []
    for (const [view, hubs] of this.#byFamily) {
      for (const hub of hubs.keys()) {
        this.#forget(view, hub, (run) => {
          if (isOver(view, run)) return true
          open.push(run)
          return false
        })
      }
    }
    return open
  }

  /** Returns whether any was forgotten. */
  #forget(view: FamilyView, hub: HubId, isForgotten: (run: ForeignRun) => boolean): boolean {
    const runs = this.#byFamily.get(view)?.get(hub)
    if (runs === undefined) return false
    const before = this.size
    for (const [key, run] of runs) if (isForgotten(run) && runs.delete(key)) this.size--
    return this.size < before
  }
}

const EPOCHS = 2 ** 20

/** Of a run of one hub in one family. */
function keyOf(lo: number, epoch: number): number {
  return lo * EPOCHS + epoch
}

function isOver(view: FamilyView, run: ForeignRun): boolean {
  while (run.next < run.hi && (view.isDone(run.next) || view.hasVoted(run.next, run.hub))) run.next++
  return run.next >= run.hi
}
