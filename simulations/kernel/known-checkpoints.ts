/** What one life of a hub has read or written of checkpoints, counted apart from the ledger that it decides by. */
import type { CheckpointRecord, LedgerRecord } from '../../src/ledger/record.ts'

export class KnownCheckpoints {
  readonly #records = new Map<string, CheckpointRecord[]>()

  note(job: string, record: LedgerRecord): void {
    if (record.kind !== 'checkpoint') return
    const key = keyOf(job, record.family, record.shard)
    const known = this.#records.get(key)
    if (known === undefined) this.#records.set(key, [record])
    else known.push(record)
  }

  /** The furthest of the last two of a shard, in this generation of it, whose content `isHere`; 0 if there is none. Two are kept, whoever wrote them. */
  furthest(
    { job, family, shard, generation }: { job: string; family: string; shard: number; generation: number },
    isHere: (cid: string) => boolean,
  ): number {
    const records = (this.#records.get(keyOf(job, family, shard)) ?? []).filter((one) => one.generation === generation)
    const refs = new Map(records.map(({ progress, ref }) => [ref.kind === 'inline' ? ref : ref.cid, { progress, ref }]))
    const last = [...refs.values()].sort((a, b) => b.progress - a.progress).slice(0, 2)
    return last.find(({ ref }) => ref.kind === 'inline' || isHere(ref.cid))?.progress ?? 0
  }
}

function keyOf(job: string, family: string, shard: number): string {
  return `${job}/${family}:${shard}`
}
