/** State vectors on the wire: for each client id, how many entries of its log a hub holds. */
import { ledgerLimits } from '../limits.ts'
import { ByteReader, ByteWriter, invalidBytes } from './bytes.ts'

/** @throws ShoalError SHOAL_FRAME_INVALID for bytes that are no state vector. */
export function readStateVector(bytes: Uint8Array): Map<number, number> {
  const reader = new ByteReader(bytes)
  const count = reader.varuint(ledgerLimits.logsMax)
  const clocks = new Map<number, number>()
  for (let index = 0; index < count; index++) {
    const client = reader.varuint()
    if (clocks.has(client)) throw invalidBytes('a state vector that repeats itself')
    clocks.set(client, reader.varuint())
  }
  if (!reader.done) throw invalidBytes('bytes after a state vector')
  return clocks
}

export function writeStateVector(clocks: ReadonlyMap<number, number>): Uint8Array {
  const writer = new ByteWriter()
  writer.varuint(clocks.size)
  for (const [client, clock] of [...clocks].sort((a, b) => b[0] - a[0])) {
    writer.varuint(client)
    writer.varuint(clock)
  }
  return writer.take()
}
