/** Remembers which memory was made for a Buffer that had been cut from its sender's pool. */

const privateMemory = new WeakSet<ArrayBufferLike>()

/** A Buffer over memory of its own that stands for a piece of another process's pool. */
export function makePooled(bytes: Uint8Array): Buffer {
  const memory = new ArrayBuffer(bytes.byteLength)
  const buffer = Buffer.from(memory)
  buffer.set(bytes)
  privateMemory.add(memory)
  return buffer
}

/** True for memory that only one Buffer may show: a second view would not be one at the sender. */
export function isPoolMemory(memory: ArrayBufferLike): boolean {
  return privateMemory.has(memory)
}

/** True for a Buffer that shows a piece of Node's shared pool, here or where it came from. */
export function isPooled(buffer: Buffer): boolean {
  const memory = buffer.buffer
  if (privateMemory.has(memory)) return buffer.byteLength === memory.byteLength
  return memory.byteLength === Buffer.poolSize && buffer.byteLength < memory.byteLength
}
