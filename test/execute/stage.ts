/** Sets the stage for tests of slots: pools that end with their test, and waiting for conditions. */
import { onTestFinished } from 'vitest'
import type { SlotLauncher } from '../../src/execute/launcher.ts'
import { ProcessSlotPool } from '../../src/execute/pool.ts'

const runtimeUrl = new URL('../fixtures/scripted-runtime.ts', import.meta.url).href

/** A started pool that is stopped when the test is over. */
export async function startPool(
  options: { size?: number; launcher?: SlotLauncher; yields?: boolean } = {},
): Promise<ProcessSlotPool> {
  const pool = new ProcessSlotPool({ size: 1, log: () => undefined, runtimeUrl, ...options })
  onTestFinished(() => pool.stop())
  await pool.start()
  return pool
}

/** Waits until a condition holds, looking again at every turn of the event loop. */
export async function until(what: string, holds: () => boolean, withinMs = 5_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}
