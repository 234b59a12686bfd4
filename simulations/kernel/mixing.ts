/** The mixing of FNV-1a (Fowler, Noll, Vo): fingerprints that are the same on every machine and need not withstand anybody. */

export const MIX_BEGIN = 0x811c9dc5
const PRIME = 0x01000193

/** Whole numbers of 32 bits. */
export function mixNumber(hash: number, value: number): number {
  return Math.imul(hash ^ value, PRIME)
}

/** Unit by unit. */
export function mixText(hash: number, text: string): number {
  let mixed = hash
  for (let index = 0; index < text.length; index++) mixed = Math.imul(mixed ^ text.charCodeAt(index), PRIME)
  return mixed
}

export function mixBytes(hash: number, bytes: Uint8Array): number {
  let mixed = hash
  for (let index = 0; index < bytes.length; index++) mixed = Math.imul(mixed ^ (bytes[index] ?? 0), PRIME)
  return mixed
}
