/** The simulator's fast replica and the real ledger are interchangeable: same records from the same traffic, same promises over crashes. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LedgerKind, Parcel, SimLedger, Written } from '../../simulations/kernel/ledger.ts'
import { Random } from '../../simulations/kernel/random.ts'
import { Replica } from '../../simulations/kernel/replica.ts'
import { sharedReader } from '../../simulations/kernel/shared-reader.ts'
import { YjsLedger } from '../../simulations/kernel/yjs-ledger.ts'
import type { Author, LedgerRecord } from '../../src/ledger/record.ts'
import { JOB } from '../ledger/keys.ts'

const HUBS = ['hub-a', 'hub-b', 'hub-c']
const kinds: readonly LedgerKind[] = ['replica', 'yjs']

/** Three hubs with ledgers of one kind, what they wrote, and what is on its way. */
class Swarm {
  readonly ledgers: SimLedger[]
  readonly sent: { readonly from: number; readonly parcel: Parcel }[] = []
  /** Epochs of records that were durable when they were told to others. */
  readonly promised = new Set<number>()
  readonly #boots = HUBS.map(() => 0)
  readonly #last = new Map<number, Written>()
  #count = 0

  constructor(kind: LedgerKind) {
    const clientIds = new Random(7, 'client ids')
    const reader = sharedReader()
    this.ledgers = HUBS.map(() => (kind === 'yjs' ? new YjsLedger(JOB, clientIds, reader) : new Replica()))
    HUBS.forEach((_, hub) => {
      this.restart(hub)
    })
  }

  restart(hub: number): void {
    this.#boots[hub] = (this.#boots[hub] ?? 0) + 1
    this.ledger(hub).isFull = false
    this.#last.delete(hub)
    this.ledger(hub).open(this.#author(hub))
  }

  append(hub: number, records: number, isDurable: boolean): Written {
    const list = Array.from({ length: records }, () => record(this.#count++))
    const written = this.ledger(hub).append(list)
    this.#last.set(hub, written)
    if (!isDurable) return written
    this.ledger(hub).synced(written)
    this.sent.push({ from: hub, parcel: written.parcel })
    if (!this.ledger(hub).isFull) for (const { epoch } of list) this.promised.add(epoch)
    return written
  }

  deliver(index: number, to: number): void {
    const sent = this.sent[index % Math.max(1, this.sent.length)]
    if (sent !== undefined && sent.from !== to) this.ledger(to).receive(sent.parcel, HUBS[sent.from] ?? '')
  }

  /** `to` gets everything that `from` has and it lacks, by state vector. */
  sync(from: number, to: number): void {
    const parcel = this.ledger(from).diff(this.ledger(to).vector())
    if (parcel !== null) this.ledger(to).receive(parcel, HUBS[from] ?? '')
  }

  snapshot(hub: number, isFinished: boolean): void {
    this.ledger(hub).beginSnapshot()
    if (isFinished) this.ledger(hub).endSnapshot()
    else this.restart(hub)
  }

  heal(): void {
    for (const [hub, written] of this.#last) this.ledger(hub).synced(written)
    for (const from of [0, 1, 2, 0, 1, 2]) for (const to of [0, 1, 2]) if (from !== to) this.sync(from, to)
  }

  ledger(hub: number): SimLedger {
    const ledger = this.ledgers[hub]
    if (ledger === undefined) throw new Error(`no hub ${hub}`)
    return ledger
  }

  shown(hub: number): string[] {
    const text = ({ author, record: one }: { author: Author; record: LedgerRecord }) =>
      JSON.stringify([author.hub, author.boot, Object.entries(one).sort()])
    return this.ledger(hub).all().map(text).sort()
  }

  epochs(hub: number): Set<number> {
    return new Set(
      this.ledger(hub)
        .all()
        .map(({ record: one }) => (one.kind === 'claim' ? one.epoch : -1)),
    )
  }

  #author(hub: number): Author {
    const name = HUBS[hub] ?? ''
    return { hub: name, boot: `${name}.${this.#boots[hub]}` }
  }
}

const hub = fc.nat(2)
const traffic = [
  fc.record({ kind: fc.constant('append' as const), hub, count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant('deliver' as const), index: fc.nat(40), hub }),
  fc.record({ kind: fc.constant('sync' as const), from: hub, hub }),
  fc.record({ kind: fc.constant('snapshot' as const), hub }),
]
const harm = [
  fc.record({ kind: fc.constant('write' as const), hub, count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant('crash' as const), hub }),
  fc.record({ kind: fc.constant('tear' as const), hub, lost: fc.nat(5) }),
  fc.record({ kind: fc.constant('snapshot-crash' as const), hub }),
  fc.record({ kind: fc.constant('full' as const), hub }),
]
const calm = fc.oneof(...traffic)
const rough = fc.oneof(...traffic, ...harm)

function run(swarm: Swarm, step: typeof rough extends fc.Arbitrary<infer Step> ? Step : never): void {
  if (step.kind === 'append') swarm.append(step.hub, step.count, true)
  else if (step.kind === 'write') swarm.append(step.hub, step.count, false)
  else if (step.kind === 'deliver') swarm.deliver(step.index, step.hub)
  else if (step.kind === 'sync' && step.from !== step.hub) swarm.sync(step.from, step.hub)
  else if (step.kind === 'snapshot') swarm.snapshot(step.hub, true)
  else if (step.kind === 'snapshot-crash') swarm.snapshot(step.hub, false)
  else if (step.kind === 'crash') swarm.restart(step.hub)
  else if (step.kind === 'full') swarm.ledger(step.hub).isFull = true
  else if (step.kind === 'tear') {
    swarm.ledger(step.hub).tear(() => step.lost)
    swarm.restart(step.hub)
  }
}

test('both show the same records after any traffic, once the hubs have synced', () => {
  fc.assert(
    fc.property(fc.array(calm, { maxLength: 40 }), (steps) => {
      const [fast, real] = [new Swarm('replica'), new Swarm('yjs')]
      for (const step of steps) {
        run(fast, step)
        run(real, step)
        // What comes before its predecessors waits in the real ledger, and is refused by the fast one.
        HUBS.forEach((_, index) => {
          expect(real.shown(index)).toEqual(expect.arrayContaining(fast.shown(index)))
        })
      }
      fast.heal()
      real.heal()
      HUBS.forEach((_, index) => {
        expect(fast.shown(index)).toEqual(real.shown(index))
      })
      expect(fast.shown(0)).toEqual(fast.shown(2))
    }),
    { numRuns: 100 },
  )
})

for (const kind of kinds) {
  test(`${kind}: over crashes, torn and full disks, hubs agree once they have synced, and what was durable and told is there`, () => {
    fc.assert(
      fc.property(fc.array(rough, { maxLength: 50 }), (steps) => {
        const swarm = new Swarm(kind)
        for (const step of steps) run(swarm, step)
        swarm.heal()
        expect(swarm.shown(1)).toEqual(swarm.shown(0))
        expect(swarm.shown(2)).toEqual(swarm.shown(0))
        const held = swarm.epochs(0)
        expect([...swarm.promised].filter((epoch) => !held.has(epoch))).toEqual([])
      }),
      { numRuns: 150 },
    )
  })

  test(`${kind}: a copy of a disk has what the disk has, and lives on its own`, () => {
    const swarm = new Swarm(kind)
    swarm.append(0, 3, true)
    const copy = swarm.ledger(0).copy()
    const entries = copy.open({ hub: 'hub-a', boot: 'hub-a.copied' })
    expect(entries).toHaveLength(3)
    copy.append([record(99)])
    expect(swarm.ledger(0).all()).toHaveLength(3)
    expect(copy.all()).toHaveLength(4)
  })
}

function record(count: number): Extract<LedgerRecord, { kind: 'claim' }> {
  const place = { generation: 0, family: 'root', lo: 0, hi: 1, epoch: count, cost: count }
  return { kind: 'claim', ...place, state: 'claimed', reason: 'plan', resumedFrom: 0, atMs: count }
}
