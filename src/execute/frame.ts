/** The framed pipe between a hub and a slot: u32 payload length, u8 kind, u32 id, payload; little-endian. */
import type { Writable } from 'node:stream'
import { ShoalError } from '../errors.ts'
import { sizes, slotLimits } from '../limits.ts'

export const FRAME_HEADER_BYTES = 9

/** One frame as it came off the pipe; `payload` is a view on the bytes read. */
export interface Frame {
  readonly kind: number
  readonly id: number
  readonly payload: Uint8Array
}

/** Builds one frame. Small fields share a buffer; byte strings above `unjoinedBytesMin` travel as they are, uncopied. */
export class FrameBuilder {
  readonly #parts: Uint8Array[] = []
  readonly #head: Buffer
  #buffer: Buffer
  #start = 0
  #end = FRAME_HEADER_BYTES
  #partBytes = 0

  constructor(kind: number, id: number) {
    this.#buffer = Buffer.allocUnsafe(slotLimits.frameBufferBytes)
    this.#head = this.#buffer
    this.#head.writeUInt8(kind, 4)
    this.#head.writeUInt32LE(id, 5)
  }

  u8(value: number): this {
    this.#room(1)
    this.#end = this.#buffer.writeUInt8(value, this.#end)
    return this
  }

  u32(value: number): this {
    this.#room(4)
    this.#end = this.#buffer.writeUInt32LE(value, this.#end)
    return this
  }

  f64(value: number): this {
    this.#room(8)
    this.#end = this.#buffer.writeDoubleLE(value, this.#end)
    return this
  }

  numbers(values: readonly number[]): this {
    this.u32(values.length)
    for (const value of values) this.f64(value)
    return this
  }

  bytes(value: Uint8Array): this {
    this.u32(value.byteLength)
    if (value.byteLength >= slotLimits.unjoinedBytesMin) return this.#append(value)
    this.#room(value.byteLength)
    this.#buffer.set(value, this.#end)
    this.#end += value.byteLength
    return this
  }

  /** Bytes or nothing. */
  optional(value: Uint8Array | null): this {
    return value === null ? this.u8(0) : this.u8(1).bytes(value)
  }

  text(value: string): this {
    return this.bytes(Buffer.from(value, 'utf8'))
  }

  /**
   * The finished frame, in parts to be written one after the other.
   * @throws ShoalError SHOAL_VALUE_TOO_LARGE above `sizes.slotFrameBytesMax`.
   */
  finish(): Uint8Array[] {
    this.#close()
    const payloadBytes = this.#partBytes - FRAME_HEADER_BYTES
    if (payloadBytes > sizes.slotFrameBytesMax) throw tooLarge(payloadBytes)
    this.#head.writeUInt32LE(payloadBytes, 0)
    return this.#parts
  }

  #append(value: Uint8Array): this {
    this.#close()
    this.#parts.push(value)
    this.#partBytes += value.byteLength
    return this
  }

  #close(): void {
    if (this.#end === this.#start) return
    this.#parts.push(this.#buffer.subarray(this.#start, this.#end))
    this.#partBytes += this.#end - this.#start
    this.#start = this.#end
  }

  #room(bytes: number): void {
    if (this.#end + bytes <= this.#buffer.byteLength) return
    this.#close()
    this.#buffer = Buffer.allocUnsafe(Math.max(bytes, slotLimits.unjoinedBytesMin))
    this.#start = 0
    this.#end = 0
  }
}

/** Cuts a byte stream into frames. Keeps at most one unfinished frame, never more than was received. */
export class FrameDecoder {
  #chunks: Uint8Array[] = []
  #have = 0
  #need = FRAME_HEADER_BYTES

  /** @throws ShoalError SHOAL_FRAME_INVALID when a length exceeds `sizes.slotFrameBytesMax`. */
  push(chunk: Uint8Array): Frame[] {
    this.#chunks.push(chunk)
    this.#have += chunk.byteLength
    if (this.#have < this.#need) return []
    const data = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks)
    return this.#cut(data)
  }

  #cut(data: Uint8Array): Frame[] {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    const frames: Frame[] = []
    let offset = 0
    this.#need = FRAME_HEADER_BYTES
    while (data.byteLength - offset >= FRAME_HEADER_BYTES) {
      const length = view.getUint32(offset, true)
      if (length > sizes.slotFrameBytesMax) throw invalidFrame(`a frame claims ${length} bytes`)
      const end = offset + FRAME_HEADER_BYTES + length
      if (end > data.byteLength) {
        this.#need = FRAME_HEADER_BYTES + length
        break
      }
      const payload = data.subarray(offset + FRAME_HEADER_BYTES, end)
      frames.push({ kind: view.getUint8(offset + 4), id: view.getUint32(offset + 5, true), payload })
      offset = end
    }
    this.#have = data.byteLength - offset
    this.#chunks = this.#have === 0 ? [] : [data.subarray(offset)]
    return frames
  }
}

/** Sends frames on a stream: all frames of one turn of the event loop leave in one write. */
export class FrameSender {
  readonly #stream: Writable
  #corked = false

  constructor(stream: Writable) {
    this.#stream = stream
  }

  send(parts: readonly Uint8Array[]): void {
    if (this.#stream.destroyed) return
    if (!this.#corked) {
      this.#corked = true
      this.#stream.cork()
      process.nextTick(() => {
        this.#corked = false
        this.#stream.uncork()
      })
    }
    for (const part of parts) this.#stream.write(part)
  }
}

/** Says that the other end of a pipe broke the protocol. */
export function invalidFrame(what: string): ShoalError {
  return new ShoalError('SHOAL_FRAME_INVALID', `the slot protocol was broken: ${what}`, {
    next: 'none needed: the slot process is replaced and its shards run again',
  })
}

function tooLarge(bytes: number): ShoalError {
  return new ShoalError('SHOAL_VALUE_TOO_LARGE', `${bytes} bytes do not fit into one frame of a slot`, {
    next: `keep inputs and results of a shard under ${sizes.slotFrameBytesMax} bytes`,
  })
}
