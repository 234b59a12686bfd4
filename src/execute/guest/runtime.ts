/** The runtime of decomposed programs as an isolate loads it: the slot has read the program, and sends its texts. */
import type { LoadedProgram } from '../../decompose/runtime/contract.ts'
import { loadDecomposed } from '../../decompose/runtime/decomposed-program.ts'

/** `text` is JSON with `file`, `main` and `chunks` of a program. */
export function loadGuest(text: string): LoadedProgram {
  return loadDecomposed(JSON.parse(text))
}
