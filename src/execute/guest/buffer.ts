/** Stands in for Node's Buffer in an isolate: what the value codec uses of it, and no more. */

type Encoding = 'latin1' | 'utf16le' | 'hex' | 'utf8'

const fromCodes = String.fromCharCode
/** Arguments of one call that every stack has room for. */
const CODES_AT_ONCE = 4096

export class Buffer extends Uint8Array {
  /** No pool here: a size that no memory has. */
  static readonly poolSize: number = -1

  static override from(source: unknown, at?: unknown, length?: unknown): Buffer {
    if (source instanceof ArrayBuffer) return new Buffer(source, at as number | undefined, length as number | undefined)
    if (typeof source === 'string') return at === 'hex' ? fromHex(source) : fromText(source)
    const bytes = source as ArrayLike<number>
    const copy = new Buffer(bytes.length)
    copy.set(bytes)
    return copy
  }

  static alloc(size: number): Buffer {
    return new Buffer(size)
  }

  static allocUnsafeSlow(size: number): Buffer {
    return new Buffer(size)
  }

  static isBuffer(value: unknown): value is Buffer {
    return value instanceof Buffer
  }

  override toString(encoding: Encoding = 'utf8', start = 0, end = this.length): string {
    if (encoding === 'utf16le') return this.#wide(start, end)
    if (encoding === 'latin1') return this.#narrow(start, end)
    if (encoding === 'hex') return Array.from(this.subarray(start, end), hexOf).join('')
    return decodeURIComponent(escape(this.#narrow(start, end)))
  }

  write(text: string, at: number, encoding: Encoding): number {
    const wide = encoding === 'utf16le'
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index)
      if (wide) {
        this[at + 2 * index] = code & 0xff
        this[at + 2 * index + 1] = code >>> 8
      } else this[at + index] = code
    }
    return wide ? text.length * 2 : text.length
  }

  copy(target: Uint8Array, at: number, start: number, end: number): number {
    target.set(this.subarray(start, end), at)
    return end - start
  }

  #narrow(start: number, end: number): string {
    let text = ''
    for (let at = start; at < end; at += CODES_AT_ONCE) {
      text += fromCodes(...super.subarray(at, Math.min(end, at + CODES_AT_ONCE)))
    }
    return text
  }

  #wide(start: number, end: number): string {
    let text = ''
    const codes: number[] = []
    for (let at = start; at + 1 < end; at += 2) {
      codes.push((this[at] ?? 0) | ((this[at + 1] ?? 0) << 8))
      if (codes.length === CODES_AT_ONCE || at + 3 >= end) text += fromCodes(...codes.splice(0))
    }
    return text
  }
}

function fromHex(text: string): Buffer {
  const bytes = new Buffer(text.length >>> 1)
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = Number.parseInt(text.slice(2 * index, 2 * index + 2), 16)
  return bytes
}

/** UTF-8, by way of the escapes that the engine makes itself. */
function fromText(text: string): Buffer {
  const narrow = unescape(encodeURIComponent(text.toWellFormed()))
  const bytes = new Buffer(narrow.length)
  for (let index = 0; index < narrow.length; index++) bytes[index] = narrow.charCodeAt(index)
  return bytes
}

function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}
