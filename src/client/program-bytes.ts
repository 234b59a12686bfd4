/** From a user's module, or a recorded workflow, to the bytes of its program. */
import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { decompose } from '../decompose/decompose.ts'
import { loadModule } from '../decompose/load-module.ts'
import { encodeProgram } from '../decompose/program-bytes.ts'
import { encodeWorkflow, scaleWorkflow, type WorkflowScale } from '../decompose/workflow.ts'
import { ShoalError } from '../errors.ts'

/**
 * A `.json` file is a workflow, anything else a module.
 * @throws ShoalError SHOAL_CODE_UNREADABLE, SHOAL_CODE_SYNTAX, SHOAL_CODE_IMPORT, SHOAL_CODE_UNSUPPORTED, SHOAL_USAGE.
 */
export async function programFromFile(path: string, scale: WorkflowScale): Promise<Uint8Array> {
  if (path.endsWith('.json')) return encodeWorkflow(scaleWorkflow(await readJson(path), basename(path), scale))
  const { source, file } = await loadModule(resolve(path))
  return encodeProgram(decompose(source, file))
}

/** The same for a module that exists only as text. */
export async function programFromText(source: string, file: string): Promise<Uint8Array> {
  return encodeProgram(decompose(source, file))
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ShoalError('SHOAL_CODE_UNREADABLE', `the workflow ${path} cannot be read: ${why}`, {
      next: 'name a file of schema shoal-dag/1, or a module',
      cause,
    })
  }
}
