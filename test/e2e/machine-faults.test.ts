/** Real hubs on machines that go wrong: full, read-only and vanished disks, damaged files, a hub that stands still, hostile pages. */
import { execFileSync } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HistoryEvent } from '../../src/history/event.ts'
import { notes } from './history-tail.ts'
import { namespacesUnavailable } from './namespaces.ts'
import { descendantsOf, ended, RealHub, submit, until } from './real-hubs.ts'
import { ThreeHubs } from './three-hubs.ts'

const unavailable = await namespacesUnavailable()
if (unavailable !== null) process.stderr.write(`SKIPPED test/e2e/machine-faults.test.ts: ${unavailable}\n`)
const here = test.skipIf(unavailable !== null)

let hubs: ThreeHubs
let first: RealHub
let second: RealHub
/** Its home is a disk of its own, and a small one. */
let third: RealHub

beforeAll(async () => {
  if (unavailable !== null) return
  hubs = await ThreeHubs.start(async (swarm) => {
    const { home } = swarm.hub(2)
    await mkdir(home)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m,mode=700', 'shoal-test', home])
  })
  ;[first, second, third] = hubs.all
})

afterAll(async () => {
  if (unavailable !== null) return
  await hubs.swarm.endProcesses()
  execFileSync('umount', [third.home])
  await hubs.swarm.destroy()
})

const sumOf = (n: number, rounds: number): number => {
  let sum = 0
  for (let i = 0; i < rounds; i++) sum += Math.sqrt(i + n)
  return sum
}

async function spin(items: number, rounds: number, chunks: number): Promise<string> {
  const job = await submit(first, 'spin.js', { items, rounds }, '--chunks', String(chunks))
  hubs.results.set(job, { count: items, sums: Array.from({ length: items }, (_, n) => sumOf(n, rounds)) })
  return job
}

/** Why a hub did not come up: what it said, which must be for people. */
async function refusal(hub: RealHub, ...args: readonly string[]): Promise<string> {
  const said = await hub.up(...args).then(
    () => 'it came up',
    (error: unknown) => String(error),
  )
  expect(said).not.toMatch(/\n\s+at /)
  return said
}

/** Bytes in a file, until the disk takes no more. */
async function fill(path: string): Promise<void> {
  const block = Buffer.alloc(64 * 1024, 1)
  const endless = function* () {
    for (;;) yield block
  }
  await pipeline(endless, createWriteStream(path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOSPC') throw error
  })
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

here('when memory runs out, slots go before their hub', async () => {
  const scoreOf = async (pid: number) =>
    Number(await readFile(`/proc/${pid}/oom_score_adj`, 'utf8').catch(() => '1000'))
  expect(await scoreOf(first.pid)).toBe(await scoreOf(process.pid))
  const slots = async () => {
    const pids = await descendantsOf(first.pid)
    const words = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
    return pids.filter((_, index) => words[index]?.includes('bwrap') || words[index]?.startsWith('/slot/node'))
  }
  const scores = async () => Promise.all((await slots()).map(scoreOf))
  await until(
    async () => (await scores()).length > 0 && (await scores()).every((one) => one === 1000),
    'all slots say so',
  )
})

here('pages of other sites reach nothing at a local port, by whatever name', async () => {
  const { url, token } = JSON.parse(await readFile(join(first.home, 'api.json'), 'utf8')) as Record<string, string>
  const ask = async (headers: Readonly<Record<string, string>>): Promise<number> => {
    const script = `require('node:http').get(${JSON.stringify(`${url}/v1/jobs`)}, { headers: ${JSON.stringify(headers)} }, (answer) => console.log(answer.statusCode) || process.exit())`
    return Number(await first.host.exec(process.execPath, ['-e', script]))
  }
  const bearer = { authorization: `Bearer ${token}` }
  expect(await ask(bearer)).toBe(200)
  expect(await ask({})).toBe(401)
  expect(await ask({ ...bearer, host: 'rebound.example.com' })).toBe(403)
  expect(await ask({ ...bearer, host: 'rebound.example.com:80' })).toBe(403)
  expect(await ask({ ...bearer, origin: 'http://rebound.example.com' })).toBe(403)
})

here(
  'a hub that stands still for 5 s while its slots go on: suspected, not dead, and no mass of work is done twice',
  async () => {
    const job = await spin(160, 2_000_000, 80)
    await until(async () => (await first.job(job)).shards.done >= 10, 'some shards are done', 60_000)
    process.kill(second.pid, 'SIGSTOP')
    const stoppedMs = performance.now()
    await until(() => performance.now() - stoppedMs >= 5_000, 'it has stood still', 10_000)
    // What it had claimed, and the others have heard no result of.
    const taken = (await notes(first)).filter(({ more }) => more?.by === second.hub)
    const before = await notes(second)
    const held = shardsIn(before, 'claimed', job) - shardsIn(taken, 'take', job)
    process.kill(second.pid, 'SIGCONT')
    const { shards } = await hubs.expectDone(first, job)
    await until(
      async () => (await notes(second)).some(({ kind, job: of }) => kind === 'ended' && of === job),
      'it knows',
    )
    const states = first.told.filter(({ hub }) => hub === second.hub).map(({ state }) => state)
    expect(states).toContain('suspect')
    expect(states).not.toContain('dead')
    // It does not begin the job anew because it has heard nothing for so long; and what others run again is what it held.
    const again = shardsIn((await notes(second)).slice(before.length), 'execute', job)
    expect(again).toBeLessThanOrEqual(held)
    expect(shards.duplicated).toBeLessThanOrEqual(held + shards.speculated + shards.total * 0.5)
  },
)

here('a full disk: the job goes on, nothing half-written keeps a name, and with room all is as before', async () => {
  const filler = join(third.home, 'filler')
  await fill(filler)
  const job = await spin(240, 3_000_000, 6)
  await hubs.expectDone(first, job)
  expect(third.pid).toBeGreaterThan(0)
  expect((await ended(third, job, 30_000)).status).toBe('done')
  expect(third.errors).toMatch(/SHOAL_DISK_FULL|no room left/)
  // A hub that has no identity yet gets none here, and leaves no half of one.
  const newcomer = new RealHub(third.host, join(third.home, 'newcomer'))
  expect(await refusal(newcomer)).toMatch(/SHOAL_DISK_FULL|SHOAL_HOME_UNUSABLE|free s/)
  expect((await filesBelow(newcomer.home)).filter((file) => file.includes('identity'))).toEqual([])
  await rm(newcomer.home, { recursive: true })
  await rm(filler)
  expect((await filesBelow(third.home)).filter((file) => file.endsWith('.part'))).toEqual([])
  await hubs.expectDone(third, await spin(60, 1_000_000, 12))
})

here(
  'damaged files between two lives of a hub: it comes back and knows every job, with the help of the others',
  async () => {
    const texts = await submit(first, 'texts.js', { items: 8, length: 100_000 }, '--chunks', '8')
    hubs.results.set(
      texts,
      Array.from({ length: 8 }, (_, n) => `${n}:`.padEnd(100_000, 'ab')),
    )
    await hubs.expectDone(second, texts)
    second.kill('SIGKILL')
    const spared = new Set(['identity.key', 'api.json'])
    const stored = (await filesBelow(second.home)).filter(
      (file) => /blobs|ledgers|spots|forecast|peers|incarnation/.test(file) && !spared.has(file),
    )
    expect(stored.some((file) => file.includes('blobs'))).toBe(true)
    expect(stored.some((file) => file.includes('ledgers'))).toBe(true)
    for (const [index, file] of stored.entries()) await writeFile(file, damaged(await readFile(file), index))
    await writeFile(join(second.home, 'forecast.json'), '{"version":1,"samples":[[1e999')
    await second.up()
    await hubs.swarm.connected()
    for (const job of hubs.results.keys()) await hubs.expectDone(second, job)
  },
)

here('a damaged identity is refused in one line and not replaced; restored, it is the same hub', async () => {
  const { hub } = second
  second.kill('SIGKILL')
  const file = join(second.home, 'identity.key')
  const whole = await readFile(file)
  await writeFile(file, whole.subarray(0, 20))
  expect(await refusal(second)).toMatch(/is no hub identity/)
  expect(await readFile(file)).toEqual(whole.subarray(0, 20))
  await writeFile(file, whole)
  await second.up()
  expect(second.hub).toBe(hub)
  await hubs.swarm.connected()
})

here('a disk that has become read-only: refused in one line; writable again, it is the same hub', async () => {
  const { hub } = third
  await third.end()
  execFileSync('mount', ['-o', 'remount,ro', third.home])
  expect(await refusal(third)).toMatch(/cannot be written/)
  execFileSync('mount', ['-o', 'remount,rw', third.home])
  await third.up()
  expect(third.hub).toBe(hub)
  await hubs.swarm.connected()
})

here('one result for every shard, the same everywhere, whatever went wrong', () => hubs.expectAgreement())

here('a home that vanishes: the running hub does its work to the end, the next one is another hub', async () => {
  const { hub } = second
  await rm(second.home, { recursive: true })
  await hubs.expectDone(first, await spin(60, 1_000_000, 12))
  await second.end()
  const token = await first.host.exec(process.execPath, [...first.commandLine, 'token', 'create', '--home', first.home])
  await second.up('--join', token.trim())
  expect(second.hub).not.toBe(hub)
  await until(() => second.peers.size === 2, 'it knows the others', 30_000)
  await hubs.expectDone(second, await spin(30, 1_000_000, 6))
})

/** How many shards of a job a hub noted under a kind, the same one again each time. */
function shardsIn(events: readonly HistoryEvent[], kind: HistoryEvent['kind'], job: string): number {
  return events
    .filter((event) => event.kind === kind && event.job === job)
    .reduce((sum, { lo, hi }) => sum + hi - lo, 0)
}

/** A flipped bit, a cut, zeros in the middle, or a piece of something else behind it, in turn. */
function damaged(bytes: Buffer, kind: number): Buffer {
  const middle = bytes.byteLength >> 1
  const changed = Buffer.from(bytes)
  if (kind % 4 === 0) changed.writeUInt8((changed[middle] ?? 0) ^ 4, Math.min(middle, bytes.byteLength - 1))
  if (kind % 4 === 1) return changed.subarray(0, middle)
  if (kind % 4 === 2) changed.fill(0, middle, middle + 64)
  return kind % 4 === 3 ? Buffer.concat([changed, Buffer.alloc(100, 0xee)]) : changed
}
