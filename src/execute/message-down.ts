/** Bytes of the messages from hub to slot. */
import { assertNever } from '../errors.ts'
import type { Cut } from '../program/family.ts'
import { type Frame, FrameBuilder, invalidFrame } from './frame.ts'
import { down, type RootMessage, type SettingFields, type ToSlot } from './message.ts'
import { Payload } from './payload.ts'
import type { ShardWork } from './slots.ts'

const NONE = 0xffff_ffff

/** The frame of a message, in parts. @throws ShoalError SHOAL_VALUE_TOO_LARGE. */
export function encodeToSlot(message: ToSlot): Uint8Array[] {
  switch (message.type) {
    case 'put':
      return new FrameBuilder(down.put, 0).text(message.key).bytes(message.bytes).finish()
    case 'forget':
      return new FrameBuilder(down.forget, 0).text(message.key).finish()
    case 'open': {
      const frame = putSetting(new FrameBuilder(down.open, message.id), message.setting)
      frame.u32(message.spot).f64(message.items)
      return (message.shared === null ? frame.u8(0) : frame.u8(1).text(message.shared)).finish()
    }
    case 'shards':
      return encodeShards(message.id, message.shards)
    case 'close':
      return new FrameBuilder(down.close, message.id).finish()
    case 'cancel':
      return new FrameBuilder(down.cancel, message.id).finish()
    case 'save':
      return new FrameBuilder(down.save, message.id).finish()
    case 'divide':
      return new FrameBuilder(down.divide, message.id).f64(message.afterMs).finish()
    case 'root':
      return encodeRoot(message)
    case 'results': {
      const frame = new FrameBuilder(down.results, message.id).f64(message.sequence).u32(message.lo)
      putList(frame, message.outcomes)
      return frame.finish()
    }
    case 'slots':
      return new FrameBuilder(down.slots, message.id).u32(message.slots).finish()
    default:
      return assertNever(message)
  }
}

/** @throws ShoalError SHOAL_FRAME_INVALID. */
export function decodeToSlot(frame: Frame): ToSlot {
  const payload = new Payload(frame.payload)
  const message = decode(frame, payload)
  payload.end()
  return message
}

function decode({ kind, id }: Frame, payload: Payload): ToSlot {
  switch (kind) {
    case down.put:
      return { type: 'put', key: payload.text(), bytes: payload.bytes() }
    case down.forget:
      return { type: 'forget', key: payload.text() }
    case down.open: {
      const setting = takeSetting(payload)
      const [spot, items] = [payload.u32(), payload.f64()]
      return { type: 'open', id, setting, spot, items, shared: payload.u8() === 0 ? null : payload.text() }
    }
    case down.shards:
      return { type: 'shards', id, shards: Array.from({ length: payload.count(34) }, () => takeShard(payload)) }
    case down.close:
      return { type: 'close', id }
    case down.cancel:
      return { type: 'cancel', id }
    case down.save:
      return { type: 'save', id }
    case down.divide:
      return { type: 'divide', id, afterMs: payload.f64() }
    case down.root:
      return takeRoot(id, payload)
    case down.results:
      return { type: 'results', id, sequence: payload.f64(), lo: payload.u32(), outcomes: takeList(payload) }
    case down.slots:
      return { type: 'slots', id, slots: payload.u32() }
    default:
      throw invalidFrame(`kind ${kind} is unknown`)
  }
}

function encodeShards(id: number, shards: readonly ShardWork[]): Uint8Array[] {
  const frame = new FrameBuilder(down.shards, id).u32(shards.length)
  for (const work of shards) {
    frame
      .u32(work.index)
      .f64(work.lo)
      .f64(work.hi)
      .f64(work.divideAfterMs ?? 0)
      .optional(work.input)
      .optional(work.restored)
    putList(frame, work.parents)
  }
  return frame.finish()
}

function takeShard(payload: Payload): ShardWork {
  const [index, lo, hi, divideAfterMs] = [payload.u32(), payload.f64(), payload.f64(), payload.f64()]
  const [input, restored] = [payload.optional(), payload.optional()]
  const work = { index, lo, hi, input, restored, parents: takeList(payload) }
  return divideAfterMs > 0 ? { ...work, divideAfterMs } : work
}

function encodeRoot(message: RootMessage): Uint8Array[] {
  const frame = putSetting(new FrameBuilder(down.root, message.id), message.setting)
  if (message.input.kind === 'value') frame.u8(0).bytes(message.input.bytes)
  else frame.u8(1).f64(message.input.scale)
  frame
    .u32(message.chunks ?? NONE)
    .u32(message.slots)
    .u32(message.recordedCuts.size)
  for (const [sequence, cut] of message.recordedCuts) frame.f64(sequence).f64(cut.items).numbers(cut.starts)
  frame.u32(message.profile.size)
  for (const [spot, meanMs] of message.profile) frame.u32(spot).f64(meanMs)
  return frame.optional(message.restored).finish()
}

function takeRoot(id: number, payload: Payload): RootMessage {
  const setting = takeSetting(payload)
  const input =
    payload.u8() === 0
      ? ({ kind: 'value', bytes: payload.bytes() } as const)
      : ({ kind: 'generated', scale: payload.f64() } as const)
  const [chunks, slots, cuts] = [payload.u32(), payload.u32(), payload.count(20)]
  const recordedCuts = new Map<number, Cut>()
  for (let i = 0; i < cuts; i++) {
    recordedCuts.set(payload.f64(), { items: payload.f64(), starts: payload.numbers() })
  }
  const profile = new Map(Array.from({ length: payload.count(12) }, () => [payload.u32(), payload.f64()] as const))
  const restored = payload.optional()
  const cut = { chunks: chunks === NONE ? null : chunks, recordedCuts, profile, slots }
  return { type: 'root', id, setting, input, ...cut, restored }
}

function putSetting(frame: FrameBuilder, setting: SettingFields): FrameBuilder {
  frame.text(setting.job).text(setting.program)
  return frame
    .f64(setting.seed)
    .f64(setting.clockMs)
    .u8(setting.audit ? 1 : 0)
    .f64(setting.mtbfMs)
}

function takeSetting(payload: Payload): SettingFields {
  const [job, program] = [payload.text(), payload.text()]
  const [seed, clockMs] = [payload.f64(), payload.f64()]
  return { job, program, seed, clockMs, audit: payload.u8() === 1, mtbfMs: payload.f64() }
}

function putList(frame: FrameBuilder, entries: readonly Uint8Array[]): void {
  frame.u32(entries.length)
  for (const entry of entries) frame.bytes(entry)
}

function takeList(payload: Payload): Uint8Array[] {
  return Array.from({ length: payload.count(4) }, () => payload.bytes())
}
