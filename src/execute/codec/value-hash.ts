/** One number for a value: the same for equal values, whoever holds them. */
import { createHash } from 'node:crypto'
import type { EncodeOptions } from './codec.ts'
import { encode } from './encode.ts'

/**
 * SHA-256 over the canonical bytes, as lower-case hex.
 * @throws ValueError for values that cannot travel.
 */
export function valueHash(value: unknown, options: EncodeOptions = {}): string {
  return createHash('sha256').update(encode(value, options)).digest('hex')
}
