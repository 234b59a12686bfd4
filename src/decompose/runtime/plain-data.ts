/** A job's result as whoever asked for it can read it, without the user's classes. */
import { ShoalError } from '../../errors.ts'
import { encode } from '../../execute/codec/encode.ts'

// Captured before user code can replace it.
const clone = structuredClone

/**
 * The value itself when it is plain data; else what a structured clone of it is: instances become plain objects.
 * @throws ShoalError SHOAL_VALUE_UNSUPPORTED for functions and the like.
 */
export function plainData(value: unknown): unknown {
  try {
    encode(value)
    return value
  } catch (refusal) {
    if (!(refusal instanceof ShoalError)) throw refusal
    try {
      return clone(value)
    } catch (cause) {
      throw new ShoalError('SHOAL_VALUE_UNSUPPORTED', `the result cannot leave the machine: ${refusal.message}`, {
        next: 'return plain data: objects, arrays, maps, sets, typed arrays, strings, numbers',
        cause,
      })
    }
  }
}
