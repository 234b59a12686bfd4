/** A member that writes in the name of another: its records must go nowhere. */
import { JobLedger } from '../../src/ledger/doc.ts'
import { ROOT_FAMILY } from '../../src/program/family.ts'
import type { Parcel } from './ledger.ts'
import type { Random } from './random.ts'

/** No machine starts under it. */
export const FORGED_BOOT = 'forged'

/** A result of the root in a log that `victim` seems to own, signed by the forger. */
export function forgedResult(job: string, victim: string, random: Random, isRelayed: boolean): Parcel {
  const ledger = new JobLedger({
    job,
    author: { hub: victim, boot: FORGED_BOOT },
    clientId: 1 + random.below(2 ** 30),
    sign: () => new Uint8Array([1, 2, 3, 4]),
    verify: () => true,
  })
  const place = { generation: 0, family: ROOT_FAMILY, lo: 0, hi: 1, epoch: 0, cost: 0 }
  const ref = { kind: 'inline', bytes: new Uint8Array([0]) } as const
  const times = { busyMs: 0, startMs: 0, endMs: 0 }
  return { kind: 'yjs', updates: ledger.append([{ kind: 'done', ...place, ref, holders: [], ...times }]), isRelayed }
}
