/** What changes a job's state: updates, records and manifests. Whatever a member passes on, the logs of others stay theirs. */
import { createHash } from 'node:crypto'
import { Encoder } from 'cbor-x'
import { JobLedger } from '../../../src/ledger/doc.ts'
import { JoinedJob } from '../../../src/ledger/join.ts'
import { packRecords, unpackRecords } from '../../../src/ledger/pack.ts'
import type { LedgerRecord } from '../../../src/ledger/record.ts'
import { readSealed, writeSealed } from '../../../src/ledger/seal.ts'
import { readUpdate, type Section, writeUpdate } from '../../../src/ledger/update-format.ts'
import { type Identity, identityFromSeed, verify } from '../../../src/live/admission/identity.ts'
import type { Manifest } from '../../../src/program/program.ts'
import { readManifest, signManifest } from '../../../src/wire/manifest.ts'
import { decodeMessage } from '../../../src/wire/message.ts'
import { JOB as PAIR_JOB, Pair } from '../../hub/pair.ts'
import { spec } from '../../ledger/records.ts'
import { type Choices, mutateBytes, mutateTree } from './mutate.ts'
import { makeMessage } from './reader-targets.ts'
import { must, type Target, unlessRefused } from './target.ts'

const JOB = 'testjobaaaaaaaaaaaaaaaaaaa'
const encoder = new Encoder({ useRecords: false, tagUint8Array: false })
// the same keys in every run: a kept input means the same for ever
const [victim, attacker, reader] = [1, 2, 3].map((seed) => identityFromSeed(new Uint8Array(32).fill(seed))) as [
  Identity,
  Identity,
  Identity,
]
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()

const run = { generation: 0, family: 'f1', lo: 0, hi: 3, epoch: 0, cost: 17 }
const inline = { kind: 'inline' as const, bytes: Uint8Array.of(1, 2, 3) }
const records: readonly LedgerRecord[] = [
  { kind: 'family', spec },
  { kind: 'claim', ...run, state: 'running', reason: 'plan', resumedFrom: 0, atMs: 1.7e12 },
  { kind: 'checkpoint', generation: 0, family: 'f1', shard: 2, epoch: 0, progress: 5, ref: inline },
  { kind: 'done', ...run, ref: inline, holders: ['hubB'], busyMs: 12.5, startMs: 1.7e12, endMs: 1.7e12 },
  { kind: 'reopen', generation: 1, family: 'f1', lo: 0, hi: 2, reason: 'lost' },
  { kind: 'cancel', reason: 'user', atMs: 1.7e12 },
  { kind: 'acknowledged', atMs: 1.7e12 },
]

function ledgerOf(identity: Identity, clientId: number): JobLedger {
  const author = { hub: identity.hub, boot: 'boot1' }
  return new JobLedger({ job: JOB, author, clientId, sign: (bytes) => identity.sign(bytes), verify })
}

const honest = ledgerOf(victim, 1001)
for (const record of records) honest.append([record])
const own = ledgerOf(attacker, 2002)
for (const record of records.slice(0, 3)) own.append([record])
const sections = [honest, own].flatMap((ledger) => readUpdate(ledger.snapshot(), 'disk'))
const victimEntries = readUpdate(honest.snapshot(), 'disk')[0]?.entries ?? []
const known = writeUpdate(
  readUpdate(honest.snapshot(), 'disk').map((log) => ({ ...log, entries: log.entries.slice(0, 3) })),
)

/** First byte: whether the attacker passes the update on, or flushes it as its own. */
function makeUpdate(choose: Choices): Uint8Array {
  const chosen = sections.filter(() => choose.chance(70)).map((section) => changeSection(section, choose))
  const update = writeUpdate(chosen.filter(({ clock, root }) => clock > 0 || root !== null))
  return Buffer.concat([Uint8Array.of(choose.below(2)), choose.chance(40) ? mutateBytes(update, choose) : update])
}

function changeSection(section: Section, choose: Choices): Section {
  const from = choose.below(section.entries.length)
  const entries = section.entries.slice(from)
  const clock = section.clock + from
  const base = { ...section, clock, root: clock === 0 ? section.root : null, entries }
  const at = choose.below(entries.length)
  switch (choose.below(7)) {
    case 0:
      return { ...base, entries: entries.toSpliced(at, 1, mutateBytes(entries[at] ?? new Uint8Array(1), choose)) }
    case 1:
      return { ...base, entries: entries.toSpliced(at, 1) }
    case 2:
      return { ...base, client: choose.one([1001, 2002, 3003, 4, 2 ** 53 - 1]) }
    case 3:
      return { ...base, entries: [...entries, entries[at] ?? new Uint8Array(1)] }
    case 4:
      return { ...base, entries: entries.map((entry) => resealed(entry)) }
    case 5:
      return { ...base, entries: [...entries, resealed(packRecords([choose.one(records)]))] }
    default:
      return base
  }
}

/** With a signature of the attacker that says nothing about this entry. */
function resealed(entry: Uint8Array): Uint8Array {
  const body = unlessRefused(() => readSealed(entry).body) ?? entry
  return writeSealed(body, attacker.sign(body))
}

function checkUpdate(input: Uint8Array): void {
  const target = ledgerOf(reader, 3003)
  target.load([known])
  const from = attacker.hub
  const received = target.receive([{ from, relayed: input[0] === 1, bytes: input.subarray(1) }])
  const view = new JoinedJob()
  for (const { author, record } of received.records) view.apply(author, record)
  for (const { client, entries } of readUpdate(target.snapshot(), 'disk')) {
    const author = target.logs().find((log) => log.client === client)?.author.hub
    must(author === victim.hub || author === from, 'only members that signed have logs')
    if (author !== victim.hub) continue
    const isPrefix = entries.every((entry, at) => Buffer.compare(entry, victimEntries[at] ?? new Uint8Array()) === 0)
    must(isPrefix, "a member's log holds what that member wrote, in its order")
  }
  target.destroy()
}

function makeRecords(choose: Choices): Uint8Array {
  const honestBytes = packRecords(records.filter(() => choose.chance(60)))
  if (choose.chance(50)) return mutateBytes(honestBytes, choose)
  const changed = records.map((record) => (choose.chance(40) ? mutateTree(record, choose) : record))
  return packedOr(changed as LedgerRecord[], honestBytes)
}

/** The packer believes its caller: trees that no hub would write may make it throw. */
function packedOr(changed: readonly LedgerRecord[], fallback: Uint8Array): Uint8Array {
  try {
    return packRecords(changed)
  } catch {
    return fallback
  }
}

function checkRecords(input: Uint8Array): void {
  const read = unlessRefused(() => unpackRecords(input)) ?? []
  const view = new JoinedJob()
  view.apply({ hub: 'hubA', boot: 'b' }, { kind: 'family', spec })
  for (const record of read) view.apply({ hub: 'hubB', boot: 'b' }, record)
  for (const family of view.families.values()) {
    for (let shard = 0; shard < Math.min(family.shards, 8); shard++) {
      must(family.isDone(shard) === (family.done(shard) !== null), 'a done shard has a result')
      family.claim(shard)
      family.checkpoint(shard)
      family.previousCheckpoint(shard)
    }
  }
}

const manifest: Manifest = {
  version: 1,
  name: 'job',
  program: { kind: 'inline', bytes: Uint8Array.of(1) },
  input: { kind: 'generated', scale: 1 },
  options: { chunks: null, deadlineMs: null, audit: false },
  seed: 1,
  createdMs: 2,
  expiresMs: 3,
  nonce: 'n',
  submitter: victim.hub,
}
const signed = signManifest(manifest, (bytes) => victim.sign(bytes), sha256)

function makeManifest(choose: Choices): Uint8Array {
  if (choose.chance(40)) return mutateBytes(signed.bytes, choose)
  const envelope = encoder.decode(signed.bytes) as { body: Uint8Array; signature: Uint8Array }
  if (choose.chance(50)) return encoder.encode(mutateTree(envelope, choose))
  const body = encoder.encode(mutateTree(encoder.decode(envelope.body), choose))
  return encoder.encode({ body, signature: attacker.sign(body) })
}

function checkManifest(input: Uint8Array): void {
  const read = unlessRefused(() => readManifest(input, { verify, sha256 }))
  if (read === null || read.manifest.submitter === attacker.hub) return
  must(read.job === signed.job && read.manifest.submitter === victim.hub, 'a manifest is what its submitter signed')
}

let pair = new Pair()
let inputs = 0

/** Messages and records that passed the border, into the hub itself: its beliefs must survive them. */
function checkHub(input: Uint8Array): void {
  if (inputs++ % 200 === 0) {
    pair = new Pair()
    pair.knowJob({ shards: 6, workMs: () => 10 })
  }
  const message = unlessRefused(() => decodeMessage(input.subarray(1)))
  if (message?.type === 'hub') pair.input({ type: 'message', from: 'b', message: message.message })
  if (message?.type === 'beacon') pair.input({ type: 'beacon', beacon: { ...message.beacon, hub: 'b' } })
  if (message === null) {
    const read = unlessRefused(() => unpackRecords(input.subarray(1))) ?? []
    const entries = read.map((record) => ({ author: { hub: 'b', boot: 'b1' }, record }))
    pair.input({ type: 'records', job: PAIR_JOB, entries, senders: [{ hub: 'b' }] })
  }
  pair.pass(20)
}

export const ledgerTargets: readonly Target[] = [
  { name: 'update', make: makeUpdate, check: checkUpdate },
  { name: 'records', make: makeRecords, check: checkRecords },
  { name: 'manifest', make: makeManifest, check: checkManifest },
  {
    name: 'hub',
    make: (choose) => Buffer.concat([Uint8Array.of(0), choose.chance(50) ? makeMessage(choose) : makeRecords(choose)]),
    check: checkHub,
  },
]
