/** Bytes of the messages from slot to hub. The slot runs foreign code: each field is checked before it is believed. */
import { assertNever } from '../errors.ts'
import { counts, sizes } from '../limits.ts'
import type { Cut } from '../program/family.ts'
import type { VisitedSpot } from '../program/report.ts'
import { CHECKPOINT_HEAD_BYTES } from './checkpoint.ts'
import { type Frame, FrameBuilder, invalidFrame } from './frame.ts'
import { type FromSlot, up } from './message.ts'
import { Payload } from './payload.ts'
import type { Spawn } from './slots.ts'

/** The frame of a message, in parts. @throws ShoalError SHOAL_VALUE_TOO_LARGE. */
export function encodeFromSlot(message: FromSlot): Uint8Array[] {
  const frame = new FrameBuilder(up[message.type], message.id)
  switch (message.type) {
    case 'ready':
    case 'end':
      return frame.finish()
    case 'results':
      frame.u32(message.first).f64(message.wallMs).f64(message.busyMs).u32(message.outcomes.length)
      for (const outcome of message.outcomes) frame.bytes(outcome)
      return frame.finish()
    case 'returned':
      return frame.u32(message.first).finish()
    case 'checkpoint':
      return frame.u32(message.shard).f64(message.progress).bytes(message.state).finish()
    case 'progress':
      return frame.u32(message.shard).f64(message.fraction).finish()
    case 'log':
      return frame.u32(message.shard).text(message.line).finish()
    case 'spawn':
      return putSpawn(frame, message.spawn).finish()
    case 'busy':
      return frame.u8(message.computing ? 1 : 0).finish()
    case 'outcome':
      return frame.bytes(message.bytes).finish()
    case 'visited':
      frame.u32(message.spots.length)
      for (const { spot, visits, width, inPlaceMs, stayed } of message.spots)
        frame.u32(spot).u32(visits).f64(width).f64(inPlaceMs).text(stayed)
      return frame.finish()
    case 'fault':
      return frame
        .u8(message.isMemory ? 1 : 0)
        .text(message.detail)
        .finish()
    default:
      return assertNever(message)
  }
}

/** @throws ShoalError SHOAL_FRAME_INVALID. */
export function decodeFromSlot(frame: Frame): FromSlot {
  const payload = new Payload(frame.payload)
  const message = decode(frame, payload)
  payload.end()
  return message
}

function decode({ kind, id }: Frame, payload: Payload): FromSlot {
  switch (kind) {
    case up.ready:
      return { type: 'ready', id }
    case up.results: {
      const [first, wallMs, busyMs] = [payload.u32(), duration(payload.f64()), duration(payload.f64())]
      const outcomes = Array.from({ length: payload.count(4) }, () => payload.ownedBytes())
      return { type: 'results', id, first, wallMs, busyMs, outcomes }
    }
    case up.returned:
      return { type: 'returned', id, first: payload.u32() }
    case up.checkpoint: {
      const [shard, progress, state] = [payload.u32(), duration(payload.f64()), payload.ownedBytes()]
      if (state.byteLength > sizes.checkpointBytesMax + CHECKPOINT_HEAD_BYTES)
        throw invalidFrame(`a checkpoint of ${state.byteLength} bytes`)
      return { type: 'checkpoint', id, shard, progress, state }
    }
    case up.progress: {
      const [shard, fraction] = [payload.u32(), payload.f64()]
      if (!(fraction >= 0 && fraction <= 1)) throw invalidFrame(`progress ${fraction}`)
      return { type: 'progress', id, shard, fraction }
    }
    case up.log:
      return { type: 'log', id, shard: payload.u32(), line: payload.text().slice(0, sizes.logLineBytesMax) }
    case up.spawn:
      return { type: 'spawn', id, spawn: takeSpawn(payload) }
    case up.busy:
      return { type: 'busy', id, computing: payload.u8() === 1 }
    case up.outcome:
      return { type: 'outcome', id, bytes: payload.ownedBytes() }
    case up.end:
      return { type: 'end', id }
    case up.visited:
      return { type: 'visited', id, spots: Array.from({ length: payload.count(28) }, () => takeVisited(payload)) }
    case up.fault:
      return { type: 'fault', id, isMemory: payload.u8() === 1, detail: payload.text().slice(0, sizes.logLineBytesMax) }
    default:
      throw invalidFrame(`kind ${kind} is unknown`)
  }
}

function takeVisited(payload: Payload): VisitedSpot {
  const [spot, visits, width, inPlaceMs] = [payload.u32(), payload.u32(), payload.f64(), payload.f64()]
  const stayed = payload.text().slice(0, sizes.logLineBytesMax)
  return { spot, visits, width: duration(width), inPlaceMs: duration(inPlaceMs), stayed }
}

function putSpawn(frame: FrameBuilder, spawn: Spawn): FrameBuilder {
  frame.f64(spawn.sequence).u32(spawn.spot).f64(spawn.cut.items).numbers(spawn.cut.starts).optional(spawn.shared)
  frame.u32(spawn.slices.length)
  for (const slice of spawn.slices) frame.u32(slice.lo).u32(slice.hi).bytes(slice.bytes)
  if (spawn.workMs === null) frame.u8(0)
  else frame.u8(1).numbers(spawn.workMs)
  frame.u32(spawn.edges.length)
  for (const edge of spawn.edges) frame.f64(edge.sequence).u32(edge.from).u32(edge.to).f64(edge.bytes)
  return frame
}

function takeSpawn(payload: Payload): Spawn {
  const [sequence, spot] = [sequenceOf(payload.f64()), payload.u32()]
  const cut = checkedCut({ items: payload.f64(), starts: payload.numbers() })
  const shards = cut.starts.length
  const shared = payload.u8() === 0 ? null : payload.ownedBytes()
  const slices = Array.from({ length: payload.count(12) }, () => {
    const slice = { lo: payload.u32(), hi: payload.u32(), bytes: payload.ownedBytes() }
    if (!(slice.lo < slice.hi && slice.hi <= shards)) throw invalidFrame(`a slice [${slice.lo}, ${slice.hi})`)
    return slice
  })
  const workMs = payload.u8() === 0 ? null : payload.numbers().map(duration)
  if (workMs !== null && workMs.length !== 1 && workMs.length !== shards)
    throw invalidFrame('a work list of odd length')
  const edges = Array.from({ length: payload.count(24) }, () => {
    const sequence = sequenceOf(payload.f64())
    const edge = { sequence, from: payload.u32(), to: payload.u32(), bytes: duration(payload.f64()) }
    if (edge.to >= shards) throw invalidFrame(`an edge to shard ${edge.to} of ${shards}`)
    return edge
  })
  return { sequence, spot, cut, shared, slices, workMs, edges }
}

function checkedCut(cut: Cut): Cut {
  const { items, starts } = cut
  if (!Number.isSafeInteger(items) || starts.length > counts.shardsPerFamilyMax) throw invalidFrame('a cut too large')
  let previous = -1
  for (const start of starts) {
    if (!(Number.isSafeInteger(start) && start > previous && start < items)) throw invalidFrame('a cut out of order')
    previous = start
  }
  if (starts.length === 0) throw invalidFrame('a cut without shards')
  return cut
}

function sequenceOf(value: number): number {
  if (!(Number.isSafeInteger(value) && value >= 0)) throw invalidFrame(`a family numbered ${value}`)
  return value
}

/** Any amount: finite and not negative. */
function duration(value: number): number {
  if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) throw invalidFrame(`an amount of ${value}`)
  return value
}
