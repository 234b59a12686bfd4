/**
 * Keeps the state of long sequential loops and puts it back: generated code asks it at the head of each loop.
 *
 * Every entry of a loop has a number. A rerun enters the same loops under the same numbers, so a kept state is found
 * again by its number and by how often the loop's head was passed when it was first looked at. L1: what is kept of an
 * entry replaces what was kept of later ones; they lie within it and are over. L2: a loop whose state is no plain data
 * runs on without a state, and that is told. L3: nothing here changes what user code computes.
 */
import { ShoalError } from '../../../errors.ts'
import { loopLimits, sizes } from '../../../limits.ts'
import type { RuntimeHost } from '../contract.ts'
import { isList } from './contents.ts'
import { Origins, type StateSetting } from './loop-state.ts'

/** The state of one entry of a loop. */
export interface KeptLoop {
  readonly entry: number
  /** Passes that were over when its objects were noted, and when this was kept. */
  readonly at: number
  readonly passes: number
  /** Entries of loops so far, and visits of sharded spots. */
  readonly entries: number
  readonly visits: number
  /** Where `Math.random` was. */
  readonly random: readonly number[]
  readonly state: Uint8Array
}

/** The run whose loops are kept. */
export interface KeptRun extends StateSetting {
  readonly host: RuntimeHost
  readonly restored: readonly KeptLoop[]
  visits(): number
  skipTo(visits: number): void
  /** Hands the states over; all of them are needed. */
  keep(loops: readonly KeptLoop[]): void
}

/** An entry of a loop that has been looked at. */
interface Entered {
  readonly site: Site
  readonly line: number
  readonly sinceMs: number
  noteAtMs: number
  readonly entry: number
  lookedMs: number
  passes: number
  /** Passes until the next look. */
  gap: number
  /** Passes when its objects were noted. */
  at: number
  origins: Origins | null
}

/** What is remembered of a loop from entry to entry. */
interface Site {
  gap: number
  /** No attempt to keep its state before. */
  restsUntilMs: number
  /** Bytes that noting its objects is known to get through in a millisecond. */
  noteRate: number
  isTold: boolean
}

/** What generated code hands over at a loop's head. */
interface Looked {
  readonly rebound: readonly unknown[]
  readonly fixed: readonly unknown[]
  readonly over: { readonly list: unknown } | undefined
}

/** Passes that no loop reaches; still a small integer. */
const NEVER = 2 ** 30 - 1

/** The names of its members are those of the generated text. */
export class LoopKeeper {
  /** Passes until the loop just entered, or looked at, is looked at next. */
  at = NEVER
  /** In place of values: this pass is only a step of the loop's iterator. */
  readonly skip: readonly unknown[] = []
  #run: KeptRun | null = null
  #entries = 0
  #waiting: KeptLoop[] = []
  #kept: KeptLoop[] = []
  #entered: Entered[] = []
  readonly #sites = new Map<number, Site>()
  readonly #lines = new Map<number, number>()

  /** What generated code tells of its loops: their lines. */
  lines(lines: Readonly<Record<string, number>>): void {
    for (const [site, line] of Object.entries(lines)) this.#lines.set(Number(site), line)
  }

  /** Begins a run, or its rest after a state of another kind was kept; null: nothing is kept from here on. */
  begin(run: KeptRun | null): void {
    this.#run = run
    this.#entries = 0
    this.#waiting = [...(run?.restored ?? [])]
    this.#kept = []
    this.#entered = []
    this.at = NEVER
  }

  /** A loop begins. @returns the number of this entry */
  enter(site: number): number {
    if (this.#run === null) return 0
    const entry = ++this.#entries
    this.at = this.#waiting[0]?.entry === entry ? this.#waiting[0].at : (this.#sites.get(site)?.gap ?? 0)
    return entry
  }

  /** Where a stretch of a counted loop stops. What is no integer runs on: its passes cannot be told by their numbers. */
  end(from: unknown, span: number, end: unknown): unknown {
    if (!Number.isSafeInteger(from) || typeof end !== 'number') return end
    const stop = Number(from) + span
    return Number.isSafeInteger(stop) && stop < end ? stop : end
  }

  /**
   * Looks at a loop, at its head.
   * @param first what `at` was when the loop was entered
   * @param over what it iterates over; absent for loops without an iterator
   * @returns null to go on; values for the variables that are bound anew; or `skip`
   */
  look(
    site: number,
    entry: number,
    first: number,
    rebound: readonly unknown[],
    fixed: readonly unknown[],
    over?: { readonly list: unknown },
  ): readonly unknown[] | null {
    const run = this.#run
    if (run === null || entry === 0) {
      this.at = NEVER
      return null
    }
    const loop = this.#looked(run, site, entry, first)
    loop.passes += loop.gap
    const [waiting] = this.#waiting
    if (waiting?.entry === entry) return this.#tryResume(run, loop, waiting, { rebound, fixed, over })
    const nowMs = run.host.nowMs()
    this.#pace(loop, nowMs)
    // What is kept on the way back to a state that is further on would lead back to less.
    const mayKeep = waiting === undefined && nowMs >= loop.site.restsUntilMs && nowMs >= loop.noteAtMs
    if (mayKeep) this.#keepIfDue(run, loop, { rebound, fixed, over })
    this.at = loop.gap
    return null
  }

  /** Entries after this one are over: its head is where the run is. */
  #looked({ host }: KeptRun, site: number, entry: number, first: number): Entered {
    while ((this.#entered.at(-1)?.entry ?? 0) > entry) this.#entered.pop()
    // A run that has come further than when this was kept has missed it.
    if (this.#entries > (this.#waiting[0]?.entries ?? this.#entries)) this.#waiting = []
    const known = this.#entered.at(-1)
    if (known?.entry === entry) return known
    const nowMs = host.nowMs()
    const of = this.#siteOf(site)
    const noteAtMs = nowMs + loopLimits.notedAfterMs
    const line = this.#lines.get(site) ?? 0
    const loop = {
      site: of,
      line,
      entry,
      sinceMs: nowMs,
      noteAtMs,
      lookedMs: nowMs,
      passes: 0,
      gap: first,
      at: 0,
      origins: null,
    }
    this.#entered.push(loop)
    return loop
  }

  #siteOf(site: number): Site {
    const known = this.#sites.get(site)
    if (known !== undefined) return known
    const made = { gap: 0, restsUntilMs: 0, noteRate: loopLimits.noteBytesPerMs, isTold: false }
    this.#sites.set(site, made)
    return made
  }

  /** Looks are a moment apart, whatever a pass takes. */
  #pace(loop: Entered, nowMs: number): void {
    const tookMs = nowMs - loop.lookedMs
    loop.lookedMs = nowMs
    if (tookMs < loopLimits.lookEveryMs / 2) loop.gap = Math.min(loopLimits.passesPerLookMax, Math.max(1, loop.gap * 2))
    else if (tookMs > loopLimits.lookEveryMs * 2) loop.gap = Math.max(1, loop.gap >>> 1)
    else loop.gap = Math.max(1, loop.gap)
    loop.site.gap = loop.gap
  }

  #keepIfDue(run: KeptRun, loop: Entered, { rebound, fixed, over }: Looked): void {
    if (over !== undefined && !isList(over.list)) return this.#refuse(run, loop, 'what it iterates over is no array')
    try {
      if (loop.origins === null) this.#note(run, loop, rebound, fixed)
      else if (this.#isOverdue(loop) || run.host.checkpointDue()) this.#keep(run, loop, rebound)
    } catch (thrown) {
      if (!(thrown instanceof ShoalError)) throw thrown
      this.#refuse(run, loop, thrown.message)
    }
  }

  /** Notes what the loop can reach, within a share of the time it has run: where that is not enough, later. */
  #note(run: KeptRun, loop: Entered, rebound: readonly unknown[], fixed: readonly unknown[]): void {
    const { site } = loop
    const startMs = run.host.nowMs()
    const elapsedMs = startMs - loop.sinceMs
    const within = Math.max(loopLimits.noteBytesMin, (elapsedMs / loopLimits.noteShares) * site.noteRate)
    const bytesMax = Math.min(sizes.checkpointBytesMax, within)
    try {
      loop.origins = new Origins(run, rebound, fixed, bytesMax)
      loop.at = loop.passes
    } catch (thrown) {
      const isTooMuch = thrown instanceof ShoalError && thrown.code === 'SHOAL_VALUE_TOO_LARGE'
      if (!isTooMuch || bytesMax === sizes.checkpointBytesMax) throw thrown
      const tookMs = run.host.nowMs() - startMs
      site.noteRate = Math.max(site.noteRate, bytesMax / Math.max(tookMs, 1))
      loop.noteAtMs = startMs + elapsedMs / 2
    }
  }

  /** What was kept of a loop within this one belongs to an earlier pass. */
  #isOverdue({ entry }: Entered): boolean {
    return this.#kept.some((kept) => kept.entry > entry)
  }

  #keep(run: KeptRun, loop: Entered, rebound: readonly unknown[]): void {
    if (loop.origins === null) return
    const { entry, at, passes } = loop
    const state = loop.origins.save(rebound)
    const kept = {
      entry,
      at,
      passes,
      entries: this.#entries,
      visits: run.visits(),
      random: run.host.randomState(),
      state,
    }
    this.#kept = [...this.#kept.filter((other) => other.entry < entry), kept]
    this.#dropOldest()
    if (run.host.checkpointDue()) run.keep(this.#kept)
  }

  /** Without its state a loop is run again from its start, which costs time and nothing else. */
  #dropOldest(): void {
    let bytes = this.#kept.reduce((sum, { state }) => sum + state.byteLength, 0)
    while (
      bytes > sizes.checkpointBytesMax - loopLimits.checkpointHeadBytes ||
      this.#kept.length > loopLimits.keptMax
    ) {
      const dropped = this.#kept.shift()
      if (dropped === undefined) return
      bytes -= dropped.state.byteLength
    }
  }

  #tryResume(run: KeptRun, loop: Entered, waiting: KeptLoop, looked: Looked): readonly unknown[] | null {
    try {
      return this.#resume(run, loop, waiting, looked)
    } catch (thrown) {
      if (!(thrown instanceof ShoalError)) throw thrown
      run.host.log(`line ${loop.line} starts over: ${thrown.message}`)
      this.#waiting = []
      this.at = loop.gap
      return null
    }
  }

  #resume(run: KeptRun, loop: Entered, waiting: KeptLoop, { rebound, fixed, over }: Looked): readonly unknown[] {
    const steps = over !== undefined && loop.passes < waiting.passes
    if (steps && loop.origins !== null) return this.skip
    loop.origins ??= new Origins(run, rebound, fixed)
    const values = loop.origins.restore(waiting.state)
    loop.at = waiting.at
    loop.gap = 1
    this.at = 1
    // The list is as it was in the end: its iterator takes the missing steps.
    if (steps) return this.skip
    this.#waiting.shift()
    this.#kept.push(waiting)
    this.#entries = waiting.entries
    loop.passes = waiting.passes
    loop.lookedMs = run.host.nowMs()
    run.skipTo(waiting.visits)
    run.host.restoreRandom(waiting.random)
    return values
  }

  #refuse(run: KeptRun, { site, line }: Entered, why: string): void {
    site.restsUntilMs = run.host.nowMs() + loopLimits.restMs
    if (!site.isTold) run.host.log(`line ${line} runs without checkpoints: ${why}`)
    site.isTold = true
  }
}
