/** References to values by content: inlined when small, else the identifier of a blob. */

/** A hub's identity: its libp2p peer id as text. */
export type HubId = string

/** A job's identity: base32 of the first 16 bytes of sha256(signed manifest). */
export type JobId = string

/** A blob's identity: CIDv1, raw codec, sha2-256, base32 text. */
export type Cid = string

/** A value by content. `size` is in bytes. */
export type Ref =
  | { readonly kind: 'inline'; readonly bytes: Uint8Array }
  | { readonly kind: 'blob'; readonly cid: Cid; readonly size: number }

/** Size in bytes of what a reference stands for. */
export function refSize(ref: Ref): number {
  return ref.kind === 'inline' ? ref.bytes.byteLength : ref.size
}

/**
 * A total order on references, equal only for equal ones: the last tie-break of the ledger's join. A size may be a lie, and of two
 * that name one blob every replica must still choose the same.
 */
export function compareRefs(a: Ref, b: Ref): number {
  if (a.kind !== b.kind) return a.kind === 'inline' ? -1 : 1
  if (a.kind === 'blob' && b.kind === 'blob') return a.cid < b.cid ? -1 : a.cid > b.cid ? 1 : a.size - b.size
  if (a.kind === 'inline' && b.kind === 'inline') return compareBytes(a.bytes, b.bytes)
  return 0
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.byteLength, b.byteLength)
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return a.byteLength - b.byteLength
}
