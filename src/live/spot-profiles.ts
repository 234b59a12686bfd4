/** What items of a spot cost in earlier jobs of the same program: learned from the ledger of each job, kept on disk. */
import { createHash } from 'node:crypto'
import * as v from 'valibot'
import { shellLimits } from '../limits.ts'
import type { Ref } from '../program/ref.ts'
import type { SpotCost } from '../program/report.ts'
import type { Disk } from '../store/disk.ts'
import { readSnapshot, writeSnapshot } from '../store/snapshot.ts'
import { errorFields, type Log } from './log.ts'

const shape = v.object({
  version: v.literal(1),
  programs: v.array(
    v.tuple([v.string(), v.array(v.tuple([v.number(), v.pipe(v.number(), v.finite(), v.minValue(0))]))]),
  ),
})

/** Mean milliseconds of an item, by spot. */
export type SpotProfile = ReadonlyMap<number, number>

/**
 * Bounded, least recently used first. Every hub that follows a job's ledger learns the same from it, so profiles need no
 * messages of their own.
 */
export class SpotProfiles {
  readonly #programs = new Map<string, Map<number, number>>()
  readonly #save: (content: Uint8Array) => Promise<void>
  readonly #log: Log
  #saving: Promise<void> = Promise.resolve()

  private constructor(save: (content: Uint8Array) => Promise<void>, log: Log) {
    this.#save = save
    this.#log = log
  }

  /** Reads what an earlier start left; a damaged file counts as none. */
  static async open(disk: Disk, path: string, log: Log): Promise<SpotProfiles> {
    const profiles = new SpotProfiles((content) => writeSnapshot(disk, path, content), log)
    const bytes = await readSnapshot(disk, path)
    if (bytes !== null) profiles.#read(bytes)
    return profiles
  }

  /** The program's profile; null when no job of it was seen. */
  of(program: Ref): SpotProfile | null {
    return this.#programs.get(keyOf(program)) ?? null
  }

  /** Half the past, half this job: items change from input to input. */
  learn(program: Ref, costs: readonly SpotCost[]): void {
    if (costs.length === 0) return
    const key = keyOf(program)
    const spots = this.#programs.get(key) ?? new Map<number, number>()
    for (const { spot, items, ms } of costs.slice(0, shellLimits.profiledSpotsMax)) {
      const before = spots.get(spot)
      const meanMs = ms / items
      spots.set(spot, before === undefined ? meanMs : (before + meanMs) / 2)
    }
    this.#programs.delete(key)
    this.#programs.set(key, spots)
    for (const oldest of this.#programs.keys()) {
      if (this.#programs.size <= shellLimits.profiledProgramsMax) break
      this.#programs.delete(oldest)
    }
    this.#store()
  }

  /** Resolves when all that was learned is on disk. */
  saved(): Promise<void> {
    return this.#saving
  }

  #store(): void {
    const programs = [...this.#programs].map(([key, spots]) => [key, [...spots]])
    const content = new TextEncoder().encode(JSON.stringify({ version: 1, programs }))
    this.#saving = this.#saving
      .then(() => this.#save(content))
      .catch((error: unknown) => this.#log.warn(errorFields(error), 'profiles of spots cannot be kept'))
  }

  #read(bytes: Uint8Array): void {
    try {
      const parsed = v.parse(shape, JSON.parse(new TextDecoder().decode(bytes)))
      for (const [key, spots] of parsed.programs) this.#programs.set(key, new Map(spots))
    } catch (error) {
      this.#log.warn(errorFields(error), 'profiles of spots are damaged and start over')
    }
  }
}

function keyOf(program: Ref): string {
  return program.kind === 'blob' ? program.cid : createHash('sha256').update(program.bytes).digest('hex')
}
