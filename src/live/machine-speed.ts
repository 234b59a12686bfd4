/** How fast this machine is beside others: measured once, in a thread of its own, and kept in the home. */
import { readFile, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import * as v from 'valibot'
import { speedLimits } from '../limits.ts'

const { speedMax, speedMin } = speedLimits
const saved = v.object({
  machine: v.string(),
  speed: v.pipe(v.number(), v.minValue(speedMin), v.maxValue(speedMax)),
})

/**
 * The speed of one core, 1 for the reference machine. What the home keeps counts while processor and Node are the same; else it is
 * measured, which takes a third of a second of one core.
 * @returns null when it could not be measured: then 1 must do.
 */
export async function machineSpeed(home: string): Promise<number | null> {
  const file = join(home, 'speed.json')
  const machine = `${cpus()[0]?.model ?? 'unknown'} / Node ${process.version}`
  const known = await readSpeed(file)
  if (known?.machine === machine) return known.speed
  const roundMs = await measure()
  if (roundMs === null) return null
  const speed = speedOf(roundMs)
  await writeFile(file, `${JSON.stringify({ machine, speed })}\n`)
  return speed
}

/** In steps of a twentieth: machines of one kind must count as equally fast, whatever chance did to their measurements. */
export function speedOf(roundMs: number): number {
  const steps = Math.round(Math.log(speedLimits.referenceRoundMs / roundMs) / Math.log(speedLimits.step))
  return Math.min(speedMax, Math.max(speedMin, Number((speedLimits.step ** steps).toFixed(3))))
}

async function readSpeed(file: string): Promise<v.InferOutput<typeof saved> | null> {
  try {
    const parsed = v.safeParse(saved, JSON.parse(await readFile(file, 'utf8')))
    return parsed.success ? parsed.output : null
  } catch (error) {
    // Not there, or not what a hub wrote: it is measured again.
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error)) return null
    throw error
  }
}

function measure(): Promise<number | null> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const thread = new Worker(new URL(`./speed-thread.${extension}`, import.meta.url), { name: 'shoal-speed' })
  thread.unref()
  return new Promise((resolve) => {
    const settle = (roundMs: unknown): void => {
      clearTimeout(deadline)
      resolve(typeof roundMs === 'number' && Number.isFinite(roundMs) && roundMs > 0 ? roundMs : null)
      void thread.terminate()
    }
    const deadline = setTimeout(settle, speedLimits.measureMsMax, null)
    deadline.unref()
    thread.on('message', settle).on('error', () => settle(null))
  })
}
