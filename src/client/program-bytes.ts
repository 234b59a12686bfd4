/** From a user's module, or a recorded workflow, to the bytes of its program. */
import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { decompose } from '../decompose/decompose.ts'
import { loadModule } from '../decompose/load-module.ts'
import { encodeProgram } from '../decompose/program-bytes.ts'
import { encodeWorkflow, scaleWorkflow, type WorkflowScale } from '../decompose/workflow.ts'
import { ShoalError } from '../errors.ts'
import { setLatest } from '../execute/latest.ts'
import { apiLimits } from '../limits.ts'
import type { BundleMap } from '../program/program.ts'
import { functionModule, type JobFunction } from './function-module.ts'

/** A program, and whether it can make its own input: `export function input(scale)`. */
export interface Prepared {
  readonly bytes: Uint8Array
  readonly makesInput: boolean
}

const inputExport =
  /\bexport\s+(?:(?:async\s+)?function\s*\*?|const|let|var)\s*input\b|\bexport\s*\{[^}]*\binput\s*[,}]/

/**
 * A `.json` file is a workflow, anything else a module.
 * @throws ShoalError SHOAL_CODE_UNREADABLE, SHOAL_CODE_SYNTAX, SHOAL_CODE_IMPORT, SHOAL_CODE_UNSUPPORTED, SHOAL_USAGE.
 */
export async function programFromFile(path: string, scale: WorkflowScale): Promise<Prepared> {
  if (path.endsWith('.json')) {
    const workflow = scaleWorkflow(await readJson(path), basename(path), scale)
    return { bytes: encodeWorkflow(workflow), makesInput: true }
  }
  const { source, file, map } = await loadModule(resolve(path))
  return prepare(source, file, map)
}

/** The same for a module that exists only as text. */
export function programFromText(source: string, file: string): Prepared {
  return prepare(source, file)
}

const ofFunctions = new Map<string, Prepared>()

/**
 * The same for a function in the hands of this process. Its text says all, so a function that is submitted again, or made anew
 * from the same text, is not analysed again.
 * @throws ShoalError SHOAL_CODE_CLOSURE, SHOAL_CODE_UNSUPPORTED.
 */
export function programOfFunction(fn: JobFunction, file: string): Prepared {
  const key = `${file}\n${Function.prototype.toString.call(fn)}`
  const prepared = ofFunctions.get(key) ?? prepare(functionModule(fn), file)
  setLatest(ofFunctions, key, prepared, apiLimits.functionsKept)
  return prepared
}

function prepare(source: string, file: string, map?: BundleMap): Prepared {
  return { bytes: encodeProgram(decompose(source, file, map)), makesInput: inputExport.test(source) }
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
