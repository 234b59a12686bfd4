/** Time this thread was ready to run but had no core: what other processes cost a shard, as against its own work. */
import { openSync, readSync } from 'node:fs'

const NANOS_PER_MS = 1e6
/** Three numbers: time on a core, time waiting for one, and how often it was given one. */
const SCHEDSTAT = '/proc/thread-self/schedstat'

export class CoreWait {
  readonly #file: number | null
  readonly #bytes = Buffer.alloc(128)
  #before = 0

  constructor() {
    this.#file = open()
    this.#before = this.#read()
  }

  /** Milliseconds waited so far; zero where the system does not tell. */
  totalMs(): number {
    return this.#read() / NANOS_PER_MS
  }

  /** Milliseconds waited since the last call; zero where the system does not tell. */
  lapMs(): number {
    const now = this.#read()
    const waited = now - this.#before
    this.#before = now
    return waited / NANOS_PER_MS
  }

  #read(): number {
    if (this.#file === null) return 0
    const length = readSync(this.#file, this.#bytes, 0, this.#bytes.byteLength, 0)
    const waited = Number(this.#bytes.toString('latin1', 0, length).split(' ')[1])
    return Number.isFinite(waited) ? waited : this.#before
  }
}

function open(): number | null {
  try {
    return openSync(SCHEDSTAT, 'r')
  } catch {
    return null // not Linux, or a kernel without it: shards are then charged for their waits too
  }
}
