/** Runs a function module as what it is: an ordinary module in one process. */
import { plainData } from '../../src/decompose/runtime/plain-data.ts'
import { parseModule } from '../../src/decompose/syntax/parse.ts'
import { decodeOutcome, encodeOutcome } from '../../src/execute/codec/outcome.ts'
import { roundTrip } from './harness.ts'

export interface FunctionModule {
  default(input: unknown): unknown
  input?(scale: number): unknown
}

let loads = 0

/** The result as the codec brings it, null prototypes and sharing included. */
export async function runPlainCoded(source: string, file: string, scale: number): Promise<unknown> {
  const module = await loadPlain(source, file)
  const value = plainData(await module.default(module.input?.(scale)))
  const outcome = decodeOutcome(encodeOutcome({ kind: 'value', value }))
  return outcome.kind === 'value' ? outcome.value : undefined
}

/** The result as it would arrive; a plain module is loaded afresh each time, so that its state starts over. */
export async function runPlain(source: string, file: string, scale: number, value?: unknown): Promise<unknown> {
  const module = await loadPlain(source, file)
  return roundTrip(await module.default(value === undefined ? module.input?.(scale) : value))
}

/** The module itself, loaded afresh: at the lines and columns of its text. */
export async function loadPlain(source: string, file: string): Promise<FunctionModule> {
  const script = parseModule(source, file).text
  loads += 1
  const url = `data:text/javascript;base64,${Buffer.from(`${script}\n// ${loads}`).toString('base64')}`
  return (await import(/* @vite-ignore */ url)) as FunctionModule
}
