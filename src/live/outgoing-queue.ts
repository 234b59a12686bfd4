/** What waits to be sent on one stream: bounded by bytes, and gathered so that the small messages of one tick leave together. */
import { encode } from 'it-length-prefixed'
import { Uint8ArrayList } from 'uint8arraylist'
import type { Bytes } from './bounded-duplex.ts'

export interface OutgoingInit {
  readonly queueBytesMax: number
  readonly batchBytesMax: number
}

export class OutgoingQueue {
  readonly #init: OutgoingInit
  readonly #frames: Uint8Array[] = []
  #queuedBytes = 0
  #ended = false
  #wake: (() => void) | null = null
  #wakeDue = false

  constructor(init: OutgoingInit) {
    this.#init = init
  }

  get queuedBytes(): number {
    return this.#queuedBytes
  }

  /** Takes one message, length-prefixed from here on; false when the queue is full or has ended. */
  push(...parts: Uint8Array[]): boolean {
    if (this.#ended) return false
    // a copy: the caller may go on to change its buffer
    const frame = encode.single(new Uint8ArrayList(...parts)).slice()
    if (this.#queuedBytes + frame.byteLength > this.#init.queueBytesMax) return false
    this.#frames.push(frame)
    this.#queuedBytes += frame.byteLength
    this.#wakeLater()
    return true
  }

  /** No more messages; what is queued still leaves. */
  end(): void {
    this.#ended = true
    this.#wakeLater()
  }

  /** Batches in order. A batch counts as queued until the next one is asked for, that is until the stream took it. */
  async *batches(): AsyncGenerator<Bytes, void, undefined> {
    for (;;) {
      if (this.#frames.length > 0) {
        const batch = this.#gather()
        yield batch
        this.#queuedBytes -= batch.byteLength
      } else if (this.#ended) {
        return
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    }
  }

  #gather(): Uint8Array {
    const batch = new Uint8ArrayList()
    let taken = 0
    for (const frame of this.#frames) {
      if (taken > 0 && batch.byteLength + frame.byteLength > this.#init.batchBytesMax) break
      batch.append(frame)
      taken++
    }
    this.#frames.splice(0, taken)
    return batch.subarray()
  }

  #wakeLater(): void {
    if (this.#wakeDue || this.#wake === null) return
    this.#wakeDue = true
    setImmediate(() => {
      this.#wakeDue = false
      this.#wake?.()
      this.#wake = null
    })
  }
}
