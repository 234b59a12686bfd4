/** A swarm without multicast, as in other places than one LAN: all were told of the founder alone, and it dies. */
import { afterEach, expect, test } from 'vitest'
import { namespacesUnavailable } from './namespaces.ts'
import { ended, type RealHub, type RealSwarm, realSwarm, submit, until } from './real-hubs.ts'

const unavailable = await namespacesUnavailable()
if (unavailable !== null) process.stderr.write(`SKIPPED test/e2e/founder.test.ts: ${unavailable}\n`)

let swarm: RealSwarm | null = null

afterEach(async () => {
  await swarm?.destroy()
  swarm = null
})

/** Hubs that a hub is connected to. */
async function connectedTo(hub: RealHub): Promise<string[]> {
  const hubs = await hub.shoal<{ hub: string; self: boolean; state: string; addrs: string[] }[]>('hubs')
  return hubs.filter(({ self, state, addrs }) => !self && state === 'alive' && addrs.length > 0).map((one) => one.hub)
}

async function allConnected(hubs: readonly RealHub[]): Promise<void> {
  for (const hub of hubs) {
    const others = hubs.filter((one) => one !== hub).map((one) => one.hub)
    await until(
      async () => {
        const connected = await connectedTo(hub)
        return others.every((other) => connected.includes(other))
      },
      'everybody is connected to everybody',
      20_000,
    )
  }
}

test.skipIf(unavailable !== null)(
  'without its founder the swarm stays one: the job ends, one hub drains another, a third comes back from memory',
  async () => {
    swarm = await realSwarm(4)
    await swarm.start('--no-mdns')
    const [founder, first, second, third] = swarm.hubs as [RealHub, RealHub, RealHub, RealHub]
    const rest = [first, second, third]
    await allConnected(swarm.hubs)
    const job = await submit(first, 'wait.js', { items: 200, ms: 100 }, '--chunks', '200')
    await until(async () => (await third.job(job)).shards.done >= 40, 'a fifth is done', 60_000)
    founder.kill('SIGKILL')
    const report = await ended(third, job, 90_000)
    expect([report.status, report.error]).toEqual(['done', null])
    const doubled = Array.from({ length: 200 }, (_, n) => 2 * n)
    expect((await second.shoal<{ result: unknown }>('result', job)).result).toEqual(doubled)
    // Each on its own would have done the rest again. (Making the list is so short that two may do a part of it.)
    const waits = report.familyReports?.at(-1)?.family
    const done =
      report.attempts?.filter(({ shard, status }) => status === 'done' && shard.startsWith(`${waits}:`)) ?? []
    expect(done.length).toBeGreaterThanOrEqual(200)
    expect(done.length).toBeLessThan(240)
    await swarm.agreed(rest, job)
    await allConnected(rest)
    expect(await first.shoal('drain', second.hub)).toEqual({ schema: 1, hub: second.hub, drained: true })
    await third.end()
    await third.up('--no-mdns')
    await allConnected([first, third])
    expect(await swarm.violations([first, third], new Map([[job, doubled]]))).toEqual([])
  },
)
