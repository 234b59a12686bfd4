/** From the words of `shoal run` to a job that a hub takes; the decomposition is loaded only here. */
import type { JobSubmission } from '../src/client/local-hub.ts'
import { readInput } from './run-input.ts'

export interface RunRequest {
  readonly file: string
  /** As given on the command line. */
  readonly input: string | undefined
  readonly scale: number | undefined
  readonly name?: string | undefined
  readonly chunks?: number | undefined
  readonly deadlineMs?: number | undefined
  readonly audit?: boolean
  readonly needs?: Readonly<Record<string, string>> | undefined
  readonly migration?: boolean
  readonly isolation?: string | undefined
  readonly timeScale?: number | undefined
  readonly bytesScale?: number | undefined
}

export async function prepareSubmission(request: RunRequest): Promise<JobSubmission> {
  const input = request.input === undefined ? undefined : await readInput(request.input)
  const { makeSubmission } = await import('../src/client/submission.ts')
  const { file, ...options } = request
  const set = Object.entries(options).filter(([key, value]) => key !== 'input' && value !== undefined)
  return makeSubmission(file, input, Object.fromEntries(set))
}
