/** The ledgers of a hub on its disk: per job a folder of snapshots and logs of updates, each log written by one boot. */
import { join } from 'node:path'
import { assert } from '../errors.ts'
import { storeLimits } from '../limits.ts'
import type { JobId } from '../program/ref.ts'
import { AppendLog, readLog } from './append-log.ts'
import type { Disk } from './disk.ts'
import { isLeftover, readSnapshot, writeSnapshot } from './snapshot.ts'

const JOB_PATTERN = /^[a-z0-9]{1,64}$/
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

interface JobFile {
  readonly kind: 'log' | 'snapshot'
  readonly number: number
  readonly name: string
}

/**
 * Invariants. S1: what an append acknowledged is in some log or snapshot that `load` reads. S2: a log is written by one boot,
 * named in its first frame; restarts begin new ones. S3: old files go only after the snapshot that covers them is durable.
 */
export class LedgerStore {
  readonly #disk: Disk
  readonly #directory: string

  constructor(disk: Disk, directory: string) {
    this.#disk = disk
    this.#directory = directory
  }

  async listJobs(): Promise<JobId[]> {
    const names = await this.#disk.list(this.#directory)
    return names.filter((name) => JOB_PATTERN.test(name))
  }

  /** What is on disk for a job; null when there is nothing. Writes nothing. */
  async load(job: JobId): Promise<StoredJob | null> {
    const files = await this.#files(job)
    return files.length === 0 ? null : this.#read(job, files)
  }

  /**
   * Begins the log of this boot for a job.
   * @throws ShoalError SHOAL_DISK_FULL, SHOAL_HOME_UNUSABLE
   */
  async open(job: JobId, boot: string): Promise<JobLog> {
    const folder = this.#folder(job)
    await this.#disk.makeDirectory(folder)
    for (const name of await this.#disk.list(folder)) {
      if (isLeftover(name)) await this.#disk.remove(join(folder, name))
    }
    const files = await this.#files(job)
    const stored = await this.#read(job, files)
    assert(!stored.boots.includes(boot), 'a boot id is never used twice')
    const writer = await JobWriter.begin({ disk: this.#disk, folder, boot }, stored, files)
    await this.#disk.syncDirectory(this.#directory)
    return writer
  }

  /** Forgets a job. */
  async remove(job: JobId): Promise<void> {
    await this.#disk.remove(this.#folder(job))
    await this.#disk.syncDirectory(this.#directory)
  }

  #folder(job: JobId): string {
    assert(JOB_PATTERN.test(job), 'a job id is a plain name')
    return join(this.#directory, job)
  }

  async #files(job: JobId): Promise<JobFile[]> {
    const names = await this.#disk.list(this.#folder(job))
    return names.flatMap(toJobFile).sort((a, b) => a.number - b.number || (a.kind === 'snapshot' ? -1 : 1))
  }

  async #read(job: JobId, files: readonly JobFile[]): Promise<StoredJob> {
    const updates: Uint8Array[] = []
    const boots: string[] = []
    let lostBytes = 0
    for (const { kind, name } of files) {
      const path = join(this.#folder(job), name)
      if (kind === 'snapshot') {
        const snapshot = await readSnapshot(this.#disk, path)
        if (snapshot === null) lostBytes += (await this.#disk.size(path)) ?? 0
        else updates.push(snapshot)
      } else {
        const { payloads, lost } = await this.#readLog(path)
        lostBytes += lost
        const [header, ...rest] = payloads
        if (header !== undefined) boots.push(new TextDecoder().decode(header))
        for (const update of rest) updates.push(update)
      }
    }
    return { updates, boots, lostBytes }
  }

  async #readLog(path: string): Promise<{ payloads: Uint8Array[]; lost: number }> {
    const file = await this.#disk.open(path, false)
    if (file === null) return { payloads: [], lost: 0 }
    try {
      const bytes = await file.read(0, await file.size())
      const { payloads, end } = readLog(bytes)
      return { payloads, lost: bytes.byteLength - end }
    } finally {
      await file.close()
    }
  }
}

interface LogPlace {
  readonly disk: Disk
  readonly folder: string
  readonly boot: string
}

class JobWriter implements JobLog {
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
    return new JobWriter(place, stored, files, number, await beginLog(place, number))
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
    this.#compacting ??= this.#replaceAll(takeSnapshot).finally(() => {
      this.#compacting = null
    })
    return this.#compacting
  }

  async close(): Promise<void> {
    await this.#compacting
    await this.#log.close()
  }

  async #replaceAll(takeSnapshot: () => Uint8Array): Promise<void> {
    const { disk, folder } = this.#place
    const number = this.#number + 1
    const log = await beginLog(this.#place, number)
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

/** A new log whose first frame names the boot that writes it. Leaves no file behind when it fails. */
async function beginLog({ disk, folder, boot }: LogPlace, number: number): Promise<AppendLog> {
  const path = join(folder, toLogFile(number).name)
  await disk.remove(path)
  try {
    const { log } = await AppendLog.open(disk, path)
    await log.append(new TextEncoder().encode(boot))
    await disk.syncDirectory(folder)
    return log
  } catch (error) {
    await disk.remove(path)
    throw error
  }
}

function toLogFile(number: number): JobFile {
  return { kind: 'log', number, name: `log-${padded(number)}` }
}

function toJobFile(name: string): JobFile[] {
  const [, kind, digits] = FILE_PATTERN.exec(name) ?? []
  if (kind !== 'log' && kind !== 'snapshot') return []
  return [{ kind, number: Number(digits), name }]
}

function padded(number: number): string {
  return String(number).padStart(8, '0')
}
