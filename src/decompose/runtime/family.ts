/** Sends the rest of a spot's items to shards: guards, encoding, spawn, and merging of what comes back. */

import { types } from 'node:util'
import { ShoalError } from '../../errors.ts'
import type { ClassTable, Outcome, ThrownError } from '../../execute/codec/codec.ts'
import { encode } from '../../execute/codec/encode.ts'
import { decodeOutcome } from '../../execute/codec/outcome.ts'
import type { Spawn } from '../../execute/slots.ts'
import { sizes } from '../../limits.ts'
import { type Cut, shardItems } from '../../program/family.ts'
import { packList } from '../../wire/pack.ts'
import { type SpotMeta, WHOLE_LIST } from '../codegen/meta.ts'
import { type BestPart, type HeldBest, objectionToHeld, takes } from './bests.ts'
import { type Excerpts, takeExcerpts } from './excerpts.ts'
import { builtinsPatched } from './fingerprint.ts'
import { listsIn } from './groups.ts'
import { LayeredNumbers } from './known.ts'
import { type CellsClaim, cellsFor, type Live, lookAt, mergePart, objectionToParts, writtenRows } from './live.ts'
import { memoryOf } from './rows.ts'
import { partFor, type SliceClaim, type Sliced, slicedFor } from './slices.ts'
import { type CounterRange, counterRange } from './stand-ins.ts'
import type { ShardInput, ShardResult, SharedState } from './values.ts'

/** How generated code lets the runtime reach the live variables of a spot. */
export interface Access {
  /** Captured values by name. */
  s(): Record<string, unknown>
  /** Module variables by name. */
  m(): Record<string, unknown>
  /** Live outputs by name. */
  o(): Record<string, unknown>
  /** Rebinds outputs that are numbers. */
  w(values: Record<string, unknown>): void
  /** Cells of outputs that have them. */
  c(): Record<string, CellsClaim>
  /** Records of which fields are among the outputs, and the names of these. */
  r?(): readonly (readonly [record: object, field: string])[]
  /** Values on which the end of a counted loop is measured. */
  e(): readonly unknown[]
  /** What best-so-far outputs hold. */
  b?(): Record<string, HeldBest>
  /** Which part of a list an iteration reads. */
  l?(): Record<string, SliceClaim>
  /** What functions were made with. */
  f?(): Environments
  /** What the inner loop of a nest goes over: a list, or the ends of a range; and what its ends are measured on. */
  n?(): { readonly over: readonly unknown[]; readonly measured: readonly unknown[] }
}

export interface Environments {
  /** By the names of the constants that hold the functions; null for what was not noted. */
  readonly values: Readonly<Record<string, Record<string, unknown> | null>>
  /** Objects of which parts are among these. */
  readonly met: readonly object[]
}

/** What a spot iterates over. */
export interface Items {
  readonly count: number
  /** The object iterated over, to compare with outputs; null when there is none. */
  readonly source: unknown
  /** Items `[lo, hi)` for a shard; null when the indices say all. */
  slice(lo: number, hi: number): unknown
  /** Counter value of item 0, and the step to the next. */
  readonly first: number
  readonly step: number
  /** Inner items per outer item, when items are pairs of a nest: then `first` and `step` are of the outer loop. */
  readonly inner?: number
}

/** Where and how often the root is, and what it expects of a shard. */
export interface FamilySetting {
  readonly spot: number
  readonly sequence: number
  readonly classes: ClassTable
  readonly workMs: number[] | null
}

/** A family ready to be spawned. */
export interface Prepared {
  readonly spawn: Spawn
  readonly lives: readonly Live[]
  readonly shared: LayeredNumbers
  readonly own: readonly (readonly object[])[]
}

/** @returns the prepared family, or the reason why the spot stays in place. */
export function prepare(
  meta: SpotMeta,
  access: Access,
  items: Items,
  cut: Cut,
  setting: FamilySetting,
): Prepared | string {
  if (builtinsPatched()) return 'builtins are patched'
  try {
    return prepareUnguarded(meta, access, items, cut, setting)
  } catch (thrown) {
    // A captured name that is not initialised yet, a value that cannot travel: the code in place decides what happens.
    if (thrown instanceof ReferenceError || thrown instanceof TypeError) return thrown.message
    if (thrown instanceof ShoalError) return thrown.message
    throw thrown
  }
}

function prepareUnguarded(
  meta: SpotMeta,
  access: Access,
  items: Items,
  cut: Cut,
  setting: FamilySetting,
): Prepared | string {
  const [captures, module, outputs, claims] = [access.s(), access.m(), access.o(), access.c()]
  const environments = access.f?.()
  for (const [name, environment] of Object.entries(environments?.values ?? {})) {
    if (environment === null) return `${name} is not the function that it was made as`
  }
  if (environments !== undefined) captures.$f = environments.values
  for (const value of [...Object.values(captures), ...Object.values(module)]) {
    if (value instanceof RegExp && value.lastIndex !== 0) return 'a regular expression is in the middle of its text'
  }
  const whole = rangeOf(items, cut.starts[0] ?? 0, cut.items)
  const lives: Live[] = []
  const fields = access.r?.() ?? []
  for (const [record, name] of fields) {
    if (types.isProxy(record) || Object.getOwnPropertyDescriptor(record, name)?.writable !== true)
      return `${name} is no plain field`
  }
  for (const output of meta.outputs) {
    const live = lookAt(output, outputs[output.name], claims[output.name], whole)
    if (typeof live === 'string') return live
    const objection = output.best === null ? null : objectionToHeld(access.b?.()[output.name])
    if (objection !== null) return `${output.name} ${objection}`
    lives.push(live)
  }
  const excerpts = takeExcerpts(meta.excerpts, captures)
  const lists = listsOf(meta, access, items, cut, { captures, excerpts })
  const shared = new LayeredNumbers(new Map())
  const stands = lives.map((live) => live.stand)
  const state: SharedState = { captures, module, stands, lists: lists.map((list) => list?.stand ?? null) }
  const sharedBytes = encode(state, { known: shared, classes: setting.classes })
  const own: object[][] = []
  const inputs = cut.starts.map((_, index) => {
    const numbers = new LayeredNumbers(shared)
    const input = { ...inputOf(items, cut, index, lives, lists), ...(WHOLE_LIST in captures ? { items: null } : {}) }
    const bytes = encode(input, { known: numbers, classes: setting.classes })
    own.push(numbers.added())
    return bytes
  })
  const sliced = lists.flatMap((list) => (list === null ? [] : [list.value, memoryOf(list.value) ?? list.value]))
  const read = [...shared.added(), ...excerpts.met, ...(environments?.met ?? [])]
  const records = fields.map(([record]) => record)
  const alias =
    aliasAmong(meta, lives, items, { records, met: [read, sliced, ...own] }) ?? aliasOfRows(lives, whole, read)
  if (alias !== null) return alias
  const { spot, sequence, workMs } = setting
  const spawn: Spawn = { sequence, spot, cut, shared: sharedBytes, slices: slicesOf(inputs), workMs, edges: [] }
  return { spawn, lives, shared, own }
}

/** The lists that are sent in parts; they are no longer among the captured values, where the others are as a whole. */
function listsOf(
  meta: SpotMeta,
  access: Access,
  items: Items,
  cut: Cut,
  { captures, excerpts }: { readonly captures: Record<string, unknown>; readonly excerpts: Excerpts },
): (Sliced | null)[] {
  if (meta.takesAll) captures[WHOLE_LIST] = items.source
  if (meta.slices.length === 0) return []
  const claims = access.l?.() ?? {}
  const ranges = cut.starts.map((_, index) => {
    const { lo, hi } = shardItems(cut, index)
    return rangeOf(items, lo, hi)
  })
  return meta.slices.map((path) => {
    const holder = path.includes('.') ? excerpts.holderOf(path) : captures
    const name = path.slice(path.lastIndexOf('.') + 1)
    const sliced = holder === undefined ? null : slicedFor(path, holder[name], claims[path], ranges)
    if (sliced !== null) delete holder?.[name]
    return sliced
  })
}

function inputOf(
  items: Items,
  cut: Cut,
  index: number,
  lives: readonly Live[],
  lists: readonly (Sliced | null)[],
): ShardInput {
  const { lo, hi } = shardItems(cut, index)
  const range = rangeOf(items, lo, hi)
  const inner = items.inner ?? null
  const first = items.first + (inner === null ? lo : Math.floor(lo / inner)) * items.step
  return {
    items: items.slice(lo, hi),
    first,
    step: items.step,
    inner,
    cells: lives.map((live) => cellsFor(live, range)),
    parts: lists.map((list) => (list === null ? null : partFor(list, range))),
  }
}

export function rangeOf(items: Items, lo: number, hi: number): CounterRange {
  return counterRange(items.first + lo * items.step, hi - lo, items.step)
}

/** Why a written container may be reachable by a second name, or null. */
function aliasAmong(
  meta: SpotMeta,
  lives: readonly Live[],
  items: Items,
  { records, met }: { readonly records: readonly object[]; readonly met: readonly (readonly object[])[] },
): string | null {
  const written = new Map<unknown, string>(records.map((record) => [record, 'a record of outputs']))
  if (written.has(items.source)) return 'a record of outputs is iterated over'
  for (const { value, meta: output } of lives) {
    // What is rebound as a whole may be anything: nobody changes it.
    if (typeof value !== 'object' || value === null || output.best !== null) continue
    if (written.has(value) || value === items.source) return `${output.name} has a second name`
    written.set(value, output.name)
    if (output.how === 'groupMap' || output.how === 'groupKeys') {
      for (const list of listsIn(value)) {
        if (written.has(list)) return `${output.name} has lists that are one`
        if (typeof list === 'object' && list !== null) written.set(list, output.name)
      }
    }
    const memory = memoryOf(value)
    if (memory === null) continue
    if (written.has(memory) || memoryOf(items.source) === memory) return `${output.name} shares its memory`
    written.set(memory, output.name)
  }
  for (const objects of met) {
    for (const object of objects) {
      const name = written.get(object)
      if (name !== undefined) return `${name} has a second name`
    }
  }
  return meta.viewsOnUnknown && hasBareBuffer(met) ? 'a buffer is among the inputs' : null
}

/** Why a row that is written may be reachable from elsewhere, or null. Each is among the cells of its own shard. */
function aliasOfRows(lives: readonly Live[], range: CounterRange, shared: readonly object[]): string | null {
  const rows = new Map<unknown, string>()
  for (const live of lives) {
    for (const row of writtenRows(live, range)) {
      for (const part of [row, memoryOf(row)]) {
        if (part !== null && rows.has(part)) return `${live.meta.name} has rows that are one array`
        if (part !== null) rows.set(part, live.meta.name)
      }
    }
  }
  if (rows.size === 0) return null
  const others = lives.filter(({ stand }) => stand.is === 'cells' && stand.rows !== true)
  for (const { value, meta } of others) {
    const cells = Array.isArray(value) ? (value as unknown[]) : [value]
    if (cells.some((cell) => rows.has(cell) || rows.has(memoryOf(cell)))) return `${meta.name} holds a row`
  }
  for (const object of shared) {
    const name = rows.get(object) ?? rows.get(memoryOf(object))
    if (name !== undefined) return `a row of ${name} has a second name`
  }
  return null
}

function hasBareBuffer(met: readonly (readonly object[])[]): boolean {
  const shown = new Set<unknown>()
  for (const objects of met) for (const object of objects) if (ArrayBuffer.isView(object)) shown.add(object.buffer)
  return met.some((objects) => objects.some((object) => object instanceof ArrayBuffer && !shown.has(object)))
}

/** Packs the inputs of neighbouring shards into slices of a size worth fetching at once. */
export function slicesOf(inputs: readonly Uint8Array[]): Spawn['slices'] {
  const slices: { lo: number; hi: number; bytes: Uint8Array }[] = []
  let lo = 0
  let bytes = 0
  inputs.forEach((input, index) => {
    bytes += input.byteLength
    if (bytes < sizes.packBytesTarget && index + 1 < inputs.length) return
    slices.push({ lo, hi: index + 1, bytes: packList(inputs.slice(lo, index + 1)) })
    lo = index + 1
    bytes = 0
  })
  return slices
}

/** What shard `index` made: its result, or the error it ended with, in one line. */
export function readOutcome(
  prepared: Prepared,
  index: number,
  bytes: Uint8Array,
  classes: ClassTable,
): ShardResult | { readonly thrown: ThrownError } {
  const known = [...prepared.shared.added(), ...(prepared.own[index] ?? [])]
  const outcome: Outcome = decodeOutcome(bytes, { known, classes })
  return outcome.kind === 'error' ? { thrown: outcome.error } : (outcome.value as ShardResult)
}

/** An error in one line, as logs show it. */
export function errorLine({ name, message, isError }: ThrownError): string {
  return isError ? `${name}: ${message}` : `thrown: ${message}`
}

/** Why the parts cannot be merged at all, or null. Nothing is changed. */
export function objectionToResults(prepared: Prepared, results: readonly ShardResult[]): string | null {
  for (const [index, live] of prepared.lives.entries()) {
    const objection = objectionToParts(
      live,
      results.map((result) => result.outputs[index]),
    )
    if (objection !== null) return objection
  }
  return null
}

/** Merges one shard's outputs into the live containers. Call in index order. */
export function mergeResult(prepared: Prepared, access: Access, result: ShardResult, range: CounterRange): void {
  const scalars: Record<string, unknown> = access.o()
  let rebound = false
  prepared.lives.forEach((live, index) => {
    const { name, best } = live.meta
    const part = result.outputs[index]
    if (best !== null) {
      const found = part as BestPart
      if (!takes(live.meta, access.b?.()[name], found)) return
      best.names.forEach((each, at) => {
        scalars[each] = found.values[at]
      })
      rebound = true
      return
    }
    const merged = mergePart(live, part, range, scalars[name])
    if (merged === undefined) return
    scalars[name] = merged
    rebound = true
  })
  if (rebound) access.w(scalars)
}
