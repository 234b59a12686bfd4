/** An append-only file of frames. Appends that come together share one write and one sync. */
import { assert, ShoalError } from '../errors.ts'
import { storeLimits } from '../limits.ts'
import type { Disk, DiskFile } from './disk.ts'
import { FRAME_HEADER_BYTES, frameHeader, readFrames } from './frames.ts'

const MAGIC = new TextEncoder().encode('SHOALOG1')

export interface RecoveredLog {
  readonly log: AppendLog
  /** Whole frames, oldest first. */
  readonly payloads: Uint8Array[]
  /** Bytes of a torn or damaged end that were cut off. */
  readonly cutBytes: number
}

/** How a log begins. */
export interface LogStart {
  /** Its first frame. */
  readonly frame: Uint8Array
  /** Makes the names that lead to the file durable. */
  readonly syncNames: () => Promise<unknown>
}

interface Waiting {
  readonly payload: Uint8Array
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Invariants. A1: an append resolves only when it is on the medium. A2: frames lie in the order of the calls; after a crash at any byte a prefix
 * of them is read back, with all that were resolved. A3: a failed write leaves no part of a frame before a later one. A4: after a failed sync
 * nothing is known about the medium, so the log takes no more.
 */
export class AppendLog {
  readonly #file: DiskFile
  /** What a new file begins with, and how its name is made durable; both go to disk with the first append. */
  readonly #start: LogStart | null
  #size: number
  #queue: Waiting[] = []
  #draining: Promise<void> | null = null
  #broken: unknown = null

  private constructor(file: DiskFile, size: number, start: LogStart | null) {
    this.#file = file
    this.#size = size
    this.#start = start
  }

  /**
   * Creates a log at a path where nothing is. All of it becomes durable in one go with the first append: a sync each for the file's
   * beginning, its name and the append would be most of what a small job costs.
   * @throws ShoalError SHOAL_HOME_UNUSABLE
   */
  static async create(disk: Disk, path: string, start: LogStart): Promise<AppendLog> {
    const file = await disk.open(path, true)
    assert(file !== null, 'a file opened with create is there')
    return new AppendLog(file, 0, start)
  }

  /**
   * Opens or creates a log and cuts off a torn end.
   * @throws ShoalError SHOAL_HOME_UNUSABLE, SHOAL_DISK_FULL
   */
  static async open(disk: Disk, path: string): Promise<RecoveredLog> {
    const file = await disk.open(path, true)
    assert(file !== null, 'a file opened with create is there')
    try {
      return await AppendLog.#recover(file)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  static async #recover(file: DiskFile): Promise<RecoveredLog> {
    const bytes = await file.read(0, await file.size())
    const { payloads, end } = readLog(bytes)
    if (end < bytes.byteLength) await file.truncate(end)
    if (end === 0) await file.write(0, [MAGIC])
    if (end !== bytes.byteLength || end === 0) await file.sync()
    const log = new AppendLog(file, Math.max(end, MAGIC.byteLength), null)
    return { log, payloads, cutBytes: bytes.byteLength - end }
  }

  /** Bytes in the file that are whole frames. */
  get size(): number {
    return this.#size
  }

  /**
   * Adds a frame; resolves when it is durable.
   * @throws ShoalError SHOAL_DISK_FULL (nothing was added, later appends may succeed), SHOAL_HOME_UNUSABLE
   */
  append(payload: Uint8Array): Promise<void> {
    assert(payload.byteLength > 0 && payload.byteLength <= storeLimits.logFrameBytesMax, 'a frame within its limit')
    return new Promise((resolve, reject) => {
      this.#queue.push({ payload, resolve, reject })
      this.#draining ??= this.#drain()
    })
  }

  /**
   * Brings the beginning of a created log to disk, should no append have done so.
   * @throws ShoalError SHOAL_DISK_FULL, SHOAL_HOME_UNUSABLE
   */
  async begin(): Promise<void> {
    await this.#draining
    if (this.#size === 0) await this.#write([])
  }

  /** Waits for what is under way, then closes the file. */
  async close(): Promise<void> {
    try {
      await this.begin()
    } catch (error) {
      this.#broken ??= error // nothing was ever appended, so nothing is lost
    }
    this.#broken ??= closedError(this.#file.path)
    await this.#file.close()
  }

  async #drain(): Promise<void> {
    // Those that are appended in the same step go together.
    await null
    while (this.#queue.length > 0) {
      const group = this.#queue
      this.#queue = []
      try {
        await this.#write(group)
        for (const { resolve } of group) resolve()
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    // In the same step as the last look at the queue: an append that comes next must start a new round.
    this.#draining = null
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    if (this.#broken !== null) throw this.#broken
    const isFirst = this.#size === 0 && this.#start !== null
    const parts = group.flatMap(({ payload }) => framed(payload))
    if (isFirst) parts.unshift(MAGIC, ...framed(this.#start.frame))
    try {
      await this.#file.write(this.#size, parts)
    } catch (error) {
      await this.#file.truncate(this.#size).catch((cause: unknown) => {
        this.#broken = cause
      })
      throw error
    }
    try {
      await (isFirst ? Promise.all([this.#file.sync(), this.#start.syncNames()]) : this.#file.sync())
    } catch (error) {
      this.#broken = error
      throw error
    }
    for (const part of parts) this.#size += part.byteLength
  }
}

function framed(payload: Uint8Array): Uint8Array[] {
  return [frameHeader(payload), payload]
}

/** Reads a log without opening it for writing: whole frames, and the bytes after them. */
export function readLog(bytes: Uint8Array): { payloads: Uint8Array[]; end: number } {
  const isLog = MAGIC.every((byte, index) => bytes[index] === byte)
  return isLog ? readFrames(bytes, MAGIC.byteLength) : { payloads: [], end: 0 }
}

/** Bytes that an empty log and each frame's header take. */
export const logOverhead = { file: MAGIC.byteLength, frame: FRAME_HEADER_BYTES } as const

function closedError(path: string): ShoalError {
  return new ShoalError('SHOAL_HOME_UNUSABLE', `the log ${path} is closed`, { next: 'start the hub again' })
}
