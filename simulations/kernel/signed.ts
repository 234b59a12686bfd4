/** Signatures of simulated hubs. */

/** Stands in for a signature: nobody in the simulator tries to break it. */
export function signed(hub: string, bytes: Uint8Array): Uint8Array {
  let hash = 0x811c9dc5
  for (let index = 0; index < hub.length; index++) hash = Math.imul(hash ^ hub.charCodeAt(index), 0x01000193)
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return new Uint8Array(Uint32Array.of(hash >>> 0).buffer)
}
