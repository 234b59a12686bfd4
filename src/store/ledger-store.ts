/** The ledgers of a hub on its disk: per job a folder of snapshots and logs of updates, each log written by one boot. */
import { join } from 'node:path'
import { assert } from '../errors.ts'
import type { JobId } from '../program/ref.ts'
import { readLog } from './append-log.ts'
import type { Disk } from './disk.ts'
import { type JobFile, type JobLog, JobWriter, type StoredJob, toJobFile } from './job-log.ts'
import { isLeftover, readSnapshot } from './snapshot.ts'

const JOB_PATTERN = /^[a-z0-9]{1,64}$/

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
   * Begins the log of this boot for a job; it is on disk with its first append.
   * @throws ShoalError SHOAL_DISK_FULL, SHOAL_HOME_UNUSABLE
   */
  async open(job: JobId, boot: string): Promise<JobLog> {
    const folder = this.#folder(job)
    const isNew = await this.#disk.makeDirectory(folder)
    const files = isNew ? [] : await this.#tidied(job)
    const stored = await this.#read(job, files)
    assert(!stored.boots.includes(boot), 'a boot id is never used twice')
    return JobWriter.begin({ disk: this.#disk, folder, above: this.#directory, boot }, stored, files)
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

  /** The files of a job without what an interrupted write left. */
  async #tidied(job: JobId): Promise<JobFile[]> {
    const folder = this.#folder(job)
    for (const name of await this.#disk.list(folder)) {
      if (isLeftover(name)) await this.#disk.remove(join(folder, name))
    }
    return this.#files(job)
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
