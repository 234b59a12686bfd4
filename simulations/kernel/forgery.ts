/** Records that must go nowhere: of a member in the name of another, of a stranger, of a member that may only look on. */
import { JobLedger } from '../../src/ledger/doc.ts'
import type { Author } from '../../src/ledger/record.ts'
import { ROOT_FAMILY } from '../../src/program/family.ts'
import { packList } from '../../src/wire/pack.ts'
import type { Parcel } from './ledger.ts'
import type { Random } from './random.ts'
import { signed } from './signed.ts'

/** No machine starts under it. */
export const FORGED_BOOT = 'forged'

/** A hub that was never let in, and one that may only look on: no machine runs under these names. */
export const STRANGER = 'stranger'
export const OBSERVER = 'observer'

/** A result of the root in a log that `victim` seems to own, signed by the forger. */
export function forgedResult(job: string, victim: string, random: Random, isRelayed: boolean): Parcel {
  return rootResult(job, { hub: victim, boot: FORGED_BOOT }, random, isRelayed, () => new Uint8Array([1, 2, 3, 4]))
}

/** The same in a log of its author's own, signed as it should be. */
export function ownResult(job: string, hub: string, random: Random, isRelayed: boolean): Parcel {
  return rootResult(job, { hub, boot: 'own' }, random, isRelayed, (bytes) => signed(hub, bytes))
}

function rootResult(
  job: string,
  author: Author,
  random: Random,
  isRelayed: boolean,
  sign: (bytes: Uint8Array) => Uint8Array,
): Parcel {
  const ledger = new JobLedger({ job, author, clientId: 1 + random.below(2 ** 30), sign, verify: () => true })
  const place = { generation: 0, family: ROOT_FAMILY, lo: 0, hi: 1, epoch: 0, cost: 0 }
  const ref = { kind: 'inline', bytes: packList([new Uint8Array([0])]) } as const
  const times = { busyMs: 0, startMs: 0, endMs: 0 }
  return { kind: 'yjs', updates: ledger.append([{ kind: 'done', ...place, ref, holders: [], ...times }]), isRelayed }
}
