/** Two hubs with one key, and a home that was copied, on real machines. */
import { cp, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { namespacesUnavailable } from './namespaces.ts'
import { ended, type RealHub, type RealSwarm, realSwarm, submit, until } from './real-hubs.ts'

const unavailable = await namespacesUnavailable()
if (unavailable !== null) process.stderr.write(`SKIPPED test/e2e/twins.test.ts: ${unavailable}\n`)
const here = test.skipIf(unavailable !== null)

let swarm: RealSwarm | null = null

afterEach(async () => {
  await swarm?.destroy()
  swarm = null
})

const ITEMS = 120
const ROUNDS = 3_000_000
const sums = Array.from({ length: ITEMS }, (_, n) => {
  let sum = 0
  for (let i = 0; i < ROUNDS; i++) sum += Math.sqrt(i + n)
  return sum
})

/** Two hubs of one swarm with a job under way, and a third machine that has a copy of the second one's home. */
async function withCopy(leftOut: readonly string[]) {
  const made = await realSwarm(3)
  swarm = made
  const [first, second, third] = [made.hub(0), made.hub(1), made.hub(2)]
  await first.up()
  const words = [...first.commandLine, 'token', 'create', '--home', first.home]
  await second.up('--join', (await first.host.exec(process.execPath, words)).trim())
  await until(() => first.peers.size === 1 && second.peers.size === 1, 'the two are connected', 30_000)
  const job = await submit(first, 'spin.js', { items: ITEMS, rounds: ROUNDS }, '--chunks', String(ITEMS))
  await until(async () => (await first.job(job)).shards.done >= 5, 'some shards are done', 60_000)
  const skipped = new Set(['api.json', 'hub.lock', ...leftOut])
  await cp(second.home, third.home, { recursive: true, filter: (file) => !skipped.has(basename(file)) })
  return { made, first, second, third, job }
}

async function expectDone(at: RealHub, job: string): Promise<void> {
  const report = await ended(at, job, 90_000)
  expect({ status: report.status, error: report.error }).toEqual({ status: 'done', error: null })
  const { result } = await at.shoal<{ result: unknown }>('result', job)
  expect(result).toEqual({ count: ITEMS, sums })
}

here(
  'two hubs with one key: the first stays, the second is told and ends, and the job comes to its end',
  { timeout: 180_000 },
  async () => {
    // A copy that does not show as one, as a disk image is restored.
    const { made, first, second, third, job } = await withCopy(['home.json'])
    await third.up('--history', join(third.home, '..', 'histories-of-the-twin')).catch(() => undefined)
    await until(() => third.exitCode !== null, 'the second of the two ends', 30_000)
    expect(third.exitCode).toBe(1)
    expect(third.errors).toMatch(/SHOAL_HUB_TWIN/)
    expect([first.exitCode, second.exitCode]).toEqual([null, null])
    for (const hub of [first, second]) await expectDone(hub, job)
    expect(await made.violations([first, second], new Map([[job, { count: ITEMS, sums }]]))).toEqual([])
  },
)

here('a copied home makes an identity of its own, and says so', { timeout: 120_000 }, async () => {
  const { first, second, third, job } = await withCopy([])
  const before = await readFile(join(third.home, 'identity.key'))
  await third.up().catch(() => undefined)
  expect(await readFile(join(third.home, 'identity.key.copied'))).toEqual(before)
  expect(third.errors).toMatch(/cop(y|ied)/)
  expect(third.hub).not.toBe(second.hub)
  await expectDone(first, job)
})
