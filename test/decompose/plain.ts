/** Runs a function module as what it is: an ordinary module in one process. */
import { parseModule } from '../../src/decompose/syntax/parse.ts'
import { roundTrip } from './harness.ts'

interface FunctionModule {
  default(input: unknown): unknown
  input?(scale: number): unknown
}

let loads = 0

/** The result as it would arrive; a plain module is loaded afresh each time, so that its state starts over. */
export async function runPlain(source: string, file: string, scale: number, value?: unknown): Promise<unknown> {
  const script = parseModule(source, file).text
  loads += 1
  const url = `data:text/javascript;base64,${Buffer.from(`${script}\n// ${loads}`).toString('base64')}`
  const module = (await import(/* @vite-ignore */ url)) as FunctionModule
  return roundTrip(await module.default(value === undefined ? module.input?.(scale) : value))
}
