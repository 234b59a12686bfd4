/** Measures the ledger: flushing and applying batches of records, folding them, loading a job. One JSON line per number. */
import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { JobLedger, type LedgerInit } from '../src/ledger/doc.ts'
import { JoinedJob } from '../src/ledger/join.ts'
import { packRecords, unpackRecords } from '../src/ledger/pack.ts'
import type { LedgerRecord } from '../src/ledger/record.ts'
import type { Authored } from '../src/ledger/view.ts'
import { cidOf } from '../src/store/cid.ts'

const rounds = 5
const recordCount = 100_000
const perFlush = 100
const shards = 25_000
const { publicKey, privateKey } = generateKeyPairSync('ed25519')

let nextClient = 2 ** 52

const unsigned = new Uint8Array(64)

function openLedger(hub: string, isSigning = true): JobLedger {
  const init: LedgerInit = {
    job: 'bench',
    author: { hub, boot: 'boot' },
    clientId: nextClient++,
    sign: (bytes) => (isSigning ? sign(null, bytes, privateKey) : unsigned),
    verify: (_, bytes, signature) => !isSigning || verify(null, bytes, publicKey, signature),
  }
  return new JobLedger(init)
}

/** Four transitions per shard, one shard per record: the worst case, as real claims and results come in runs. */
function makeFlushes(): LedgerRecord[][] {
  const starts = Array.from({ length: shards }, (_, index) => index)
  const ref = { kind: 'blob' as const, cid: cidOf(new Uint8Array(1)), size: 1 }
  const family = 'f1'
  const flushes: LedgerRecord[][] = [
    [
      {
        kind: 'family',
        spec: {
          key: family,
          sequence: 1,
          spot: 0,
          cut: { items: shards, starts },
          shared: null,
          slices: [],
          edges: [],
          workMs: null,
        },
      },
    ],
  ]
  const atMs = 1_700_000_000_000
  const records: LedgerRecord[] = []
  for (let lo = 0; lo < shards; lo++) {
    const run = { generation: 0, family, lo, hi: lo + 1, epoch: 0, cost: 17 }
    const claim = { kind: 'claim' as const, ...run, reason: 'plan', resumedFrom: 0, atMs: atMs + lo }
    records.push({ ...claim, state: 'claimed' }, { ...claim, state: 'running' })
    records.push({ kind: 'checkpoint', generation: 0, family, shard: lo, epoch: 0, progress: 5, ref })
    records.push({ kind: 'done', ...run, ref, holders: ['hubB'], busyMs: 12.5, startMs: atMs, endMs: atMs + lo })
  }
  for (let at = 0; at < recordCount; at += perFlush) flushes.push(records.slice(at, at + perFlush))
  return flushes
}

const samples = new Map<string, number[]>()

function timed<T>(name: string, work: () => T): T {
  const start = performance.now()
  const result = work()
  const list = samples.get(name) ?? []
  list.push(performance.now() - start)
  samples.set(name, list)
  return result
}

function round(flushes: readonly LedgerRecord[][]): number {
  const all = flushes.flat()
  const packed = timed('pack', () => packRecords(all))
  timed('unpack', () => unpackRecords(packed))
  const writer = openLedger('hubA')
  const updates = timed('append', () => flushes.flatMap((records) => writer.append(records)))
  const careless = openLedger('hubA', false)
  timed('append without signing', () => flushes.flatMap((records) => careless.append(records)))
  const passedOn = (hub: string, isSigning: boolean, perUpdate: number) => {
    const reader = openLedger(hub, isSigning)
    for (let at = 0; at < updates.length; at += perUpdate) {
      const bytes = updates.slice(at, at + perUpdate)
      const { refused } = reader.receive(bytes.map((one) => ({ from: 'hubX', relayed: true, bytes: one })))
      if (refused.length > 0) throw new Error('an honest update was refused')
    }
  }
  timed('passed on, one seal each', () => passedOn('hubD', true, 20))
  timed('passed on, not checked', () => passedOn('hubE', false, 20))
  const whole = writer.diff(new Uint8Array([0]))
  timed('passed on as step 2 of the whole job', () => {
    openLedger('hubF').receive(whole.map((bytes) => ({ from: 'hubX', relayed: true, bytes })))
  })
  const reader = openLedger('hubB')
  const received: Authored[] = []
  timed('receive one by one', () => {
    for (const bytes of updates) received.push(...reader.receive([{ from: 'hubA', relayed: false, bytes }]).records)
  })
  const ticks = openLedger('hubC')
  timed('receive 20 per tick', () => {
    for (let at = 0; at < updates.length; at += 20) {
      ticks.receive(updates.slice(at, at + 20).map((bytes) => ({ from: 'hubA', relayed: false, bytes })))
    }
  })
  const view = new JoinedJob()
  timed('fold', () => view.applyAll(received))
  const snapshot = timed('snapshot', () => writer.snapshot())
  const restarted = openLedger('hubA')
  timed('load', () => restarted.load([snapshot]))
  timed('load and fold', () => new JoinedJob().applyAll(openLedger('hubA').load([snapshot]).records))
  timed('step 2 of the whole job', () => writer.diff(new Uint8Array([0])))
  if (view.families.get('f1')?.doneCount !== shards) throw new Error('the fold lost results')
  return snapshot.byteLength
}

const flushes = makeFlushes()
let snapshotBytes = 0
for (let index = 0; index < rounds; index++) snapshotBytes = round(flushes)
for (const [name, list] of samples) {
  const medianMs = [...list].sort((a, b) => a - b)[list.length >> 1] ?? 0
  const recordsPerSecond = Math.round((recordCount / medianMs) * 1000)
  const line = {
    bench: 'ledger',
    case: name,
    records: recordCount,
    perFlush,
    medianMs: Number(medianMs.toFixed(1)),
    recordsPerSecond,
  }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
process.stdout.write(
  `${JSON.stringify({ bench: 'ledger', case: 'snapshot size', records: recordCount, bytes: snapshotBytes })}\n`,
)
