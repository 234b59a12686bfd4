/** The Yjs document behind a job's ledger, which takes in accepted entries by the batch: one transaction costs as much as many entries. */
import * as Y from 'yjs'
import { ledgerLimits } from '../limits.ts'
import { type Section, writeUpdate } from './update-format.ts'

/** Client ids of logs are positive, so no log meets the document's own. */
const NOBODY = 0

/**
 * Nothing is written through the document itself: it integrates what was accepted, this hub's own entries too, and answers with the
 * bytes of Yjs. Entries wait until somebody asks, or until there are many of them.
 */
export class LateDoc {
  readonly #doc: Y.Doc
  readonly #late = new Map<number, Section & { readonly entries: Uint8Array[] }>()
  #entries = 0
  #bytes = 0

  constructor(job: string) {
    this.#doc = new Y.Doc({ guid: job, gc: true })
    this.#doc.clientID = NOBODY
  }

  /** Takes copies of the entries, which must follow those that are there. */
  add({ client, clock, root, entries }: Section): void {
    let late = this.#late.get(client)
    if (late === undefined) {
      late = { client, clock, root, entries: [] }
      this.#late.set(client, late)
    }
    for (const entry of entries) {
      late.entries.push(entry.slice())
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
    Y.applyUpdate(this.#doc, writeUpdate([...this.#late.values()]), 'guarded')
    this.#late.clear()
    this.#entries = 0
    this.#bytes = 0
  }
}
