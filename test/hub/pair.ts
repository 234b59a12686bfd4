/** One hub under test, and another that exists only by what it says. */

import { type FamilyPlan, simJob } from '../../simulations/kernel/workload.ts'
import { type Beacon, type LoadReport, noLoad } from '../../src/hub/beacon.ts'
import type { Effect } from '../../src/hub/effect.ts'
import { Hub } from '../../src/hub/hub.ts'
import type { Input } from '../../src/hub/input.ts'
import type { ClaimRecord, DoneRecord, LedgerRecord } from '../../src/ledger/record.ts'
import type { Ref } from '../../src/program/ref.ts'

export const JOB = 'job-1'
const machine = { slots: 1, cores: 1, speed: 1, compute: true, labels: {} }

/** Hub `a`, to which `b` is connected; time is set by hand. */
export class Pair {
  readonly hub: Hub
  nowMs = 0
  effects: Effect[] = []
  #sequence = 0

  constructor(own: Partial<typeof machine> = {}) {
    this.hub = new Hub({ ...machine, ...own, hub: 'a', boot: 'a1', incarnation: 1, wallOffsetMs: 0 })
    this.input({ type: 'started' })
    this.input({ type: 'connected', hub: 'b' })
    this.beaconOfB()
  }

  input(input: Input): Effect[] {
    this.effects = this.hub.handle(input, this.nowMs)
    return this.effects
  }

  /** Lets time pass in steps of the evaluate timer; returns everything the hub asked for meanwhile. */
  pass(ms: number, keepsB = true): Effect[] {
    const all: Effect[] = []
    for (const untilMs = this.nowMs + ms; this.nowMs < untilMs; ) {
      this.nowMs += 20
      if (keepsB && this.nowMs % 400 === 0) all.push(...this.beaconOfB())
      all.push(...this.input({ type: 'timer', timer: this.nowMs % 500 === 0 ? 'beacon' : 'evaluate' }))
    }
    return all
  }

  beaconOfB(change: Partial<Beacon> = {}): Effect[] {
    const life = { hub: 'b', boot: 'b1', incarnation: 1, sequence: ++this.#sequence, leaving: false }
    return this.input({
      type: 'beacon',
      beacon: { ...machine, ...life, slotFreeInMs: [this.bFreeInMs], report: this.report, ...change },
    })
  }

  /** What beacons of `b` say of its load. */
  report: LoadReport = noLoad

  /** What beacons of `b` say of its slot. */
  bFreeInMs = 0

  /** A job whose root runs at `b`, with one family; its program is tiny unless another one is given. */
  knowJob(plan: FamilyPlan, program?: Ref): void {
    const job = simJob(JOB, 'b', [plan])
    const manifest = { ...job.manifest, program: program ?? job.manifest.program }
    this.input({ type: 'job', job: JOB, manifest, bytes: new Uint8Array(), mine: false })
    this.input({ type: 'job-blobs', job: JOB })
    const spec = job.families[0]?.spec
    if (spec === undefined) throw new Error('the job has a family')
    const root = { family: 'root', lo: 0, hi: 1, epoch: 0 }
    this.fromB(claimOf({ ...root, state: 'running' }), { kind: 'family', spec })
  }

  fromB(...records: LedgerRecord[]): Effect[] {
    const entries = records.map((record) => ({ author: { hub: 'b', boot: 'b1' }, record }))
    return this.input({ type: 'records', job: JOB, entries, senders: [{ hub: 'b' }] })
  }

  view() {
    const view = this.hub.state.job(JOB).view.families.get('f1')
    if (view === undefined) throw new Error('the family is known')
    return view
  }
}

export function claimOf(change: Partial<ClaimRecord>): ClaimRecord {
  const place = { generation: 0, family: 'f1', lo: 0, hi: 1, epoch: 0, cost: 10 }
  return { kind: 'claim', ...place, state: 'claimed', reason: 'plan', resumedFrom: 0, atMs: 0, ...change }
}

export function doneOf(change: Partial<DoneRecord>): DoneRecord {
  const place = { generation: 0, family: 'f1', lo: 0, hi: 1, epoch: 0, cost: 10, holders: [] }
  const ref = { kind: 'inline', bytes: new Uint8Array([1]) } as const
  return { kind: 'done', ...place, ref, busyMs: 10, startMs: 0, endMs: 10, ...change }
}

export function only<T extends Effect['type']>(effects: readonly Effect[], type: T): Extract<Effect, { type: T }>[] {
  return effects.filter((effect): effect is Extract<Effect, { type: T }> => effect.type === type)
}
