/** From a user's module to the bytes of its decomposed program. */
import { resolve } from 'node:path'
import { decompose } from '../decompose/decompose.ts'
import { loadModule } from '../decompose/load-module.ts'
import { encodeProgram } from '../decompose/program-bytes.ts'

/** @throws ShoalError SHOAL_CODE_UNREADABLE, SHOAL_CODE_SYNTAX, SHOAL_CODE_IMPORT, SHOAL_CODE_UNSUPPORTED. */
export async function programFromFile(path: string): Promise<Uint8Array> {
  const { source, file } = await loadModule(resolve(path))
  return encodeProgram(decompose(source, file))
}

/** The same for a module that exists only as text. */
export async function programFromText(source: string, file: string): Promise<Uint8Array> {
  return encodeProgram(decompose(source, file))
}
