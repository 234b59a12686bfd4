/** A little swarm of real ledgers and folds, driven step by step, with disks that may be stale. */
import type { JobLedger, Received } from '../../src/ledger/doc.ts'
import { JoinedJob } from '../../src/ledger/join.ts'
import type { LedgerRecord } from '../../src/ledger/record.ts'
import { decodeSync, encodeSync, type SyncMessage, syncAnswer, syncReceive, syncStart } from '../../src/ledger/sync.ts'
import { openLedger } from './keys.ts'

type Updating = Exclude<SyncMessage, { kind: 'step1' }>

/** One hub: the ledger it holds, the fold it keeps, the snapshot it last made, and flushes still on their way to it. */
export class Replica {
  readonly hub: string
  ledger: JobLedger
  view = new JoinedJob()
  /** Stale on purpose: written only when asked. */
  disk: Uint8Array[] = []
  inbox: { from: string; message: Updating }[] = []
  #boots = 0
  readonly clientIds = new Set<number>()
  readonly #random: () => number

  constructor(hub: string, random: () => number) {
    this.hub = hub
    this.#random = random
    this.ledger = this.#boot()
  }

  append(records: readonly LedgerRecord[]): Uint8Array[] {
    const updates = this.ledger.append(records)
    for (const record of records) this.view.apply(this.ledger.author, record)
    return updates
  }

  receive(messages: { from: string; message: Updating }[]): Received {
    const received = syncReceive(this.ledger, messages)
    this.view.applyAll(received.records)
    return received
  }

  save(): void {
    this.disk = [this.ledger.snapshot()]
  }

  /** Loses everything but its disk; comes back with a new boot and client id. */
  crash(): void {
    this.ledger.destroy()
    this.inbox = []
    this.view = new JoinedJob()
    this.ledger = this.#boot()
    this.view.applyAll(this.ledger.load(this.disk).records)
  }

  #boot(): JobLedger {
    const clientId = Math.floor(this.#random() * Number.MAX_SAFE_INTEGER) + 1
    this.clientIds.add(clientId)
    return openLedger({ hub: this.hub, boot: `boot${this.#boots++}` }, clientId)
  }
}

/** One full round of anti-entropy that `asker` opens, over the wire format; returns the bytes of the answer. */
export function sync(asker: Replica, other: Replica): number {
  const ask = overWire(syncStart(asker.ledger))
  if (ask.kind !== 'step1') throw new Error('a round begins with step 1')
  let answerBytes = 0
  for (const answer of syncAnswer(other.ledger, ask.stateVector)) {
    const bytes = encodeSync(answer)
    answerBytes += bytes.byteLength
    const message = decodeSync(bytes)
    if (message.kind !== 'step1') expectClean(asker.receive([{ from: other.hub, message }]))
    else {
      for (const back of syncAnswer(asker.ledger, message.stateVector)) {
        if (back.kind !== 'step1') expectClean(other.receive([{ from: asker.hub, message: back }]))
      }
    }
  }
  return answerBytes
}

/**
 * Everybody with everybody, until all hold the same. A second round is needed when entries that a hub held back, as they had come too
 * early, find their place during the first.
 */
export function heal(replicas: readonly Replica[]): void {
  for (let round = 0; round < 3; round++) {
    for (const a of replicas) for (const b of replicas) if (a !== b) sync(a, b)
    const vectors = new Set(replicas.map(({ ledger }) => Buffer.from(ledger.stateVector()).toString('hex')))
    if (vectors.size === 1) return
  }
}

function overWire(message: SyncMessage): SyncMessage {
  return decodeSync(encodeSync(message))
}

function expectClean(received: Received): void {
  const error = received.refused[0]?.error
  if (error !== undefined) throw error
}

/** mulberry32: the same seed gives the same history. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
