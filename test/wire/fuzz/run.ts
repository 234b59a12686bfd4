/** Runs targets for a while: every crash, slow input and broken promise is a finding, and its input is kept. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { sizes } from '../../../src/limits.ts'
import { admissionTargets } from './admission-targets.ts'
import { ledgerTargets } from './ledger-targets.ts'
import { Choices } from './mutate.ts'
import { readerTargets } from './reader-targets.ts'
import type { Target } from './target.ts'

export const targets: readonly Target[] = [...readerTargets, ...ledgerTargets, ...admissionTargets]

/** Inputs that once failed: replayed by every run, wherever they came from. */
export const keptFolder = new URL('./kept/', import.meta.url)
/** One input may take this long on a loaded machine; a reader that needs more can be used to stall a hub. */
const SLOW_MS = 1_000
const MEMORY_GROWTH_MAX = 32 * 2 ** 20
/** Inputs between two looks at the clock. */
const ROUND = 64

export interface Finding {
  readonly target: string
  readonly seed: number
  readonly message: string
}

export interface FuzzReport {
  readonly inputs: number
  readonly byTarget: Readonly<Record<string, number>>
  readonly slowestMs: number
  readonly memoryGrowthBytes: number
  readonly isMemoryFlat: boolean
  readonly findings: readonly Finding[]
}

/** Targets take turns, a round each, until the time is over. */
export async function fuzz(options: {
  readonly seconds: number
  readonly seed: number
  readonly keep: boolean
  readonly only?: string
}): Promise<FuzzReport> {
  const chosen = targets.filter(({ name }) => options.only === undefined || options.only === name)
  const endMs = performance.now() + options.seconds * 1000
  const counts = new Map<string, number>()
  const findings: Finding[] = []
  let [seed, slowestMs, baseBytes, rounds] = [options.seed, 0, 0, 0]
  while (performance.now() < endMs) {
    const target = chosen[rounds++ % chosen.length]
    if (target === undefined) break
    for (let n = 0; n < ROUND; n++) {
      const input = target.make(new Choices(++seed))
      // longer ones are refused by the length of their frame, before anything of them is read
      if (input.byteLength > sizes.controlBytesMax) continue
      const { error, tookMs } = tried(target, input)
      slowestMs = Math.max(slowestMs, tookMs)
      if (error === null) continue
      findings.push({ target: target.name, seed, message: error.stack ?? error.message })
      if (options.keep) keep(target, seed, input)
    }
    counts.set(target.name, (counts.get(target.name) ?? 0) + ROUND)
    // what libraries put off to the next turn of the event loop must get one
    await nextTurn()
    // caches are full after some rounds of all targets; from then on nothing may grow
    if (rounds === 3 * chosen.length) baseBytes = heapBytes()
  }
  const memoryGrowthBytes = baseBytes === 0 ? 0 : heapBytes() - baseBytes
  const inputs = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const isMemoryFlat = memoryGrowthBytes < MEMORY_GROWTH_MAX
  return { inputs, byTarget: Object.fromEntries(counts), slowestMs, memoryGrowthBytes, isMemoryFlat, findings }
}

/** Every kept input once more. */
export function replayKept(): Finding[] {
  const names = readdirSync(keptFolder, { withFileTypes: true }).filter((entry) => entry.name.endsWith('.bin'))
  return names.flatMap(({ name }) => {
    const target = targets.find((one) => name.startsWith(`${fileName(one)}-`))
    if (target === undefined) return [{ target: name, seed: 0, message: 'an input of no target' }]
    const { error } = tried(target, readFileSync(new URL(name, keptFolder)))
    return error === null ? [] : [{ target: name, seed: 0, message: error.message }]
  })
}

function tried(target: Target, input: Uint8Array): { error: Error | null; tookMs: number } {
  const startMs = performance.now()
  let error: Error | null = null
  try {
    target.check(input)
  } catch (thrown) {
    error = thrown instanceof Error ? thrown : new Error(String(thrown))
  }
  const tookMs = performance.now() - startMs
  if (error === null && tookMs > SLOW_MS) error = new Error(`slow: ${Math.round(tookMs)} ms`)
  return { error, tookMs }
}

function keep(target: Target, seed: number, input: Uint8Array): void {
  mkdirSync(keptFolder, { recursive: true })
  writeFileSync(new URL(`${fileName(target)}-${seed}.bin`, keptFolder), input)
}

function fileName({ name }: Target): string {
  return name.replaceAll(' ', '_')
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  // array buffers go in the background of the next collection
  for (let round = 0; round < 3; round++) collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
