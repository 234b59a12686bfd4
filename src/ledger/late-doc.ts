/** The Yjs document behind a job's ledger, which takes in accepted entries by the batch: one transaction costs as much as many entries. */
import * as Y from 'yjs'
import { ledgerLimits } from '../limits.ts'
import { writeStateVector } from './state-vector.ts'
import { partOf, readUpdate, type Section, writeUpdate } from './update-format.ts'

/** Client ids of logs are positive, so no log meets the document's own. */
const NOBODY = 0

/**
 * Nothing is written through the document itself: it integrates what was accepted, this hub's own entries too, and answers with the
 * bytes of Yjs. Entries wait until somebody asks, or until there are many of them.
 */
export class LateDoc {
  readonly #doc: Y.Doc
  /** By client, in the order in which they came: parts of a log follow each other. */
  readonly #late = new Map<number, Section[]>()
  /** By client: how many entries the document holds. */
  readonly #integrated = new Map<number, number>()
  #entries = 0
  #bytes = 0

  constructor(job: string) {
    this.#doc = new Y.Doc({ guid: job, gc: true })
    this.#doc.clientID = NOBODY
  }

  /** The entries must follow those that are there, and not change any more. */
  add(section: Section): void {
    const late = this.#late.get(section.client)
    if (late === undefined) this.#late.set(section.client, [section])
    else late.push(section)
    for (const entry of section.entries) this.#bytes += entry.byteLength
    this.#entries += section.entries.length
    if (this.#entries >= ledgerLimits.lateEntriesMax || this.#bytes >= ledgerLimits.lateBytesMax) this.#catchUp()
  }

  /** Everything, as Yjs encodes it. */
  encode(): Uint8Array {
    this.#catchUp()
    return Y.encodeStateAsUpdate(this.#doc)
  }

  /** What somebody lacks who holds so many entries of each client's log. Most lack only what still waits here: the document need not be asked. */
  lackedBy(held: ReadonlyMap<number, number>): Section[] {
    for (const [client, clock] of this.#integrated) {
      if ((held.get(client) ?? 0) < clock) return this.#lackedOfAll(held)
    }
    const lacked: Section[] = []
    for (const [client, parts] of this.#late) {
      const late = joined(client, parts)
      const known = Math.max(0, (held.get(client) ?? 0) - late.clock)
      if (known < late.entries.length) lacked.push(known === 0 ? late : partOf(late, known, late.entries.length))
    }
    return lacked
  }

  destroy(): void {
    this.#doc.destroy()
    this.#late.clear()
  }

  #lackedOfAll(held: ReadonlyMap<number, number>): Section[] {
    this.#catchUp()
    return readUpdate(Y.encodeStateAsUpdate(this.#doc, writeStateVector(held)), 'disk')
  }

  #catchUp(): void {
    if (this.#entries === 0) return
    const sections = [...this.#late].map(([client, parts]) => joined(client, parts))
    Y.applyUpdate(this.#doc, writeUpdate(sections), 'guarded')
    for (const { client, clock, entries } of sections) this.#integrated.set(client, clock + entries.length)
    this.#late.clear()
    this.#entries = 0
    this.#bytes = 0
  }
}

/** Parts of one log that follow each other. */
function joined(client: number, parts: readonly Section[]): Section {
  const [first] = parts
  if (first !== undefined && parts.length === 1) return first
  return {
    client,
    clock: first?.clock ?? 0,
    root: first?.root ?? null,
    entries: parts.flatMap(({ entries }) => entries),
  }
}
