/** Reads the payload of a frame field by field; whatever does not add up is an invalid frame. */
import { invalidFrame } from './frame.ts'

const utf8 = new TextDecoder()

/** A cursor over one payload. Every read checks its bounds. */
export class Payload {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1))
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true)
  }

  /** A count of entries that take at least `entryBytes` each, so that a lie cannot make us allocate. */
  count(entryBytes: number): number {
    const count = this.u32()
    if (count * entryBytes > this.#bytes.byteLength - this.#offset) throw invalidFrame(`${count} entries do not fit`)
    return count
  }

  numbers(): number[] {
    return Array.from({ length: this.count(8) }, () => this.f64())
  }

  /** A view on the payload. */
  bytes(): Uint8Array {
    const length = this.u32()
    const start = this.#take(length)
    return this.#bytes.subarray(start, start + length)
  }

  /** A copy where the view would keep a much larger buffer alive. */
  ownedBytes(): Uint8Array {
    const view = this.bytes()
    return view.byteLength * 2 < view.buffer.byteLength ? new Uint8Array(view) : view
  }

  optional(): Uint8Array | null {
    return this.u8() === 0 ? null : this.bytes()
  }

  text(): string {
    return utf8.decode(this.bytes())
  }

  /** @throws ShoalError SHOAL_FRAME_INVALID when bytes are left over. */
  end(): void {
    const left = this.#bytes.byteLength - this.#offset
    if (left !== 0) throw invalidFrame(`${left} bytes too many`)
  }

  #take(bytes: number): number {
    const start = this.#offset
    if (start + bytes > this.#bytes.byteLength) throw invalidFrame('a payload is too short')
    this.#offset = start + bytes
    return start
  }
}
