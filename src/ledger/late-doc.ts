/** The Yjs document behind a job's ledger, which takes in accepted entries by the batch: one transaction costs as much as many entries. */
import * as Y from 'yjs'
import { ledgerLimits } from '../limits.ts'
import { ByteWriter } from './bytes.ts'
import { type Section, writeEntry } from './update-format.ts'

/** Client ids of logs are positive, so no log meets the document's own. */
const NOBODY = 0

/** Entries of one log, written as an update holds them. */
interface LateLog {
  readonly client: number
  readonly clock: number
  count: number
  readonly items: ByteWriter
}

/**
 * Nothing is written through the document itself: it integrates what was accepted, this hub's own entries too, and answers with the
 * bytes of Yjs. Entries wait until somebody asks, or until there are many of them.
 */
export class LateDoc {
  readonly #doc: Y.Doc
  readonly #late = new Map<number, LateLog>()
  #entries = 0
  #bytes = 0

  constructor(job: string) {
    this.#doc = new Y.Doc({ guid: job, gc: true })
    this.#doc.clientID = NOBODY
  }

  /** Copies the entries, which must follow those that are there. */
  add({ client, clock, root, entries }: Section): void {
    let late = this.#late.get(client)
    if (late === undefined) {
      late = { client, clock, count: 0, items: new ByteWriter() }
      this.#late.set(client, late)
    }
    for (const entry of entries) {
      writeEntry(late.items, client, late.clock + late.count++, root, entry)
      this.#bytes += entry.byteLength
    }
    this.#entries += entries.length
    if (this.#entries >= ledgerLimits.lateEntriesMax || this.#bytes >= ledgerLimits.lateBytesMax) this.#catchUp()
  }

  /** What a holder of this state vector lacks, everything without one: as Yjs encodes it. */
  encode(stateVector?: Uint8Array): Uint8Array {
    this.#catchUp()
    return Y.encodeStateAsUpdate(this.#doc, stateVector)
  }

  destroy(): void {
    this.#doc.destroy()
    this.#late.clear()
  }

  #catchUp(): void {
    if (this.#entries === 0) return
    const update = new ByteWriter()
    update.varuint(this.#late.size)
    for (const { client, clock, count, items } of [...this.#late.values()].sort((a, b) => b.client - a.client)) {
      update.varuint(count)
      update.varuint(client)
      update.varuint(clock)
      update.raw(items.take())
    }
    update.varuint(0)
    Y.applyUpdate(this.#doc, update.take(), 'guarded')
    this.#late.clear()
    this.#entries = 0
    this.#bytes = 0
  }
}
