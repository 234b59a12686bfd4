/** Grows a byte string: the writing half of the value format's primitives. */
import { formatVersion, shortStringBit, shortStringMax, smallIntegerBit, smallIntegerMax, Tag } from './tags.ts'

const firstBytes = 4096
const keptBytesMax = 4 * 1024 * 1024
/** Longer strings go to the engine's own copy, which has a cost per call but none per letter. */
const looped = 24
const integerBytesMax = 5
const beyondLatin1 = /[\u0100-\uffff]/

/** Thrown when the bytes pass the limit; the encoder turns it into a refusal with a path. */
export class BytesOverflow extends Error {}

let spare: Buffer | null = null

export class ByteWriter {
  #bytes: Buffer
  #view: DataView
  #at = 0
  readonly #bytesMax: number

  constructor(bytesMax: number) {
    this.#bytes = spare ?? Buffer.allocUnsafeSlow(firstBytes)
    spare = null
    this.#view = new DataView(this.#bytes.buffer)
    this.#bytesMax = bytesMax
    this.byte(formatVersion)
  }

  /** The bytes so far as a value of their own; the writer must not be used afterwards. */
  finish(): Uint8Array {
    const result = new Uint8Array(Buffer.allocUnsafeSlow(this.#at).buffer)
    result.set(this.#bytes.subarray(0, this.#at))
    this.release()
    return result
  }

  /** Gives the working memory back for the next writer. */
  release(): void {
    if (this.#bytes.length <= keptBytesMax) spare = this.#bytes
  }

  byte(value: number): void {
    if (this.#at + 1 > this.#bytes.length) this.#grow(1)
    this.#bytes[this.#at++] = value
  }

  /** Unsigned, least significant seven bits first; below 2 ** 53. */
  varint(value: number): void {
    if (this.#at + 8 > this.#bytes.length) this.#grow(8)
    while (value > 0x7f) {
      this.#bytes[this.#at++] = (value & 0x7f) | 0x80
      value = value > 0x7fffffff ? Math.floor(value / 128) : value >>> 7
    }
    this.#bytes[this.#at++] = value
  }

  number(value: number): void {
    const integer = value | 0
    if (integer !== value || (value === 0 && 1 / value < 0)) {
      this.byte(Tag.float64)
      this.float64(value)
    } else if (integer >= 0 && integer <= smallIntegerMax) {
      this.byte(smallIntegerBit | integer)
    } else {
      this.byte(Tag.integer)
      this.varint(((integer << 1) ^ (integer >> 31)) >>> 0)
    }
  }

  /** One bit pattern for NaN: which one a computation leaves behind is not part of the value. */
  float64(value: number): void {
    if (this.#at + 8 > this.#bytes.length) this.#grow(8)
    this.#view.setFloat64(this.#at, value, true)
    if (Number.isNaN(value)) {
      this.#view.setUint32(this.#at, 0, true)
      this.#view.setUint32(this.#at + 4, 0x7ff80000, true)
    }
    this.#at += 8
  }

  float64s(values: readonly unknown[]): void {
    const size = values.length * 8
    if (this.#at + size > this.#bytes.length) this.#grow(size)
    for (let index = 0; index < values.length; index++) this.float64(values[index] as number)
  }

  /** Latin1 where every code unit fits a byte, else UTF-16: lone surrogates survive and the choice is canonical. */
  string(value: string): void {
    const length = value.length
    if (length > looped) {
      this.#longString(value)
      return
    }
    if (this.#at + length + 1 > this.#bytes.length) this.#grow(length + 1)
    const bytes = this.#bytes
    const start = this.#at + 1
    for (let index = 0; index < length; index++) {
      const unit = value.charCodeAt(index)
      if (unit > 0xff) {
        this.#wideString(value)
        return
      }
      bytes[start + index] = unit
    }
    bytes[start - 1] = shortStringBit | length
    this.#at = start + length
  }

  /** Integers of 32 bits as zigzag varints. */
  integers(values: readonly unknown[]): void {
    const size = values.length * integerBytesMax
    if (this.#at + size > this.#bytes.length) this.#grow(size)
    const bytes = this.#bytes
    let at = this.#at
    for (let index = 0; index < values.length; index++) {
      const value = values[index] as number
      let rest = ((value << 1) ^ (value >> 31)) >>> 0
      while (rest > 0x7f) {
        bytes[at++] = (rest & 0x7f) | 0x80
        rest >>>= 7
      }
      bytes[at++] = rest
    }
    this.#at = at
  }

  bytes(value: Uint8Array): void {
    const size = value.byteLength
    if (this.#at + size > this.#bytes.length) this.#grow(size)
    this.#bytes.set(value, this.#at)
    this.#at += size
  }

  #longString(value: string): void {
    if (beyondLatin1.test(value)) {
      this.#wideString(value)
      return
    }
    if (value.length <= shortStringMax) {
      this.byte(shortStringBit | value.length)
    } else {
      this.byte(Tag.latin1)
      this.varint(value.length)
    }
    if (this.#at + value.length > this.#bytes.length) this.#grow(value.length)
    this.#at += this.#bytes.write(value, this.#at, 'latin1')
  }

  #wideString(value: string): void {
    const size = value.length * 2
    this.byte(Tag.utf16)
    this.varint(value.length)
    if (this.#at + size > this.#bytes.length) this.#grow(size)
    this.#at += this.#bytes.write(value, this.#at, 'utf16le')
  }

  #grow(needed: number): void {
    const size = this.#at + needed
    if (size > this.#bytesMax) throw new BytesOverflow()
    const larger = Buffer.allocUnsafeSlow(Math.max(size, Math.min(this.#bytes.length * 2, this.#bytesMax)))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
    this.#view = new DataView(larger.buffer)
  }
}
