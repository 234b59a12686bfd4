import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { findJail, startInJail } from '../../../src/execute/isolation/jail.ts'
import { seccompFilter } from '../../../src/execute/isolation/seccomp.ts'
import { jailLauncher } from '../../../src/execute/isolation/walls.ts'
import { RunRecord, runOf, settingOf } from '../records.ts'
import { isAlive, startPool, until } from '../stage.ts'

const tools = findJail()
const skip = 'missing' in tools ? tools.missing : false

async function jailed() {
  if ('missing' in tools) throw new Error(tools.missing)
  return startPool({ launcher: jailLauncher(tools) })
}

test.skipIf(skip)('a jailed slot runs shards as a plain one does', async () => {
  const pool = await jailed()
  const record = new RunRecord()
  pool.run(runOf('return call.work.index * 2', 100), record)
  expect(await record.end).toEqual({ kind: 'complete' })
  expect(record.values).toEqual(Array.from({ length: 100 }, (_, index) => index * 2))
})

test.skipIf(skip)('one jail serves one job: the next one gets another process', async () => {
  const pool = await jailed()
  const pids: unknown[] = []
  for (const job of ['a', 'b']) {
    const record = new RunRecord()
    const handle = pool.run(runOf('return 1', 1, { setting: settingOf({ shard: 'return 1' }, job) }), record)
    await record.end
    pids.push(handle.pid)
  }
  expect(new Set(pids).size).toBe(2)
})

test.skipIf(skip)('killing the jail kills what runs in it', async () => {
  const pool = await jailed()
  const record = new RunRecord()
  const handle = pool.run(runOf('host.log("on"); for(;;){}', 1), record)
  await until('the shard spins', () => record.lines.length > 0)
  const inner = handle.pid
  handle.cancel()
  expect(await record.end).toEqual({ kind: 'cancelled' })
  await until('the process in the jail is gone', () => !isAlive(inner))
})

test.skipIf(skip)(
  'a jail that is killed in the very moment in which bubblewrap starts leaves nothing behind',
  async () => {
    if ('missing' in tools) throw new Error(tools.missing)
    const content = { files: {}, nodeArguments: ['-e', 'setInterval(() => undefined, 1000)'], env: {} }
    for (let round = 0; round < 12; round++) {
      const { pid = 0 } = startInJail(tools, content)
      const started = startedBubblewrap(pid)
      process.kill(pid, 'SIGKILL')
      await until('all of it is gone', () => started.every((one) => !isRunning(one)))
    }
  },
)

/** Waits without a pause until bubblewrap has a child, which waits for it then; returns both. */
function startedBubblewrap(pid: number): number[] {
  const end = performance.now() + 5_000
  while (performance.now() < end) {
    const chain: number[] = [pid]
    for (let next = childOf(pid); next > 0; next = childOf(next)) chain.push(next)
    const found = chain.filter((one) => commandOf(one).endsWith('bwrap'))
    if (found.length >= 2) return found
  }
  throw new Error('bubblewrap did not start')
}

function childOf(pid: number): number {
  return Number(procFile(`${pid}/task/${pid}/children`).trim().split(' ')[0])
}

function commandOf(pid: number): string {
  return procFile(`${pid}/cmdline`).split('\0')[0] ?? ''
}

/** Dead ones whom nobody has buried yet do not count. */
function isRunning(pid: number): boolean {
  const stat = procFile(`${pid}/stat`)
  return stat !== '' && !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
}

function procFile(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'latin1')
  } catch {
    return '' // it is gone
  }
}

test('filters end in refusal and permission, and every jump stays inside', () => {
  for (const architecture of ['x64', 'arm64']) {
    const filter = Buffer.from(seccompFilter(architecture) ?? [])
    const count = filter.byteLength / 8
    expect(count).toBeGreaterThan(60)
    for (let at = 0; at < count; at++) {
      const [holds, otherwise] = [filter.readUInt8(at * 8 + 2), filter.readUInt8(at * 8 + 3)]
      expect(at + 1 + Math.max(holds, otherwise)).toBeLessThan(count + (filter.readUInt16LE(at * 8) === 6 ? 1 : 0))
    }
    expect(filter.readUInt32LE((count - 1) * 8 + 4)).toBe(0x7fff_0000)
  }
  expect(seccompFilter('mips')).toBe(null)
})

/** What the kernel would answer, by a BPF interpreter of the few instructions that filters use. */
function verdict(filter: Buffer, call: { arch: number; nr: number; flags?: number }): number {
  let [at, loaded] = [0, 0]
  for (;;) {
    const [code, holds, otherwise, value] = [
      filter.readUInt16LE(at * 8),
      filter.readUInt8(at * 8 + 2),
      filter.readUInt8(at * 8 + 3),
      filter.readUInt32LE(at * 8 + 4),
    ]
    at++
    if (code === 0x06) return value
    if (code === 0x20) loaded = value === 0 ? call.nr : value === 4 ? call.arch : (call.flags ?? 0)
    else {
      const isTrue = code === 0x15 ? loaded === value : code === 0x35 ? loaded >= value : (loaded & value) !== 0
      at += isTrue ? holds : otherwise
    }
  }
}

test('threads may start, processes and sockets may not, other architectures are killed', () => {
  const filter = Buffer.from(seccompFilter('x64') ?? [])
  const arch = 0xc000_003e
  const ask = (nr: number, flags = 0) => verdict(filter, { arch, nr, flags }).toString(16)
  expect(ask(0)).toBe('7fff0000') // read
  expect(ask(56, 0x10000)).toBe('7fff0000') // clone of a thread
  expect(ask(56)).toBe('50001') // clone of a process
  expect(ask(435)).toBe('50026') // clone3
  for (const nr of [41, 57, 58, 62, 101, 321, 0x4000_0000]) expect(ask(nr)).toBe('50001')
  expect(verdict(filter, { arch: 0x4000_0003, nr: 0 }).toString(16)).toBe('80000000')
  const other = Buffer.from(seccompFilter('arm64') ?? [])
  const askOther = (nr: number, flags = 0) => verdict(other, { arch: 0xc000_00b7, nr, flags }).toString(16)
  expect([askOther(63), askOther(220, 0x10000), askOther(220), askOther(198), askOther(129)]).toEqual([
    '7fff0000',
    '7fff0000',
    '50001',
    '50001',
    '50001',
  ])
})
