/** The simulator's fast replica and the real ledger are interchangeable: same records from the same traffic. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type LogPart, Replica } from '../../simulations/kernel/replica.ts'
import type { JobLedger } from '../../src/ledger/doc.ts'
import type { Author, LedgerRecord } from '../../src/ledger/record.ts'
import { openLedger } from '../ledger/keys.ts'

const HUBS = ['hub-a', 'hub-b', 'hub-c']

interface Sent {
  readonly from: number
  readonly part: LogPart
  readonly updates: readonly Uint8Array[]
}

/** Three hubs, each with a fast replica and a real ledger that see the same appends and deliveries. */
class Twins {
  readonly fast = HUBS.map(() => new Replica())
  readonly real: JobLedger[] = HUBS.map((_, hub) => openLedger(authorOf(hub), hub + 1))
  readonly sent: Sent[] = []
  #count = 0

  append(hub: number, records: number): void {
    const author = authorOf(hub)
    const list = Array.from({ length: records }, () => record(this.#count++))
    const part = this.replica(hub).append(author, list)
    this.replica(hub).synced(part)
    this.sent.push({ from: hub, part, updates: this.ledger(hub).append(list) })
  }

  deliver(index: number, to: number): void {
    const sent = this.sent[index % Math.max(1, this.sent.length)]
    if (sent === undefined || sent.from === to) return
    this.replica(to).receive(sent.part)
    const from = HUBS[sent.from] ?? ''
    this.ledger(to).receive(sent.updates.map((bytes) => ({ from, relayed: false, bytes })))
  }

  /** `to` gets everything that `from` has and it lacks, by state vector. */
  sync(from: number, to: number): void {
    for (const part of this.replica(from).diff(this.replica(to).vector())) this.replica(to).receive(part)
    const updates = this.ledger(from).diff(this.ledger(to).stateVector())
    this.ledger(to).receive(updates.map((bytes) => ({ from: HUBS[from] ?? '', relayed: true, bytes })))
  }

  replica(hub: number): Replica {
    return this.fast[hub] ?? new Replica()
  }

  ledger(hub: number): JobLedger {
    const ledger = this.real[hub]
    if (ledger === undefined) throw new Error(`no hub ${hub}`)
    return ledger
  }

  shown(hub: number): { fast: string[]; real: string[] } {
    const text = ({ author, record: one }: { author: Author; record: LedgerRecord }) =>
      JSON.stringify([author.hub, Object.entries(one).sort()])
    return { fast: this.replica(hub).all().map(text).sort(), real: this.ledger(hub).records().map(text).sort() }
  }
}

const operation = fc.oneof(
  fc.record({ kind: fc.constant('append' as const), hub: fc.nat(2), count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant('deliver' as const), index: fc.nat(40), to: fc.nat(2) }),
  fc.record({ kind: fc.constant('sync' as const), from: fc.nat(2), to: fc.nat(2) }),
)

test('both show the same records after any traffic, once the hubs have synced', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
      const twins = new Twins()
      for (const one of operations) {
        if (one.kind === 'append') twins.append(one.hub, one.count)
        else if (one.kind === 'deliver') twins.deliver(one.index, one.to)
        else if (one.from !== one.to) twins.sync(one.from, one.to)
        // What comes before its predecessors waits in the real ledger, and is refused by the fast one.
        HUBS.forEach((_, hub) => {
          const { fast, real } = twins.shown(hub)
          expect(real).toEqual(expect.arrayContaining(fast))
        })
      }
      for (const from of [0, 1, 2, 0, 1]) for (const to of [0, 1, 2]) if (from !== to) twins.sync(from, to)
      HUBS.forEach((_, hub) => {
        const { fast, real } = twins.shown(hub)
        expect(fast).toEqual(real)
      })
      expect(twins.shown(0)).toEqual(twins.shown(2))
    }),
    { numRuns: 120 },
  )
})

function authorOf(hub: number): Author {
  const name = HUBS[hub] ?? ''
  return { hub: name, boot: `boot-${name}` }
}

function record(count: number): LedgerRecord {
  const place = { generation: 0, family: 'root', lo: 0, hi: 1, epoch: count, cost: count }
  return { kind: 'claim', ...place, state: 'claimed', reason: 'plan', resumedFrom: 0, atMs: count }
}
