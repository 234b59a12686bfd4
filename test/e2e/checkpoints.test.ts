/** Sequential loops on real hubs: the machine is lost in the middle, and another goes on with the same bits. */
import { deserialize } from 'node:v8'
import { afterEach, expect, test } from 'vitest'
import { namespacesUnavailable } from './namespaces.ts'
import { plainWalk } from './plain-walk.ts'
import { type Finished, jobFile, type RealHub, type RealSwarm, realSwarm, until } from './real-hubs.ts'

const unavailable = await namespacesUnavailable()
if (unavailable !== null) process.stderr.write(`SKIPPED test/e2e/checkpoints.test.ts: ${unavailable}\n`)

let swarm: RealSwarm | null = null

afterEach(async () => {
  await swarm?.destroy()
  swarm = null
})

async function started(count: number): Promise<RealHub[]> {
  swarm = await realSwarm(count)
  await swarm.start()
  return swarm.hubs
}

const submitted = async (hub: RealHub, input: object, ...args: string[]): Promise<string> =>
  (await hub.shoal<Finished>('run', jobFile('walk.js'), '--input', JSON.stringify(input), '--detach', ...args)).job

/** The hub that runs a shard, once all shards that run have checkpoints. */
async function runnerWithCheckpoint(hub: RealHub, job: string, family: (name: string) => boolean): Promise<string> {
  let runner = ''
  await until(
    async () => {
      const report = await hub.job(job)
      const running = report.attempts?.filter(({ shard, status }) => status === 'running' && family(shard)) ?? []
      const shards = new Set(running.map(({ shard }) => shard))
      runner = report.checkpoints >= shards.size ? (running[0]?.hub ?? '') : ''
      return runner !== ''
    },
    'the shards that run have checkpoints',
    60_000,
  )
  return runner
}

async function finished(hub: RealHub, job: string): Promise<Finished> {
  let report: Finished | null = null
  await until(
    async () => {
      report = await hub.job(job)
      return report.status !== 'running'
    },
    'the job ends',
    180_000,
  )
  return report as unknown as Finished
}

test.skipIf(unavailable !== null)(
  'the hub that runs a long sequential root is killed: another goes on from its checkpoint, to the same bits',
  async () => {
    const [first, second, third] = (await started(3)) as [RealHub, RealHub, RealHub]
    const input = { steps: 300_000_000, items: 0 }
    const job = await submitted(first, input)
    const runner = await runnerWithCheckpoint(second, job, (shard) => shard.startsWith('root'))
    const killed = [first, second, third].find(({ hub }) => hub === runner) ?? first
    killed.kill('SIGKILL')
    const left = [first, second, third].filter((hub) => hub !== killed) as [RealHub, RealHub]
    const report = await finished(left[0], job)
    expect([report.status, report.error]).toEqual(['done', null])
    const last = report.attempts?.findLast(({ shard, status }) => shard.startsWith('root') && status === 'done')
    expect(last?.resumedFrom).toBeGreaterThan(0)
    expect(last?.hub).not.toBe(runner)
    const whole = await left[1].shoal<Finished>('run', jobFile('walk.js'), '--input', JSON.stringify(input))
    const result = await left[0].shoal<Finished>('result', job)
    // The seed of Math.random is the job's own: what was drawn differs between two jobs, and nothing else may.
    const withoutDraws = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value), (key, held) => (key === 'drawn' || key === 'trail' ? null : held))
    expect(withoutDraws(result.result)).toEqual(withoutDraws(whole.result))
  },
)

test.skipIf(unavailable !== null)(
  'a hub killed within a long item costs no more than what came after its checkpoint',
  async () => {
    const hubs = (await started(3)) as [RealHub, RealHub, RealHub]
    const input = { steps: 150_000_000, items: 3 }
    const job = await submitted(hubs[0], input, '--chunks', '3')
    const runner = await runnerWithCheckpoint(hubs[0], job, (shard) => !shard.startsWith('root'))
    const killed = hubs.find(({ hub }) => hub === runner) ?? hubs[1]
    killed.kill('SIGKILL')
    const [left] = hubs.filter((hub) => hub !== killed) as [RealHub]
    const report = await finished(left, job)
    expect(report.status).toBe('done')
    const resumed = report.attempts?.filter(({ shard, resumedFrom }) => !shard.startsWith('root') && resumedFrom > 0)
    expect(resumed?.length).toBeGreaterThan(0)
    const { resultV8 } = await left.shoal<Finished>('result', job)
    expect(deserialize(Buffer.from(resultV8, 'base64'))).toEqual(await plainWalk(input))
  },
)
