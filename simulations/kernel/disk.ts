/** What a machine keeps over a crash: its ledgers, its blobs, and what damage they may take. */
import { Replica } from './replica.ts'

export class SimDisk {
  readonly ledgers = new Map<string, Replica>()
  readonly blobs = new Set<string>()

  ledger(job: string): Replica {
    const known = this.ledgers.get(job)
    if (known !== undefined) return known
    const replica = new Replica()
    this.ledgers.set(job, replica)
    return replica
  }

  /** A power cut in the middle of writes. */
  tear(hub: string, lost: () => number): void {
    for (const replica of this.ledgers.values()) replica.tear(hub, lost)
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
}
