/** Random histories of a job: flushes, lost and reordered messages, partial syncs, crashes from stale snapshots. */
import fc from 'fast-check'
import type { CheckpointRecord, ClaimRecord, DoneRecord, LedgerRecord } from '../../src/ledger/record.ts'
import type { Authored } from '../../src/ledger/view.ts'
import { FAMILY, SHARDS, spec } from './records.ts'
import { Replica, seeded, sync } from './replicas.ts'

export const HUBS = ['hubA', 'hubB', 'hubC', 'hubD'] as const

export type Step =
  | {
      readonly do: 'claim' | 'run' | 'checkpoint' | 'fail' | 'finish'
      readonly hub: number
      readonly shard: number
      readonly cost: number
    }
  | { readonly do: 'deliver'; readonly hub: number; readonly order: number; readonly repeat: boolean }
  | { readonly do: 'lose' | 'save' | 'crash'; readonly hub: number }
  | { readonly do: 'sync'; readonly hub: number; readonly other: number }

const hubArb = fc.nat(HUBS.length - 1)

export const stepArb: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constantFrom('claim', 'run', 'checkpoint', 'fail', 'finish'),
      hub: hubArb,
      shard: fc.nat(SHARDS - 1),
      cost: fc.nat(5),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('deliver'), hub: hubArb, order: fc.nat(), repeat: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('lose', 'save', 'crash'), hub: hubArb }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sync'), hub: hubArb, other: hubArb }) },
)

/** What correct hubs did: every record that was ever appended, and by whom. */
export class History {
  readonly replicas: Replica[]
  readonly issued: Authored[] = []
  readonly held = new Map<string, number>()
  crashes = 0

  constructor(seed: number) {
    const random = seeded(seed)
    this.replicas = HUBS.map((hub) => new Replica(hub, random))
    const first = this.replica(0)
    this.flush(first, [{ kind: 'family', spec }])
    for (const other of this.replicas.slice(1)) sync(other, first)
    for (const replica of this.replicas) {
      replica.inbox = []
      replica.save()
    }
  }

  replica(index: number): Replica {
    const found = this.replicas[index % this.replicas.length]
    if (found === undefined) throw new Error('there are replicas')
    return found
  }

  flush(replica: Replica, records: readonly LedgerRecord[]): void {
    const { author } = replica.ledger
    for (const record of records) this.issued.push({ author, record })
    for (const update of replica.append(records)) {
      for (const other of this.replicas) {
        if (other !== replica) other.inbox.push({ from: replica.hub, message: { kind: 'flush', update } })
      }
    }
  }

  run(step: Step): void {
    const replica = this.replica(step.hub)
    switch (step.do) {
      case 'deliver':
        this.#deliver(replica, step.order, step.repeat)
        break
      case 'lose':
        replica.inbox.pop()
        break
      case 'save':
        replica.save()
        break
      case 'crash':
        this.crashes += 1
        replica.crash()
        break
      case 'sync':
        if (this.replica(step.other) !== replica) sync(replica, this.replica(step.other))
        break
      default:
        this.#act(replica, step.do, step.shard, step.cost)
    }
  }

  #deliver(replica: Replica, order: number, repeat: boolean): void {
    const from = order % Math.max(1, replica.inbox.length)
    const taken = replica.inbox.splice(from, 3)
    const received = replica.receive(repeat ? [...taken, ...taken] : taken)
    const error = received.refused[0]?.error
    if (error !== undefined) throw error
  }

  /** A correct hub: never acts on a shard it sees done, and fences with the highest epoch it has seen + 1. */
  #act(replica: Replica, what: 'claim' | 'run' | 'checkpoint' | 'fail' | 'finish', shard: number, cost: number): void {
    const family = replica.view.families.get(FAMILY)
    if (family === undefined || family.isDone(shard)) return
    const claim = family.claim(shard)
    const isMine = claim !== null && claim.hub === replica.hub && claim.boot === replica.ledger.author.boot
    const run = { generation: 0, family: FAMILY, lo: shard, hi: shard + 1 }
    if (what === 'claim') {
      if (!isMine) this.flush(replica, [this.#claim(run, family.epochMax(shard) + 1, cost, 'claimed')])
    } else if (isMine && claim.state !== 'failed') {
      if (what === 'run') this.flush(replica, [this.#claim(run, claim.epoch, claim.cost, 'running')])
      if (what === 'fail') this.flush(replica, [this.#claim(run, claim.epoch, claim.cost, 'failed')])
      if (what === 'checkpoint') this.flush(replica, [checkpointOf(shard, claim.epoch, cost)])
      if (what === 'finish') this.flush(replica, [doneOf(run, claim.epoch, claim.cost, replica.hub)])
    }
  }

  #claim(
    run: Pick<ClaimRecord, 'generation' | 'family' | 'lo' | 'hi'>,
    epoch: number,
    cost: number,
    state: ClaimRecord['state'],
  ): ClaimRecord {
    return { kind: 'claim', ...run, epoch, cost, state, reason: 'plan', resumedFrom: 0, atMs: 1 }
  }
}

function checkpointOf(shard: number, epoch: number, progress: number): CheckpointRecord {
  const ref = { kind: 'inline' as const, bytes: new Uint8Array([shard, epoch]) }
  return { kind: 'checkpoint', generation: 0, family: FAMILY, shard, epoch, progress, ref }
}

function doneOf(
  run: Pick<DoneRecord, 'generation' | 'family' | 'lo' | 'hi'>,
  epoch: number,
  cost: number,
  hub: string,
): DoneRecord {
  const ref = { kind: 'inline' as const, bytes: new TextEncoder().encode(`${hub}${run.lo}`) }
  return { kind: 'done', ...run, epoch, cost, ref, holders: [], busyMs: 7, startMs: 1, endMs: 8 }
}
