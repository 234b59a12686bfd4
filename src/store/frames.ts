/** Frames on disk: length, checksum over length and content, content. A frame is whole or it is not there. */
import { crc32 } from 'node:zlib'
import { storeLimits } from '../limits.ts'

export const FRAME_HEADER_BYTES = 8

/** The header that goes before a payload. */
export function frameHeader(payload: Uint8Array): Uint8Array {
  const header = new Uint8Array(FRAME_HEADER_BYTES)
  const view = new DataView(header.buffer)
  view.setUint32(0, payload.byteLength, true)
  view.setUint32(4, checksum(header, payload), true)
  return header
}

/** The payloads of all whole frames from `offset`, and where the first one begins that is torn, damaged or absent. */
export function readFrames(
  bytes: Uint8Array,
  offset: number,
  payloadBytesMax: number = storeLimits.logFrameBytesMax,
): { payloads: Uint8Array[]; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const payloads: Uint8Array[] = []
  let end = offset
  while (end + FRAME_HEADER_BYTES <= bytes.byteLength) {
    const length = view.getUint32(end, true)
    const start = end + FRAME_HEADER_BYTES
    if (length === 0 || length > payloadBytesMax || start + length > bytes.byteLength) break
    const payload = bytes.subarray(start, start + length)
    if (checksum(bytes.subarray(end, start), payload) !== view.getUint32(end + 4, true)) break
    payloads.push(payload)
    end = start + length
  }
  return { payloads, end }
}

/** The length is part of it: a run of zeros, as a lost block reads, is no frame. */
function checksum(header: Uint8Array, payload: Uint8Array): number {
  return crc32(payload, crc32(header.subarray(0, 4)))
}
