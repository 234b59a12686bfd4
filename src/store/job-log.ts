/** One job on a hub's disk: numbered logs, each written by one boot, and the snapshots that replace them. */
import { join } from 'node:path'
import { storeLimits } from '../limits.ts'
import { AppendLog } from './append-log.ts'
import type { Disk } from './disk.ts'
import { writeSnapshot } from './snapshot.ts'

const FILE_PATTERN = /^(log|snapshot)-(\d{8})$/

/** What the disk knows of a job. */
export interface StoredJob {
  /** Snapshots and updates, oldest first; overlapping is harmless. */
  readonly updates: Uint8Array[]
  /** Boots that wrote logs still here; a new boot must not be among them. */
  readonly boots: string[]
  /** Bytes that were torn or damaged. */
  readonly lostBytes: number
}

/** The log that this boot writes for one job. */
export interface JobLog {
  /** Everything that was here before, to be loaded into the ledger. */
  readonly stored: StoredJob
  /** Whether a snapshot would make the folder a good deal smaller. */
  readonly compactDue: boolean
  /** Adds an update; resolves when it is durable. @throws ShoalError SHOAL_DISK_FULL, SHOAL_HOME_UNUSABLE */
  append(update: Uint8Array): Promise<void>
  /**
   * Replaces all logs and snapshots by one snapshot. It is taken once, at the moment when later updates begin to go to a new log: it must
   * hold every update appended before.
   */
  compact(takeSnapshot: () => Uint8Array): Promise<void>
  close(): Promise<void>
}

export interface JobFile {
  readonly kind: 'log' | 'snapshot'
  readonly number: number
  readonly name: string
}

/** Where a log is written, and by which boot. */
export interface LogPlace {
  readonly disk: Disk
  readonly folder: string
  /** Holds the folder: its name must be durable, too. */
  readonly above: string
  readonly boot: string
}

export class JobWriter implements JobLog {
  readonly stored: StoredJob
  readonly #place: LogPlace
  /** Files that the next snapshot will cover, the current log aside. */
  #old: JobFile[]
  #number: number
  #log: AppendLog
  #snapshotBytes = 0
  #logBytes = 0
  #compacting: Promise<void> | null = null

  private constructor(place: LogPlace, stored: StoredJob, old: JobFile[], number: number, log: AppendLog) {
    this.#place = place
    this.stored = stored
    this.#old = old
    this.#number = number
    this.#log = log
    this.#logBytes = stored.updates.reduce((sum, update) => sum + update.byteLength, 0)
  }

  static async begin(place: LogPlace, stored: StoredJob, files: JobFile[]): Promise<JobWriter> {
    const number = (files.at(-1)?.number ?? 0) + 1
    return new JobWriter(place, stored, files, number, await createLog(place, number))
  }

  get compactDue(): boolean {
    const isLong = this.#logBytes > 3 * this.#snapshotBytes + storeLimits.compactSlackBytes
    return isLong || this.#old.length >= storeLimits.compactLogFiles
  }

  append(update: Uint8Array): Promise<void> {
    this.#logBytes += update.byteLength
    return this.#log.append(update)
  }

  compact(takeSnapshot: () => Uint8Array): Promise<void> {
    this.#compacting ??= this.#compactOnce(takeSnapshot)
    return this.#compacting
  }

  async close(): Promise<void> {
    await this.#compacting
    await this.#log.close()
  }

  /** A log that is surely there. Leaves no file behind when it fails. */
  async #nextLog(number: number): Promise<AppendLog> {
    const { disk, folder } = this.#place
    const path = join(folder, toLogFile(number).name)
    await disk.remove(path)
    const log = await createLog(this.#place, number)
    try {
      await log.begin()
      return log
    } catch (error) {
      await log.close()
      await disk.remove(path)
      throw error
    }
  }

  async #compactOnce(takeSnapshot: () => Uint8Array): Promise<void> {
    try {
      await this.#replaceAll(takeSnapshot)
    } finally {
      this.#compacting = null
    }
  }

  async #replaceAll(takeSnapshot: () => Uint8Array): Promise<void> {
    const { disk, folder } = this.#place
    const number = this.#number + 1
    const log = await this.#nextLog(number)
    // From here to the snapshot nothing is awaited: no update can fall between the two logs.
    const before = this.#log
    this.#old.push(toLogFile(this.#number))
    this.#number = number
    this.#log = log
    this.#logBytes = 0
    const snapshot = takeSnapshot()
    await before.close()
    const covered = this.#old.splice(0)
    const name = `snapshot-${padded(number)}`
    try {
      await writeSnapshot(disk, join(folder, name), snapshot)
    } catch (error) {
      this.#old = [...covered, ...this.#old]
      throw error
    }
    this.#old.push({ kind: 'snapshot', number, name })
    this.#snapshotBytes = snapshot.byteLength
    for (const file of covered) await disk.remove(join(folder, file.name))
    await disk.syncDirectory(folder)
  }
}

/** A new log whose first frame names the boot that writes it. */
function createLog({ disk, folder, above, boot }: LogPlace, number: number): Promise<AppendLog> {
  const syncNames = () => Promise.all([disk.syncDirectory(folder), disk.syncDirectory(above)])
  return AppendLog.create(disk, join(folder, toLogFile(number).name), {
    frame: new TextEncoder().encode(boot),
    syncNames,
  })
}

function toLogFile(number: number): JobFile {
  return { kind: 'log', number, name: `log-${padded(number)}` }
}

/** The job file with this name, if it is one. */
export function toJobFile(name: string): JobFile[] {
  const [, kind, digits] = FILE_PATTERN.exec(name) ?? []
  if (kind !== 'log' && kind !== 'snapshot') return []
  return [{ kind, number: Number(digits), name }]
}

function padded(number: number): string {
  return String(number).padStart(8, '0')
}
