/** Follows a job to its end, showing its progress. */
import type { JobEvent } from '../src/client/local-hub.ts'
import { ShoalError } from '../src/errors.ts'
import { showLimits } from '../src/limits.ts'
import { type Given, nothingGiven, readGiven } from './job-json.ts'
import { ProgressLine } from './progress.ts'
import type { RunHub } from './run-hub.ts'

/**
 * What the job gave. A job that failed or was cancelled gives nothing; its report says why.
 * @throws ShoalError SHOAL_HUB_UNREACHABLE when the hub goes away; the job goes on without it.
 */
export async function followJob(
  hub: RunHub,
  job: string,
  options: { signal: AbortSignal; isQuiet: boolean },
): Promise<Given> {
  const looking = setTimeout(() => tellWhyItWaits(hub, job), showLimits.waitingMs)
  try {
    if (!options.isQuiet) await showUntilEnded(hub, job, options.signal)
    return readGiven(await hub.remote.result(job, { wait: true, signal: options.signal }), job)
  } catch (error) {
    if (error instanceof ShoalError && endsTheJob(error)) return nothingGiven
    throw error
  } finally {
    clearTimeout(looking)
  }
}

/** A job that no hub may run waits for one, which nobody would guess from its silence. */
function tellWhyItWaits(hub: RunHub, job: string): void {
  hub.remote.why(`${job}/root:0`).then(
    ({ waiting }) => {
      if (typeof waiting === 'string') process.stderr.write(`${waiting}\n`)
    },
    // A hub that is gone is told of where the result is asked for.
    () => undefined,
  )
}

async function showUntilEnded(hub: RunHub, job: string, signal: AbortSignal): Promise<void> {
  const progress = new ProgressLine(process.stderr)
  const startMs = performance.now()
  let hubs = await hub.countHubs()
  let summary: Extract<JobEvent, { type: 'progress' }>['summary'] | null = null
  const show = () => {
    if (summary !== null) progress.show({ summary, hubs, elapsedMs: performance.now() - startMs })
  }
  const ticking = setInterval(show, 1000)
  try {
    for await (const event of hub.remote.events(job, { signal })) {
      if (event.type === 'log') progress.line(event.line)
      if (event.type === 'disagreement') progress.line(differenceText(event))
      if (event.type === 'hub') hubs = await hub.countHubs()
      if (event.type === 'progress' || event.type === 'ended') summary = event.summary
      show()
    }
  } finally {
    clearInterval(ticking)
    progress.clear()
  }
}

function differenceText({ shard, kept, against }: Extract<JobEvent, { type: 'disagreement' }>): string {
  const stands = kept.length === 0 ? 'nothing stands yet' : `what ${kept.join(' and ')} told stands`
  return `${shard}: ${against.join(' and ')} told another result; ${stands}`
}

function endsTheJob(error: ShoalError): boolean {
  return (
    error.code === 'SHOAL_JOB_CANCELLED' ||
    error.code === 'SHOAL_JOB_EXPIRED' ||
    error.code === 'SHOAL_JOB_FAILED' ||
    error.code === 'SHOAL_JOB_UNVERIFIED' ||
    error.code.startsWith('SHOAL_SHARD_')
  )
}
