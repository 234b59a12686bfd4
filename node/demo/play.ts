/** The demo: three hubs, one job, and the plug of the hub that took the job is pulled. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { HubProcess } from '../../src/client/hub-process.ts'
import type { JobReport } from '../../src/client/local-hub.ts'
import type { RemoteHub } from '../../src/client/remote-hub.ts'
import { assert, ShoalError } from '../../src/errors.ts'
import { decodeOutcome } from '../../src/execute/codec/outcome.ts'
import { plainValue, startThreeHubs, submitAndLeave } from './cast.ts'
import { countLost } from './narrate.ts'
import type { Screen } from './screen.ts'
import type { Letters } from './shard-map.ts'

const MEET_POLL_MS = 50
/** A look at a job costs the hub that is asked; it gets this many times longer to work between two looks. */
const REST_FACTOR = 8
const REST_MS_MIN = 100
/** The plug is pulled once this share of the shards is done. */
const KILL_SHARE = 0.3
/** Below this many shards the job has not unfolded yet. */
const KILL_SHARDS_MIN = 6

export interface Verdict {
  readonly schema: 1
  readonly job: string
  /** Shards done and known when the plug was pulled. */
  readonly killedAt: { readonly done: number; readonly total: number }
  readonly isEqual: boolean
  readonly lostAttempts: number
  readonly resumed: number
  readonly duplicated: number
  readonly wallMs: number
}

interface Stage {
  readonly folder: string
  readonly screen: Screen
  readonly signal: AbortSignal
  readonly module: string
  readonly input: string
}

/**
 * Plays it on real processes. Everything started is ended and everything written removed, whatever happens.
 * @throws whatever went wrong; a verdict is returned only when the job ended on the remaining hubs.
 */
export async function play(play: Omit<Stage, 'folder'>): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-demo-'))
  const hubs: HubProcess[] = []
  try {
    return await threeActs({ ...play, folder }, hubs)
  } finally {
    await Promise.all(hubs.map((hub) => hub.stop()))
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function threeActs(stage: Stage, hubs: HubProcess[]): Promise<Verdict> {
  const { screen, signal } = stage
  const beganMs = performance.now()
  screen.say('starting three hubs, each a process with a home of its own; nobody is told an address')
  await startThreeHubs(stage.folder, signal, hubs)
  const [first, second, third] = hubs
  assert(first !== undefined && second !== undefined && third !== undefined, 'three hubs are started')
  const letters: Letters = new Map(hubs.map((hub, index) => [hub.ready.hub, 'ABC'[index] ?? '?']))
  for (const { ready } of hubs) screen.say(`hub ${letters.get(ready.hub)} = ${ready.hub}  process ${ready.pid}`)
  await untilMet(hubs, screen, letters, signal)

  const job = await submitAndLeave(first.home, stage.module, stage.input, signal)
  screen.say(`a client gave job ${job} to hub A and has left`)
  const killedAt = await pullPlugInTime(first, second.remote, job, screen, letters, signal)
  const report = await untilEnded(second.remote, job, screen, letters, signal)
  return judge(stage, { report, from: third.remote, victim: first.ready.hub, killedAt, beganMs })
}

async function untilMet(
  hubs: readonly HubProcess[],
  screen: Screen,
  letters: Letters,
  signal: AbortSignal,
): Promise<void> {
  const told = new Set<string>()
  for (let met = 0; met < hubs.length; await delay(MEET_POLL_MS, undefined, { signal })) {
    met = 0
    for (const { remote, ready } of hubs) {
      const seen = (await remote.hubs()).filter((hub) => !hub.self && hub.state === 'alive')
      for (const { hub } of seen) {
        const text = `hub ${letters.get(ready.hub)} has found hub ${letters.get(hub) ?? hub} on the network`
        if (!told.has(text)) screen.say(text)
        told.add(text)
      }
      if (seen.length === hubs.length - 1) met++
    }
  }
}

async function pullPlugInTime(
  victim: HubProcess,
  watcher: RemoteHub,
  job: string,
  screen: Screen,
  letters: Letters,
  signal: AbortSignal,
): Promise<{ done: number; total: number }> {
  for (;;) {
    const beganMs = performance.now()
    const report = await lookAt(watcher, job)
    if (report !== null) screen.show(report, letters)
    const { done, total } = report?.shards ?? { done: 0, total: 0 }
    if (report !== null && report.status !== 'running') {
      throw new ShoalError('SHOAL_INTERNAL', 'the job ended before the plug could be pulled', {
        next: 'run the demo again; if it happens again, the machine is too fast for its input',
      })
    }
    if (total >= KILL_SHARDS_MIN && done / total >= KILL_SHARE) {
      victim.kill()
      await victim.ended
      screen.markGone(victim.ready.hub)
      screen.shout(
        `kill -9 ${victim.ready.pid}: hub A, which took the job, is gone with ${done} of ${total} shards done`,
      )
      return { done, total }
    }
    await rest(beganMs, signal)
  }
}

async function untilEnded(
  watcher: RemoteHub,
  job: string,
  screen: Screen,
  letters: Letters,
  signal: AbortSignal,
): Promise<JobReport> {
  for (;;) {
    const beganMs = performance.now()
    const report = await watcher.job(job)
    screen.show(report, letters)
    if (report.status !== 'running') return report
    await rest(beganMs, signal)
  }
}

async function judge(
  { folder, module, input, screen, signal }: Stage,
  end: {
    report: JobReport
    from: RemoteHub
    victim: string
    killedAt: { done: number; total: number }
    beganMs: number
  },
): Promise<Verdict> {
  const { report, from, killedAt } = end
  const { job, shards } = report
  screen.say(`job ${job} is ${report.status} on the remaining hubs; asking hub C for its result`)
  const outcome = decodeOutcome(await from.result(job, { wait: true, signal }))
  const plain = await plainValue(folder, module, input, signal)
  const isEqual = report.status === 'done' && outcome.kind === 'value' && isDeepStrictEqual(outcome.value, plain)
  const lostAttempts = countLost(report, new Set([end.victim]))
  screen.say(`${lostAttempts} attempts were lost with hub A, ${shards.resumed} shards resumed from a checkpoint`)
  screen.shout(
    isEqual
      ? 'the result is the one that the plain function gives on one machine, bit for bit'
      : 'THE RESULT DIFFERS from what the plain function gives on one machine',
  )
  const wallMs = Math.round(performance.now() - end.beganMs)
  return {
    schema: 1,
    job,
    killedAt,
    isEqual,
    lostAttempts,
    resumed: shards.resumed,
    duplicated: shards.duplicated,
    wallMs,
  }
}

async function rest(beganMs: number, signal: AbortSignal): Promise<void> {
  const tookMs = performance.now() - beganMs
  await delay(Math.max(REST_MS_MIN, REST_FACTOR * tookMs), undefined, { signal })
}

/** The job as this hub knows it, or null while it has not heard of it. */
async function lookAt(hub: RemoteHub, job: string): Promise<JobReport | null> {
  try {
    return await hub.job(job)
  } catch (error) {
    if (error instanceof ShoalError && error.code === 'SHOAL_JOB_UNKNOWN') return null
    throw error
  }
}
