/** Jobs on whole hubs over loopback: results, errors, loss of the submitter, restarts. */
import { afterEach, expect, test, vi } from 'vitest'
import type { LogEvent } from '../../src/client/local-hub.ts'
import { decodeOutcome } from '../../src/execute/codec/outcome.ts'
import { durations } from '../../src/limits.ts'
import { at, invited, stopAll, until } from './hubs.ts'
import { familyJob, startSwarm, startWhole, stopSwarm, stopWhole, type WholeHub } from './swarm-of-hubs.ts'

afterEach(async () => {
  await stopSwarm()
  await stopAll()
})

const sum = (shards: number) => (shards * (shards - 1)) / 2

async function resultAt(hub: WholeHub, job: string): Promise<unknown> {
  await until(() => hub.surface.jobs().some((one) => one.job === job), 'the job is known')
  const bytes = await hub.surface.result(job, { wait: true, signal: AbortSignal.timeout(20_000) })
  return decodeOutcome(bytes)
}

async function startTwo(): Promise<[WholeHub, WholeHub]> {
  const hubs = await startSwarm(2)
  await allAlive(hubs)
  return [at(hubs, 0), at(hubs, 1)]
}

async function allAlive(hubs: readonly WholeHub[]): Promise<void> {
  const isComplete = (hub: WholeHub) =>
    hub.live.hub.state.members.alive().filter((member) => member.beacon).length === hubs.length
  await until(() => hubs.every(isComplete), 'all hubs know each other')
}

test('a hub alone runs a job', async () => {
  const [hub] = await startSwarm(1)
  if (hub === undefined) throw new Error('no hub')
  const job = await hub.surface.submit(familyJob([20, 7]))
  expect(await resultAt(hub, job)).toEqual({ kind: 'value', value: [sum(20), sum(7)] })
})

test('three hubs share a job and every one has its result', async () => {
  const hubs = await startSwarm(3)
  await allAlive(hubs)
  const [first] = hubs
  const job = (await first?.surface.submit(familyJob([60], { shardMs: 20, bytes: 2000 }))) ?? ''
  for (const hub of hubs) expect(await resultAt(hub, job)).toEqual({ kind: 'value', value: [sum(60)] })
  const report = first?.surface.job(job)
  expect(report?.status).toBe('done')
  expect(report?.byHub.length).toBe(3)
  expect(report?.shards).toMatchObject({ total: 61, done: 61 })
  expect(report?.attempts.filter((attempt) => attempt.status === 'done').length).toBeLessThan(61 + 8)
  const ofOthers = report?.attempts.find((one) => one.status === 'done' && one.hub !== first?.member.identity.hub)
  const why = await first?.surface.why(`${job}/${ofOthers?.shard}`)
  expect(why).toMatchObject({ hub: ofOthers?.hub, askHub: null })
  expect(why?.bids.length).toBeGreaterThan(0)
})

test('a root that goes down everywhere fails the job with the evidence', async () => {
  const hubs = await startSwarm(2)
  await allAlive(hubs)
  const job = (await hubs[0]?.surface.submit(familyJob([10], { throwsAt: 4 }))) ?? ''
  const second = hubs[1]
  if (second === undefined) throw new Error('no second hub')
  await until(() => second.surface.jobs().some((one) => one.job === job && one.status === 'failed'), 'the job failed')
  expect(second.surface.job(job).error?.code).toBe('SHOAL_SHARD_CRASHED')
  // What brought the slots down is told by every hub, whichever they were at.
  for (const hub of hubs) {
    const { lines, missing } = await hub.surface.logs(job)
    expect(missing).toEqual([])
    expect(lines.map(({ shard }) => shard)).toContain('root:0')
  }
})

test('what a hub wrote that cannot be asked any more is missed by name', async () => {
  const [first, second] = await startTwo()
  const job = await first.surface.submit(familyJob([40], { shardMs: 20 }))
  await resultAt(second, job)
  await until(() => first.surface.job(job).byHub.length === 2, 'both hubs ran something')
  await stopWhole(second)
  await until(() => first.live.components.network.peers().length === 0, 'it is gone')
  expect((await first.surface.logs(job)).missing).toEqual([second.member.identity.hub])
})

test('what shards write at other hubs is followed while the job runs, every line once', async () => {
  const hubs = await startSwarm(3)
  await allAlive(hubs)
  const [first, second] = hubs
  if (first === undefined || second === undefined) throw new Error('no hubs')
  const job = await first.surface.submit(familyJob([60], { shardMs: 150, logs: true }))
  await until(() => second.surface.jobs().some((one) => one.job === job), 'it is known at the second hub')
  const lines: string[] = []
  const early = new Set<string>()
  let gaps: LogEvent | null = null
  for await (const event of second.surface.followLogs(job, { signal: AbortSignal.timeout(20_000) })) {
    if (event.type === 'gaps') gaps = event
    if (event.type === 'gaps') continue
    lines.push(`${event.hub} ${event.shard} ${event.line}`)
    if (second.surface.job(job).status === 'running') early.add(event.hub)
  }
  expect([...early].sort()).toEqual(hubs.map((hub) => hub.member.identity.hub).sort())
  expect(new Set(lines.map((line) => line.split(' line of ')[1])).size).toBe(60)
  expect(lines.length).toBe((await second.surface.logs(job)).lines.length)
  expect(gaps).toEqual({ type: 'gaps', missing: [], cut: [] })
})

test('results are not compared on fewer hubs than asked: the job is refused before it begins', async () => {
  const [hub] = await startSwarm(1)
  if (hub === undefined) throw new Error('no hub')
  const plain = familyJob([4])
  const refused = hub.surface.submit({ ...plain, options: { ...plain.options, verify: 2 } })
  await expect(refused).rejects.toMatchObject({
    code: 'SHOAL_JOB_UNVERIFIED',
    message: 'results are to be compared on 2 hubs, and 1 may run the job',
  })
  expect(hub.surface.jobs()).toEqual([])
})

test('the job goes on when the hub it was submitted through is gone', async () => {
  const hubs = await startSwarm(3)
  await allAlive(hubs)
  const [first, second] = hubs
  if (first === undefined || second === undefined) throw new Error('no hubs')
  const job = await first.surface.submit(familyJob([60], { shardMs: 30 }))
  await stopWhole(first)
  expect(await resultAt(second, job)).toEqual({ kind: 'value', value: [sum(60)] })
})

test('a restarted hub goes on from its disk', async () => {
  const [hub] = await startSwarm(1)
  if (hub === undefined) throw new Error('no hub')
  const job = await hub.surface.submit(familyJob([40], { shardMs: 20 }))
  await until(() => (hub.surface.jobs()[0]?.shards.done ?? 0) > 5, 'some shards are done')
  await stopWhole(hub)
  const again = await startWhole({ member: hub.member, home: hub.home })
  expect(await resultAt(again, job)).toEqual({ kind: 'value', value: [sum(40)] })
  const report = again.surface.job(job)
  expect(report.attempts.filter((attempt) => attempt.status === 'done').length).toBeLessThanOrEqual(43)
})

test('a hub that was removed takes nothing along that others have on their disks', async () => {
  const [first, second] = await startTwo()
  const job = await second.surface.submit(familyJob([20], { shardMs: 10 }))
  expect(await resultAt(first, job)).toEqual({ kind: 'value', value: [sum(20)] })
  const { shards } = first.surface.job(job)
  await stopWhole(second)
  first.member.membership.remove(second.member.identity.hub)
  await stopWhole(first)
  const again = await startWhole({ member: first.member, home: first.home })
  expect(await resultAt(again, job)).toEqual({ kind: 'value', value: [sum(20)] })
  expect(again.surface.job(job)).toMatchObject({ status: 'done', shards: { done: shards.done } })
  const newcomer = await startWhole({ member: await invited(first.member), peers: [again.address()] })
  expect(await resultAt(newcomer, job)).toEqual({ kind: 'value', value: [sum(20)] })
  expect(newcomer.surface.job(job)).toMatchObject({ status: 'done', shards: { done: shards.done } })
})

test('hubs whose gossip is lost, all of it, are connected and so alive to each other', async () => {
  const hubs = await startSwarm(2)
  const members = () =>
    hubs.flatMap(({ live }) => live.hub.state.members.all().filter(({ hub }) => hub !== live.hub.state.self))
  await until(() => members().length === 2 && members().every(({ beacon }) => beacon !== null), 'they know each other')
  for (const { live } of hubs) vi.spyOn(live.components.network, 'publish').mockReturnValue()
  const isLongAgo = () =>
    members().every(
      ({ state, heardMs, beaconMs }) => state === 'alive' && heardMs - beaconMs > 3 * durations.suspectAfterMs,
    )
  await until(isLongAgo, 'they have heard each other, and no beacon, for long', 20_000)
})
