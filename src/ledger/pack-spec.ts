/** The packed form of a family's spec: boundaries and work estimates are run-length coded, most cuts are regular. */
import { counts } from '../limits.ts'
import type { Edge, FamilySpec, Slice } from '../program/family.ts'
import { type ByteReader, type ByteWriter, invalidBytes } from './bytes.ts'
import type { PackTable, UnpackTable } from './pack.ts'
import { readRange, readRef, readString, writeRef } from './pack-fields.ts'

/** Spots count from 0; the root family has -1. */
const SPOT_OFFSET = 1
const ITEMS_MAX = 2 ** 52

export function writeSpec(table: PackTable, spec: FamilySpec): void {
  const { out } = table
  table.string(spec.key)
  out.varuint(spec.sequence)
  out.varuint(spec.spot + SPOT_OFFSET)
  out.varuint(spec.cut.items)
  writeRuns(out, steps(spec.cut.starts))
  out.byte(spec.shared === null ? 0 : 1)
  if (spec.shared !== null) writeRef(table, spec.shared)
  out.varuint(spec.slices.length)
  for (const slice of spec.slices) {
    out.varuint(slice.lo)
    out.varuint(slice.hi - slice.lo)
    writeRef(table, slice.ref)
  }
  out.varuint(spec.edges.length)
  for (const edge of spec.edges) {
    table.string(edge.family)
    out.varuint(edge.from)
    out.varuint(edge.to)
    out.number(edge.bytes)
  }
  out.byte(spec.workMs === null ? 0 : 1)
  if (spec.workMs !== null) writeRuns(out, spec.workMs)
}

/** @throws ShoalError SHOAL_FRAME_INVALID for a spec that no hub can mean. */
export function readSpec(body: ByteReader, table: UnpackTable): FamilySpec {
  const key = readString(body, table)
  const sequence = body.varuint()
  const spot = body.varuint(2 ** 32) - SPOT_OFFSET
  const items = body.varuint(ITEMS_MAX)
  const starts = readStarts(body, table, items)
  const shared = readFlag(body) ? readRef(body, table) : null
  const slices = readList(body, () => readSlice(body, table))
  const edges = readList(body, () => readEdge(body, table, starts.length))
  const workMs = readFlag(body) ? readRuns(body, table) : null
  return { key, sequence, spot, cut: { items, starts }, shared, slices, edges, workMs }
}

function readStarts(body: ByteReader, table: UnpackTable, items: number): number[] {
  const starts = readRuns(body, table)
  if (starts.length === 0) throw invalidBytes('a family without shards')
  let start = 0
  for (let index = 0; index < starts.length; index++) {
    const step = starts[index] ?? 0
    if (!Number.isInteger(step) || step < 0 || (index > 0 && step === 0)) throw invalidBytes('a cut that goes back')
    start += step
    starts[index] = start
  }
  if (start > items) throw invalidBytes('a cut beyond the items')
  return starts
}

function readSlice(body: ByteReader, table: UnpackTable): Slice {
  return { ...readRange(body), ref: readRef(body, table) }
}

function readEdge(body: ByteReader, table: UnpackTable, shards: number): Edge {
  const family = readString(body, table)
  const from = body.varuint(counts.shardsPerFamilyMax - 1)
  const to = body.varuint(shards - 1)
  return { family, from, to, bytes: body.number() }
}

function readFlag(body: ByteReader): boolean {
  const flag = body.byte()
  if (flag > 1) throw invalidBytes('neither yes nor no')
  return flag === 1
}

/** A list whose entries take at least two bytes each, so that its length cannot lie. */
function readList<T>(body: ByteReader, readOne: () => T): T[] {
  const count = body.varuint(body.remaining >> 1)
  const list: T[] = []
  for (let index = 0; index < count; index++) list.push(readOne())
  return list
}

function steps(starts: readonly number[]): number[] {
  return starts.map((start, index) => start - (starts[index - 1] ?? 0))
}

/** Numbers as (value, repeats). */
function writeRuns(out: ByteWriter, values: readonly number[]): void {
  out.varuint(values.length)
  for (let index = 0; index < values.length; ) {
    const value = values[index] ?? 0
    let end = index + 1
    while (end < values.length && Object.is(values[end], value)) end++
    out.number(value)
    out.varuint(end - index)
    index = end
  }
}

function readRuns(body: ByteReader, table: UnpackTable): number[] {
  const count = body.varuint(Math.min(counts.shardsPerFamilyMax, table.startsLeft))
  table.startsLeft -= count
  const values: number[] = []
  while (values.length < count) {
    const value = body.number()
    const repeats = body.varuint(count - values.length)
    if (repeats === 0) throw invalidBytes('a run of nothing')
    for (let index = 0; index < repeats; index++) values.push(value)
  }
  return values
}
