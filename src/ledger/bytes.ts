/** Reads and writes the ledger's bytes: variable-length integers, exact numbers, text. Reading never goes past the end. */
import { assert, ShoalError } from '../errors.ts'

/** Integers below this are written as integers by `number`, anything else as a float. */
const INTEGER_LIMIT = 2 ** 52
const FLOAT_TAG = 1
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The error of every malformed byte string in this room. */
export function invalidBytes(what: string, cause?: unknown): ShoalError {
  return new ShoalError('SHOAL_FRAME_INVALID', `ledger bytes are malformed: ${what}`, {
    next: 'ask the hub that sent them for its log again; if it repeats, update that hub',
    cause,
  })
}

/** Writers come and go by the thousand: their buffers are used again. */
const SPARE_BUFFERS_MAX = 8
const SPARE_BYTES_MAX = 65_536
const spareBuffers: Uint8Array[] = []
const NO_BYTES = new Uint8Array(0)
/** Texts up to this length have one byte of length. */
const PLAIN_TEXT_MAX = 127

/** A growing byte string. */
export class ByteWriter {
  #bytes = spareBuffers.pop() ?? new Uint8Array(1024)
  length = 0

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.length++] = value
  }

  /** A non-negative safe integer, seven bits per byte, low bits first. */
  varuint(value: number): void {
    assert(Number.isSafeInteger(value) && value >= 0, `a ledger integer is a non-negative safe integer, not ${value}`)
    this.#reserve(8)
    let rest = value
    // Integers of 31 bits, almost all of them, take the fast operators.
    for (; rest > 0x7fffffff; rest = Math.floor(rest / 128)) this.#bytes[this.length++] = (rest % 128) | 128
    for (; rest > 127; rest >>>= 7) this.#bytes[this.length++] = (rest & 127) | 128
    this.#bytes[this.length++] = rest
  }

  /** Any finite number, exactly: small integers short, the rest as 64-bit floats. */
  number(value: number): void {
    assert(Number.isFinite(value), `a ledger number is finite, not ${value}`)
    if (Number.isInteger(value) && value >= 0 && value < INTEGER_LIMIT) {
      this.varuint(value * 2)
      return
    }
    this.varuint(FLOAT_TAG)
    this.#reserve(8)
    const { buffer, byteOffset } = this.#bytes
    new DataView(buffer, byteOffset + this.length, 8).setFloat64(0, value, true)
    this.length += 8
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.byteLength)
    this.#bytes.set(bytes, this.length)
    this.length += bytes.byteLength
  }

  /** Bytes with their length in front. */
  sized(bytes: Uint8Array): void {
    this.varuint(bytes.byteLength)
    this.raw(bytes)
  }

  /** UTF-8 with its length in front. Names are short and plain: those are written as they are. */
  text(value: string): void {
    const { length } = value
    if (length > PLAIN_TEXT_MAX) return this.sized(encoder.encode(value))
    this.#reserve(length + 1)
    const start = this.length
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index)
      if (code > 127) return this.sized(encoder.encode(value))
      this.#bytes[start + 1 + index] = code
    }
    this.#bytes[start] = length
    this.length = start + 1 + length
  }

  /** All that another writer holds. */
  written(other: ByteWriter): void {
    this.raw(other.#bytes.subarray(0, other.length))
    other.#release()
  }

  /** Puts the number of bytes written since `start` in front of them. */
  sizeSince(start: number): void {
    const size = this.length - start
    if (size < 128) {
      this.#reserve(1)
      this.#bytes.copyWithin(start + 1, start, this.length++)
      this.#bytes[start] = size
      return
    }
    this.varuint(size)
    const prefix = this.#bytes.slice(start + size, this.length)
    this.#bytes.copyWithin(start + prefix.byteLength, start, start + size)
    this.#bytes.set(prefix, start)
  }

  /** What was written; the writer is empty then. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.length)
    this.#release()
    return taken
  }

  #release(): void {
    if (this.#bytes.byteLength <= SPARE_BYTES_MAX && spareBuffers.length < SPARE_BUFFERS_MAX)
      spareBuffers.push(this.#bytes)
    this.#bytes = NO_BYTES
    this.length = 0
  }

  #reserve(more: number): void {
    const needed = this.length + more
    if (needed <= this.#bytes.byteLength) return
    const grown = new Uint8Array(Math.max(needed, this.#bytes.byteLength * 2))
    grown.set(this.#bytes.subarray(0, this.length))
    this.#bytes = grown
  }
}

/** A cursor over bytes from anywhere; every method throws SHOAL_FRAME_INVALID instead of reading what is not there. */
export class ByteReader {
  readonly #bytes: Uint8Array
  offset: number
  readonly end: number

  constructor(bytes: Uint8Array, offset = 0, end = bytes.byteLength) {
    this.#bytes = bytes
    this.offset = offset
    this.end = end
  }

  get done(): boolean {
    return this.offset >= this.end
  }

  get remaining(): number {
    return this.end - this.offset
  }

  byte(): number {
    if (this.offset >= this.end) throw invalidBytes('cut short')
    return this.#bytes[this.offset++] ?? 0
  }

  /** @param max highest value that makes sense here, so that nothing is allocated for a lie. */
  varuint(max = Number.MAX_SAFE_INTEGER): number {
    const first = this.offset < this.end ? (this.#bytes[this.offset] ?? 128) : 128
    if (first < 128 && first <= max) {
      this.offset++
      return first
    }
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.byte()
      value += (byte & 127) * scale
      if (byte < 128) {
        if (byte === 0 && scale > 1) throw invalidBytes('a padded integer')
        if (value > max) throw invalidBytes(`an integer above ${max}`)
        return value
      }
      scale *= 128
      if (scale > 2 ** 49) throw invalidBytes('an endless integer')
    }
  }

  number(): number {
    const code = this.varuint()
    if (code % 2 === 0) return code / 2
    if (code !== FLOAT_TAG) throw invalidBytes('not a number')
    const { buffer, byteOffset } = this.raw(8)
    const value = new DataView(buffer, byteOffset, 8).getFloat64(0, true)
    const isShort = Number.isInteger(value) && value >= 0 && value < INTEGER_LIMIT
    if (!Number.isFinite(value) || isShort) throw invalidBytes('not a number in its shortest form')
    return value
  }

  /** A view on the next bytes; copy it to keep it. */
  raw(length: number): Uint8Array {
    if (length > this.remaining) throw invalidBytes('cut short')
    const view = this.#bytes.subarray(this.offset, this.offset + length)
    this.offset += length
    return view
  }

  /** A view on bytes with their length in front. */
  sized(max: number): Uint8Array {
    return this.raw(this.varuint(max))
  }

  text(bytesMax: number): string {
    const bytes = this.sized(bytesMax)
    try {
      return decoder.decode(bytes)
    } catch (cause) {
      throw invalidBytes('text that is not UTF-8', cause)
    }
  }
}
