/** What the shell keeps per job beside the ledger: the program as slots want it, log lines, and who listens. */

import { assert, ShoalError } from '../errors.ts'
import type { JobSetting, RunEnd } from '../execute/slots.ts'
import type { Hub } from '../hub/hub.ts'
import type { RunId } from '../hub/input.ts'
import { openCount } from '../hub/lease.ts'
import { swarmSlots } from '../hub/ready-set.ts'
import { sizes, slotLimits } from '../limits.ts'
import { type FamilySpec, shardName } from '../program/family.ts'
import { ISOLATION_LABEL, isLevel } from '../program/isolation-level.ts'
import type { Manifest } from '../program/program.ts'
import type { HubId, JobId } from '../program/ref.ts'
import type { SpotReport, VisitedSpot } from '../program/report.ts'
import type { NumberedLines } from './followed-logs.ts'
import type { Values } from './values.ts'

export interface LogLine {
  readonly shard: string
  readonly line: string
}

interface Shelf {
  setting: Promise<JobSetting> | null
  readonly lines: LogLine[]
  lineBytes: number
  /** Lines that found no room any more. */
  linesDropped: number
  /** What the root told, if it ran here. */
  spots: readonly VisitedSpot[]
}

export class JobShelf {
  readonly #hub: Hub
  readonly #values: Values
  readonly #shelves = new Map<JobId, Shelf>()
  /** Mean time between failures of a hub. */
  mtbfMs: () => number = () => slotLimits.mtbfMs
  /** Told of every log line. */
  onLog: (job: JobId, line: LogLine) => void = () => undefined

  constructor(hub: Hub, values: Values) {
    this.#hub = hub
    this.#values = values
  }

  /** @throws ShoalError SHOAL_JOB_UNKNOWN */
  manifest(job: JobId): Manifest {
    const known = this.#hub.state.jobs.get(job)
    if (known !== undefined) return known.manifest
    throw new ShoalError('SHOAL_JOB_UNKNOWN', `no job ${job} is known here`, {
      next: 'list the jobs with `shoal jobs`',
    })
  }

  spec(job: JobId, family: string): FamilySpec {
    const view = this.#hub.state.jobs.get(job)?.view.families.get(family)
    assert(view, `family ${family} of job ${job} is known`)
    return view.spec
  }

  /** True when fewer shards of a family are open than the swarm has slots: some may soon be idle. */
  isScarce(job: JobId, family: string): boolean {
    const view = this.#hub.state.jobs.get(job)?.view.families.get(family)
    const { members } = this.#hub.state
    const slots = swarmSlots(members)
    return view !== undefined && openCount(view, members, slots) < slots
  }

  /** What slots need to know of a job; its program is fetched once. */
  setting(job: JobId, holders: readonly HubId[], signal: AbortSignal): Promise<JobSetting> {
    const shelf = this.#shelf(job)
    shelf.setting ??= this.#load(job, holders, signal).catch((error: unknown) => {
      shelf.setting = null
      throw error
    })
    return shelf.setting
  }

  logged(run: RunId, shard: number, line: string): void {
    const own = this.#hub.state.runs.get(run)
    if (own === undefined) return
    const shelf = this.#shelf(own.job)
    const entry = { shard: shardName({ family: own.family, index: shard }), line: line.slice(0, sizes.logLineBytesMax) }
    shelf.lines.push(entry)
    shelf.lineBytes += entry.line.length
    while (shelf.lineBytes > sizes.jobLogBytesMax) {
      shelf.lineBytes -= shelf.lines.shift()?.line.length ?? shelf.lineBytes
      shelf.linesDropped++
    }
    this.onLog(own.job, entry)
  }

  /** What a slot said when it went down is told like what its shard wrote, as far as it is not there already. */
  wentDown(run: RunId, end: RunEnd): void {
    const own = this.#hub.state.runs.get(run)
    if (own === undefined || end.kind === 'complete' || end.kind === 'cancelled') return
    const said = end.detail.split('\n')
    const there = new Set(
      this.lines(own.job)
        .slice(-said.length)
        .map(({ line }) => line),
    )
    for (const line of said) if (!there.has(line)) this.logged(run, own.next, line)
  }

  visited(job: JobId, spots: readonly VisitedSpot[]): void {
    this.#shelf(job).spots = spots
  }

  /** What became of the spots: as the ledger tells, with what the root told, if it ran here. */
  spots(job: JobId, told: readonly SpotReport[]): SpotReport[] {
    const spots = new Map(told.map((spot) => [spot.spot, spot]))
    for (const visited of this.#shelves.get(job)?.spots ?? []) {
      const { width = 0, shards = 0, shardMs = 0, bytes = 0 } = spots.get(visited.spot) ?? {}
      spots.set(visited.spot, { shards, shardMs, bytes, ...visited, width: Math.max(width, visited.width) })
    }
    return [...spots.values()].sort((a, b) => a.spot - b.spot)
  }

  lines(job: JobId): readonly LogLine[] {
    return this.#shelves.get(job)?.lines ?? []
  }

  /** The same, numbered from the first that was ever written here. */
  numberedLines(job: JobId): NumberedLines {
    return { first: this.#shelves.get(job)?.linesDropped ?? 0, lines: this.lines(job) }
  }

  drop(job: JobId): void {
    this.#shelves.delete(job)
  }

  async #load(job: JobId, holders: readonly HubId[], signal: AbortSignal): Promise<JobSetting> {
    const { program, seed, createdMs, options, submitter } = this.manifest(job)
    const bytes = await this.#values.bytes(program, holders, signal)
    const key = program.kind === 'blob' ? program.cid : job
    const setting = {
      job,
      program: { key, bytes },
      seed,
      clockMs: createdMs,
      audit: options.audit,
      submitter,
      mtbfMs: this.mtbfMs(),
    }
    const isolation = options.needs?.[ISOLATION_LABEL]
    return isLevel(isolation) ? { ...setting, isolation } : setting
  }

  #shelf(job: JobId): Shelf {
    const known = this.#shelves.get(job)
    if (known !== undefined) return known
    const shelf = { setting: null, lines: [], lineBytes: 0, linesDropped: 0, spots: [] }
    this.#shelves.set(job, shelf)
    return shelf
  }
}
