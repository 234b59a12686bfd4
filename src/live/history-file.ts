/** The history of a live hub on disk: one file per hub, one line per event, whole even when the hub is killed. */
import { closeSync, fstatSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { ShoalError } from '../errors.ts'
import { type HistoryKind, historyEvent, historyLine, type Told } from '../history/event.ts'
import { historyLimits } from '../limits.ts'
import type { HubId } from '../program/ref.ts'

export class HistoryFile {
  readonly #hub: HubId
  readonly #fd: number
  #bytes: number
  #lines = ''
  readonly #ended: (why: string) => void
  #isOpen = true

  /**
   * Appends to what earlier lives of the hub wrote. `ended` is told when no more can be written.
   * @throws ShoalError SHOAL_USAGE when the folder cannot be written.
   */
  constructor(folder: string, hub: HubId, ended: (why: string) => void) {
    this.#hub = hub
    this.#ended = ended
    try {
      mkdirSync(folder, { recursive: true })
      this.#fd = openSync(join(folder, `${hub}.jsonl`), 'a')
      this.#bytes = fstatSync(this.#fd).size
      // A line that a killed hub left in the middle must not swallow the next one.
      if (this.#bytes > 0) this.#lines = '\n'
    } catch (cause) {
      throw new ShoalError('SHOAL_USAGE', `no history can be written in ${folder}`, {
        next: 'name a folder that can be written with --history, or leave it out',
        cause,
      })
    }
  }

  note(kind: HistoryKind, told: Told): void {
    this.#lines += `${historyLine(historyEvent(Date.now(), this.#hub, kind, told))}\n`
  }

  /** Hands over what was noted; a killed process loses nothing of it. A full disk or file ends the history. */
  flush(): void {
    if (this.#lines === '' || !this.#isOpen) return
    const bytes = Buffer.from(this.#lines)
    this.#lines = ''
    if (this.#bytes + bytes.byteLength > historyLimits.fileBytesMax) return this.#end('it is too long')
    try {
      writeSync(this.#fd, bytes)
      this.#bytes += bytes.byteLength
    } catch (error) {
      this.#end(String(error))
    }
  }

  #end(why: string): void {
    this.close()
    this.#ended(why)
  }

  close(): void {
    if (this.#isOpen) closeSync(this.#fd)
    this.#isOpen = false
  }
}
