/** Cuts what a process prints into lines, each no longer than a log line may be. */
import { StringDecoder } from 'node:string_decoder'
import { sizes } from '../limits.ts'

export class OutputLines {
  readonly #decoder = new StringDecoder('utf8')
  readonly #line: (line: string) => void
  #rest = ''

  constructor(line: (line: string) => void) {
    this.#line = line
  }

  push(chunk: Buffer): void {
    const pieces = (this.#rest + this.#decoder.write(chunk)).split('\n')
    this.#rest = pieces.pop() ?? ''
    for (const piece of pieces) this.#line(piece.slice(0, sizes.logLineBytesMax))
    if (this.#rest.length < sizes.logLineBytesMax) return
    this.#line(this.#rest.slice(0, sizes.logLineBytesMax))
    this.#rest = ''
  }
}

/** Lets lines pass until their budget is used up, then one note, then nothing. */
export class LineBudget {
  #left: number

  constructor(bytes: number) {
    this.#left = bytes
  }

  /** The line to show, or null when there is nothing more to show. */
  admit(line: string): string | null {
    if (this.#left < 0) return null
    this.#left -= line.length + 1
    return this.#left < 0 ? '[further output of this run is dropped]' : line
  }
}
