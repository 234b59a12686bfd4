/** Signatures and hashes of simulated hubs: nobody in the simulator tries to break them. */

const FNV_PRIME = 0x01000193
const FNV_OFFSET = 0x811c9dc5

/** Stands in for a signature. */
export function signed(hub: string, bytes: Uint8Array): Uint8Array {
  let hash = FNV_OFFSET
  for (let index = 0; index < hub.length; index++) hash = Math.imul(hash ^ hub.charCodeAt(index), FNV_PRIME)
  return fourBytes(mix(hash, bytes))
}

/** Stands in for a hash over all parts. */
export function mixed(...parts: readonly Uint8Array[]): Uint8Array {
  return fourBytes(parts.reduce(mix, FNV_OFFSET))
}

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true
  if (a.byteLength !== b.byteLength) return false
  for (let index = 0; index < a.byteLength; index++) if (a[index] !== b[index]) return false
  return true
}

function mix(hash: number, bytes: Uint8Array): number {
  let mixed = hash
  for (let index = 0; index < bytes.length; index++) mixed = Math.imul(mixed ^ (bytes[index] ?? 0), FNV_PRIME)
  return mixed
}

function fourBytes(hash: number): Uint8Array {
  return Uint8Array.of(hash & 255, (hash >>> 8) & 255, (hash >>> 16) & 255, hash >>> 24)
}
