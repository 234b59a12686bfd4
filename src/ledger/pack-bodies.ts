/** The body of each record kind inside an entry; field order is the format. */
import { assertNever } from '../errors.ts'
import { counts, ledgerLimits, sizes } from '../limits.ts'
import { type ByteReader, invalidBytes } from './bytes.ts'
import type { PackTable, UnpackTable } from './pack.ts'
import { readRange, readRef, readString, readTime, writeRef } from './pack-fields.ts'
import { readSpec, writeSpec } from './pack-spec.ts'
import { claimStates, type LedgerRecord } from './record.ts'

/** Never renumbered; new kinds get new numbers. */
export const KIND_CODES = {
  job: 1,
  family: 2,
  claim: 3,
  checkpoint: 4,
  done: 5,
  cancel: 6,
  acknowledged: 7,
  reopen: 8,
} as const satisfies Record<LedgerRecord['kind'], number>

export function writeBody(table: PackTable, record: LedgerRecord): void {
  switch (record.kind) {
    case 'job':
      table.out.sized(record.manifest)
      break
    case 'family':
      writeSpec(table, record.spec)
      break
    case 'claim':
      writeClaim(table, record)
      break
    case 'checkpoint':
      writeCheckpoint(table, record)
      break
    case 'done':
      writeDone(table, record)
      break
    case 'cancel':
      table.string(record.reason)
      table.time(record.atMs)
      break
    case 'acknowledged':
      table.time(record.atMs)
      break
    case 'reopen':
      writeRun(table, record)
      table.string(record.reason)
      break
    default:
      assertNever(record)
  }
}

/** The record in a body, or null when this version does not know its kind. Later fields than known ones are ignored. */
export function readBody(kind: number, body: ByteReader, table: UnpackTable): LedgerRecord | null {
  switch (kind) {
    case KIND_CODES.job:
      return { kind: 'job', manifest: body.sized(sizes.manifestBytesMax).slice() }
    case KIND_CODES.family:
      return { kind: 'family', spec: readSpec(body, table) }
    case KIND_CODES.claim:
      return readClaim(body, table)
    case KIND_CODES.checkpoint:
      return readCheckpoint(body, table)
    case KIND_CODES.done:
      return readDone(body, table)
    case KIND_CODES.cancel:
      return { kind: 'cancel', reason: readString(body, table), atMs: readTime(body, table) }
    case KIND_CODES.acknowledged:
      return { kind: 'acknowledged', atMs: readTime(body, table) }
    case KIND_CODES.reopen:
      return { kind: 'reopen', ...readRun(body, table), reason: readString(body, table) }
    default:
      return null
  }
}

type Kind<K extends LedgerRecord['kind']> = Extract<LedgerRecord, { kind: K }>

interface Run {
  readonly family: string
  readonly generation: number
  readonly lo: number
  readonly hi: number
}

function writeRun(table: PackTable, run: Run): void {
  table.string(run.family)
  table.out.varuint(run.generation)
  table.out.varuint(run.lo)
  table.out.varuint(run.hi - run.lo)
}

function readRun(body: ByteReader, table: UnpackTable): Run {
  const family = readString(body, table)
  return { family, generation: body.varuint(ledgerLimits.generationMax), ...readRange(body) }
}

function writeClaim(table: PackTable, record: Kind<'claim'>): void {
  writeRun(table, record)
  table.out.varuint(record.epoch)
  table.out.number(record.cost)
  table.out.byte(claimStates.indexOf(record.state))
  table.string(record.reason)
  table.out.number(record.resumedFrom)
  table.time(record.atMs)
}

function readClaim(body: ByteReader, table: UnpackTable): Kind<'claim'> {
  const run = readRun(body, table)
  const epoch = body.varuint(ledgerLimits.epochMax)
  const cost = body.number()
  const state = claimStates[body.byte()]
  if (state === undefined) throw invalidBytes('a claim in an unknown state')
  const reason = readString(body, table)
  return { kind: 'claim', ...run, epoch, cost, state, reason, resumedFrom: body.number(), atMs: readTime(body, table) }
}

function writeCheckpoint(table: PackTable, record: Kind<'checkpoint'>): void {
  table.string(record.family)
  table.out.varuint(record.generation)
  table.out.varuint(record.shard)
  table.out.varuint(record.epoch)
  table.out.number(record.progress)
  writeRef(table, record.ref)
}

function readCheckpoint(body: ByteReader, table: UnpackTable): Kind<'checkpoint'> {
  return {
    kind: 'checkpoint',
    family: readString(body, table),
    generation: body.varuint(ledgerLimits.generationMax),
    shard: body.varuint(counts.shardsPerFamilyMax - 1),
    epoch: body.varuint(ledgerLimits.epochMax),
    progress: body.number(),
    ref: readRef(body, table),
  }
}

function writeDone(table: PackTable, record: Kind<'done'>): void {
  writeRun(table, record)
  table.out.varuint(record.epoch)
  table.out.number(record.cost)
  writeRef(table, record.ref)
  table.out.varuint(record.holders.length)
  for (const hub of record.holders) table.string(hub)
  table.out.number(record.busyMs)
  table.time(record.startMs)
  table.time(record.endMs)
  // Last and only where there are some: whoever does not know them reads the record without.
  if (record.digests === undefined) return
  table.out.varuint(record.digests.length)
  for (const digest of record.digests) table.string(digest)
}

function readDone(body: ByteReader, table: UnpackTable): Kind<'done'> {
  const run = readRun(body, table)
  const epoch = body.varuint(ledgerLimits.epochMax)
  const cost = body.number()
  const ref = readRef(body, table)
  const holders: string[] = []
  const count = body.varuint(ledgerLimits.holdersMax)
  for (let index = 0; index < count; index++) holders.push(readString(body, table))
  const busyMs = body.number()
  const times = { startMs: readTime(body, table), endMs: readTime(body, table) }
  if (body.done) return { kind: 'done', ...run, epoch, cost, ref, holders, busyMs, ...times }
  const digests = Array.from({ length: body.varuint(run.hi - run.lo) }, () => readString(body, table))
  return { kind: 'done', ...run, epoch, cost, ref, holders, busyMs, ...times, digests }
}
