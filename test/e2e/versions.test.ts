/** Hubs of different versions in one swarm: those that can, work together; those that cannot, say so by name. */
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { namespacesUnavailable } from './namespaces.ts'
import { type Change, nextMajor, nextMinor, otherVersion } from './other-version.ts'
import { ended, RealHub, type RealSwarm, realSwarm, submit, until } from './real-hubs.ts'

const unavailable = await namespacesUnavailable()
if (unavailable !== null) process.stderr.write(`SKIPPED test/e2e/versions.test.ts: ${unavailable}\n`)
const here = test.skipIf(unavailable !== null)

let swarm: RealSwarm | null = null

afterEach(async () => {
  await swarm?.destroy()
  swarm = null
})

/** A swarm of three, of which the last is of another version. */
async function mixed(changes: readonly Change[]): Promise<{ hubs: [RealHub, RealHub, RealHub]; swarm: RealSwarm }> {
  const made = await realSwarm(3)
  swarm = made
  const last = made.hub(2)
  const cli = await otherVersion(join(last.home, '..', 'other-version'), changes)
  made.hubs[2] = new RealHub(last.host, last.home, cli)
  return { hubs: [made.hub(0), made.hub(1), made.hub(2)], swarm: made }
}

const ITEMS = 90
const work = ['spin.js', { items: ITEMS, rounds: 3_000_000 }, '--chunks', String(ITEMS)] as const
const sums = Array.from({ length: ITEMS }, (_, n) => {
  let sum = 0
  for (let i = 0; i < 3_000_000; i++) sum += Math.sqrt(i + n)
  return sum
})

here(
  'a hub of the next version, with fields and kinds that this one has never heard of, shares the work both ways',
  { timeout: 240_000 },
  async () => {
    const { hubs, swarm: all } = await mixed(nextMinor)
    await all.start()
    const results = new Map<string, unknown>()
    for (const submitter of [hubs[0], hubs[2]]) {
      const job = await submit(submitter, ...work)
      results.set(job, { count: ITEMS, sums })
      const report = await ended(hubs[1], job, 90_000)
      expect({ status: report.status, error: report.error }).toEqual({ status: 'done', error: null })
      expect(report.byHub.map(({ hub }) => hub).sort()).toEqual(hubs.map(({ hub }) => hub).sort())
      for (const hub of hubs) {
        expect((await hub.shoal<{ result: unknown }>('result', job)).result).toEqual({ count: ITEMS, sums })
      }
      await all.agreed(hubs, job)
    }
    expect(await all.violations(hubs, results)).toEqual([])
    expect(hubs.map(({ peers }) => peers.size)).toEqual([2, 2, 2])
  },
)

here(
  'a hub that speaks another protocol is refused with both versions, on either side, and hurts nobody',
  { timeout: 120_000 },
  async () => {
    const { hubs } = await mixed(nextMajor)
    const [first, second, stranger] = hubs
    await first.up()
    const token = async () =>
      (await first.host.exec(process.execPath, [...first.commandLine, 'token', 'create', '--home', first.home])).trim()
    await second.up('--join', await token())
    await until(() => first.peers.size === 1, 'the two of one version are connected', 30_000)
    await stranger.up('--join', await token())
    const reasonsAt = async (hub: RealHub) => {
      const words = [...hub.commandLine, 'doctor', '--json', '--home', hub.home]
      // It exits with 1, for a refusal is a finding.
      const out = await hub.host.exec('/bin/sh', ['-c', '"$@"; true', 'sh', process.execPath, ...words])
      return (JSON.parse(out) as { refused: { reason: string }[] }).refused.map(({ reason }) => reason).join('\n')
    }
    let [here, there] = ['', '']
    await until(
      async () => {
        ;[here, there] = [await reasonsAt(first), await reasonsAt(stranger)]
        return here.includes('speaks protocol') && there.includes('speaks protocol')
      },
      'both sides say why',
      30_000,
    )
    expect(here).toMatch(/speaks protocol 2 to 2, this hub 1 to 1|speaks protocol 1 to 1, this hub 2 to 2/)
    expect(there).toMatch(/speaks protocol 2 to 2, this hub 1 to 1|speaks protocol 1 to 1, this hub 2 to 2/)
    expect([stranger.peers.size, first.peers.size]).toEqual([0, 1])
    const job = await submit(first, ...work)
    expect((await ended(second, job, 90_000)).status).toBe('done')
  },
)
