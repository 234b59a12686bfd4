/** Reads a byte string with every length checked against what is left: the reading half of the format's primitives. */
import { ShoalError } from '../../errors.ts'

/** @returns the error for bytes that the encoder never makes. */
export function corrupt(what: string, at: number): ShoalError {
  return new ShoalError('SHOAL_VALUE_CORRUPT', `value bytes are corrupt: ${what} at byte ${at}`, {
    next: 'fetch the value again from another holder; if it stays so, report the job with `shoal why`',
  })
}

export class ByteReader {
  readonly #bytes: Buffer
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  fail(what: string): ShoalError {
    return corrupt(what, this.#at)
  }

  byte(): number {
    const value = this.#bytes[this.#at]
    if (value === undefined) throw this.fail('the end comes too early')
    this.#at++
    return value
  }

  varint(): number {
    const first = this.#bytes[this.#at]
    if (first !== undefined && first < 0x80) {
      this.#at++
      return first
    }
    return this.#longVarint()
  }

  #longVarint(): number {
    let value = 0
    let scale = 1
    for (let count = 0; count < 8; count++) {
      const byte = this.byte()
      if (byte < 0x80) {
        value += byte * scale
        if ((byte === 0 && count > 0) || value > Number.MAX_SAFE_INTEGER) throw this.fail('a number is not canonical')
        return value
      }
      value += (byte & 0x7f) * scale
      scale *= 128
    }
    throw this.fail('a number is too long')
  }

  /** A count of things that take at least `bytesEach` bytes each: never more than the bytes that are left. */
  count(bytesEach: number): number {
    const value = this.varint()
    if (value * bytesEach > this.left) throw this.fail('a length exceeds the bytes that are left')
    return value
  }

  zigzag(): number {
    const zigzag = this.varint()
    if (zigzag > 0xffffffff) throw this.fail('an integer is out of range')
    return (zigzag >>> 1) ^ -(zigzag & 1)
  }

  integer(): number {
    const value = this.zigzag()
    if (value >= 0 && value < 0x80) throw this.fail('an integer is not canonical')
    return value
  }

  float64(): number {
    if (this.left < 8) throw this.fail('the end comes too early')
    const value = this.#view.getFloat64(this.#at, true)
    if (Number.isNaN(value) && !this.#canonicalNaN()) throw this.fail('a NaN is not canonical')
    this.#at += 8
    return value
  }

  latin1(length: number): string {
    if (length > this.left) throw this.fail('a length exceeds the bytes that are left')
    const end = this.#at + length
    const value = this.#bytes.toString('latin1', this.#at, end)
    this.#at = end
    return value
  }

  utf16(): string {
    const size = this.count(2) * 2
    const value = this.#bytes.toString('utf16le', this.#at, this.#at + size)
    if (!/[\u0100-\uffff]/.test(value)) throw this.fail('a string is not canonical')
    this.#at += size
    return value
  }

  /** A view on the next bytes, to be copied by the caller. */
  bytes(length: number): Uint8Array {
    if (length > this.left) throw this.fail('a length exceeds the bytes that are left')
    const value = this.#bytes.subarray(this.#at, this.#at + length)
    this.#at += length
    return value
  }

  #canonicalNaN(): boolean {
    return this.#view.getUint32(this.#at, true) === 0 && this.#view.getUint32(this.#at + 4, true) === 0x7ff80000
  }
}
