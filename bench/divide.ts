/** Measures what dividing slow shards at run time is worth: the same skewed job on three hubs, with and without it. */
import { readFileSync } from 'node:fs'
import { startEmbeddedSwarm } from '../src/client/embedded-swarm.ts'
import type { HubProcess } from '../src/client/hub-process.ts'
import type { RemoteHub } from '../src/client/remote-hub.ts'
import { makeSubmission } from '../src/client/submission.ts'
import { report } from './report.ts'

const hubs = 3
const rounds = Number(process.env.SHOAL_BENCH_ROUNDS ?? 5)

type Job = (waits: readonly number[]) => Promise<number[]>

/**
 * Items wait instead of computing: three hubs on one machine do not share a core then. Each is a program of its own: what an earlier job
 * showed would cut the next one finely enough by itself, and there would be nothing to divide.
 */
function freshJob(): Job {
  const text = `async (waits) => {
    const done = []
    for (const ms of waits) {
      await new Promise((resolve) => setTimeout(resolve, ms))
      done.push(ms)
    }
    return done // ${made++}
  }`
  return new Function(`return ${text}`)() as Job
}
let made = 0

function waits(count: number, usualMs: number, heavyFrom: number, heavyTo: number, heavyMs: number): number[] {
  return Array.from({ length: count }, (_, i) => (i >= heavyFrom && i < heavyTo ? heavyMs : usualMs))
}

/** The first items, by which the cut is made, are cheap in all of them. */
const cases: Readonly<Record<string, readonly number[]>> = {
  even: waits(600, 5, 0, 0, 0),
  'heavy end': waits(400, 2, 370, 400, 100),
  'heavy start': waits(400, 2, 20, 50, 100),
  'one heavy stretch': waits(400, 2, 200, 240, 60),
  'one slow hub': waits(600, 5, 0, 0, 0),
}

/** The slots of a hub get a twentieth of the time: stopped for 95 ms, let run for 5. @returns what ends it. */
function slowDown(hub: HubProcess): () => void {
  const slots = (): number[] => {
    const { pid } = hub.ready
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return text.split(' ').filter(Boolean).map(Number)
  }
  const tell = (signal: NodeJS.Signals): void => {
    for (const pid of slots()) process.kill(pid, signal)
  }
  const timer = setInterval(() => {
    tell('SIGCONT')
    setTimeout(() => tell('SIGSTOP'), 5)
  }, 100)
  return () => {
    clearInterval(timer)
    setTimeout(() => tell('SIGCONT'), 20)
  }
}

async function wallMs(hub: RemoteHub, input: readonly number[], whole: boolean): Promise<number> {
  const submission = await makeSubmission(freshJob(), input, { whole, name: 'divide' })
  const start = performance.now()
  await hub.result(await hub.submit(submission), { wait: true })
  return performance.now() - start
}

await using swarm = await startEmbeddedSwarm({ hubs })
const [first] = swarm.hubs
if (first === undefined) throw new Error('a swarm without hubs')
for (const hub of swarm.hubs) await wallMs(hub.remote, waits(60, 5, 0, 0, 0), true)
const named = process.argv.slice(2)
for (const [name, input] of Object.entries(cases)) {
  if (named.length > 0 && !named.includes(name)) continue
  const samples = { whole: [] as number[], divided: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    const last = swarm.hubs.at(-1)
    const restore = name === 'one slow hub' && last !== undefined ? slowDown(last) : () => undefined
    samples.whole.push(await wallMs(first.remote, input, true))
    samples.divided.push(await wallMs(first.remote, input, false))
    restore()
  }
  const idealMs = input.reduce((sum, ms) => sum + ms, 0) / hubs
  const whole = report('divide', 'ms', samples.whole, { case: name, divided: false, idealMs: Math.round(idealMs) })
  const divided = report('divide', 'ms', samples.divided, { case: name, divided: true, idealMs: Math.round(idealMs) })
  process.stdout.write(
    `${JSON.stringify({ bench: 'divide', case: name, ratio: Number((divided.median / whole.median).toFixed(3)) })}\n`,
  )
}
