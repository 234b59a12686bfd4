/** Signatures and hashes of simulated hubs: nobody in the simulator tries to break them. */

import { MIX_BEGIN, mixBytes, mixText } from './mixing.ts'

/** Stands in for a signature. */
export function signed(hub: string, bytes: Uint8Array): Uint8Array {
  return fourBytes(mixBytes(mixText(MIX_BEGIN, hub), bytes))
}

/** Stands in for a hash over all parts. */
export function mixed(...parts: readonly Uint8Array[]): Uint8Array {
  return fourBytes(parts.reduce(mixBytes, MIX_BEGIN))
}

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true
  if (a.byteLength !== b.byteLength) return false
  for (let index = 0; index < a.byteLength; index++) if (a[index] !== b[index]) return false
  return true
}

function fourBytes(hash: number): Uint8Array {
  return Uint8Array.of(hash & 255, (hash >>> 8) & 255, (hash >>> 16) & 255, hash >>> 24)
}
