/** What a machine keeps over a crash: its ledgers, its blobs, and what damage they may take. */
import type { SimLedger } from './ledger.ts'

export class SimDisk {
  readonly ledgers = new Map<string, SimLedger>()
  readonly blobs = new Set<string>()
  readonly #newLedger: (job: string) => SimLedger
  #isFull = false

  constructor(newLedger: (job: string) => SimLedger) {
    this.#newLedger = newLedger
  }

  /** Whether it takes nothing more. */
  get isFull(): boolean {
    return this.#isFull
  }

  set isFull(isFull: boolean) {
    this.#isFull = isFull
    for (const ledger of this.ledgers.values()) ledger.isFull = isFull
  }

  /** A ledger begun now; the caller opens it. */
  begin(job: string): SimLedger {
    const ledger = this.#newLedger(job)
    ledger.isFull = this.#isFull
    this.ledgers.set(job, ledger)
    return ledger
  }

  /** Keeps a blob; false when there is no room. */
  keep(cid: string): boolean {
    if (this.#isFull) return this.blobs.has(cid)
    this.blobs.add(cid)
    return true
  }

  /** A power cut in the middle of writes. */
  tear(lost: () => number): void {
    for (const ledger of this.ledgers.values()) ledger.tear(lost)
  }

  /** What the disk acknowledged is not all there: from some point on, frames fail their checksums. */
  rot(share: () => number): void {
    for (const ledger of this.ledgers.values()) ledger.rot(share())
  }

  /** Blobs that fail their hash when they are read: the store sets them aside. Returns how many. */
  loseBlobs(isLost: (cid: string) => boolean): number {
    let lost = 0
    for (const cid of this.blobs) {
      if (!isLost(cid)) continue
      this.blobs.delete(cid)
      lost++
    }
    return lost
  }

  /** A copy of the home, as it is now. */
  copy(): SimDisk {
    const copy = new SimDisk(this.#newLedger)
    for (const [job, ledger] of this.ledgers) copy.ledgers.set(job, ledger.copy())
    for (const cid of this.blobs) copy.blobs.add(cid)
    return copy
  }
}
