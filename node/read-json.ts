/** A JSON file that somebody named on the command line. */
import { readFile } from 'node:fs/promises'
import { ShoalError } from '../src/errors.ts'

/** @throws ShoalError SHOAL_USAGE when it is not there or no JSON. */
export async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ShoalError('SHOAL_USAGE', `${file} cannot be read: ${why}`, { next: 'check the path', cause })
  }
}
