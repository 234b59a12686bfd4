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
  #size: number
  #queue: Waiting[] = []
  #draining: Promise<void> | null = null
  #broken: unknown = null

  private constructor(file: DiskFile, size: number) {
    this.#file = file
    this.#size = size
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
    const log = new AppendLog(file, Math.max(end, MAGIC.byteLength))
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

  /** Waits for what is under way, then closes the file. */
  async close(): Promise<void> {
    await this.#draining
    this.#broken ??= closedError(this.#file.path)
    await this.#file.close()
  }

  async #drain(): Promise<void> {
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
    const parts = group.flatMap(({ payload }) => [frameHeader(payload), payload])
    try {
      await this.#file.write(this.#size, parts)
    } catch (error) {
      await this.#file.truncate(this.#size).catch((cause: unknown) => {
        this.#broken = cause
      })
      throw error
    }
    try {
      await this.#file.sync()
    } catch (error) {
      this.#broken = error
      throw error
    }
    for (const part of parts) this.#size += part.byteLength
  }
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
