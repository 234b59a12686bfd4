import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deserialize } from 'node:v8'
import { afterEach, beforeEach, expect, test } from 'vitest'

const cli = fileURLToPath(new URL('../../node/cli.ts', import.meta.url))
const squares =
  'export default async function (n) { return Array.from({ length: n }, (_, i) => i).map((i) => i * i - 0.5) }\n'
const spinning = 'export default async function () { for (;;) Math.sqrt(2) }\n'
const throwing =
  'export default async function (n) {\n  const list = Array.from({ length: n }, (_, i) => i)\n' +
  "  return list.map((i) => {\n    if (i >= 5) throw new RangeError('item ' + i)\n    return i\n  })\n}\n"

/** Everything shoal writes goes below this folder: what is left over is seen. */
let folder: string
const started: ChildProcess[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-e2e-'))
})

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

interface Run {
  readonly child: ChildProcess
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>
  lines(): string[]
}

function shoal(words: readonly string[], input = ''): Run {
  const env = { ...process.env, TMPDIR: folder, SHOAL_HOME: join(folder, 'no-home') }
  const child = spawn(process.execPath, [cli, ...words], { env, stdio: 'pipe' })
  started.push(child)
  const said = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text
  })
  child.stdin.end(input)
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, ...said }))
  })
  return { child, ended, lines: () => said.stdout.split('\n').filter((line) => line !== '') }
}

function module(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

async function json(run: Run) {
  const { code, stdout, stderr } = await run.ended
  return { code, stderr, value: JSON.parse(stdout) }
}

/** Processes whose command line names our folder, other than the test's own. */
function processesOfOurs(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder)
      } catch (error) {
        if (error instanceof Error) return false
        throw error
      }
    })
}

async function nothingIsLeft(except: readonly string[]): Promise<void> {
  await expect.poll(processesOfOurs, { timeout: 10_000 }).toEqual([])
  await expect
    .poll(() => readdirSync(folder).filter((name) => name.startsWith('shoal-')), { timeout: 10_000 })
    .toEqual([...except])
}

test('run on hubs of its own: exact result, promised shape, trace, nothing left behind', async () => {
  const trace = join(folder, 'trace.jsonl')
  const file = module('squares.mjs', squares)
  const words = ['run', file, '--input', '40', '--hubs', '2', '--chunks', '4', '--trace', trace, '--json']
  const { code, value, stderr } = await json(shoal(words))
  const expected = Array.from({ length: 40 }, (_, i) => i * i - 0.5)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(value).toMatchObject({ schema: 1, status: 'done', error: null, hubs: 2, families: 2 })
  expect(value.result).toEqual(expected)
  expect(deserialize(Buffer.from(value.resultV8, 'base64'))).toEqual(expected)
  // The root, and four shards each for Array.from and map.
  expect(value.shards.total).toBe(9)
  const done = readFileSync(trace, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const shards = done
    .filter(({ status, family }) => status === 'done' && family !== 'root')
    .map(({ lo, hi }) => hi - lo)
  expect(shards.length).toBeGreaterThanOrEqual(8)
  await nothingIsLeft([])
})

test('an error of the function: exit 1, its message, its line', async () => {
  const file = module('throwing.mjs', throwing)
  const { code, value } = await json(shoal(['run', file, '--input', '20', '--hubs', '1', '--chunks', '3', '--json']))
  expect(code).toBe(1)
  expect(value).toMatchObject({ status: 'failed', result: null, resultV8: null })
  expect(value.error.message).toContain('item 5')
  expect(value.error.shard).toMatch(/^\w+:\d+$/)
  expect(value.error.stack).toContain('throwing.mjs:4:')
  await nothingIsLeft([])
})

test('input comes from standard input or a file; syntax errors exit 1 with one JSON value', async () => {
  const file = module('squares.mjs', squares)
  const list = module('n.json', '3')
  expect((await json(shoal(['run', file, '--input', '-', '--json'], '2'))).value.result).toEqual([-0.5, 0.5])
  expect((await json(shoal(['run', file, '--input', `@${list}`, '--json']))).value.result).toEqual([-0.5, 0.5, 3.5])
  const broken = await json(shoal(['run', module('broken.mjs', 'export default function ('), '--json']))
  expect(broken.code).toBe(1)
  expect(broken.value).toMatchObject({ schema: 1, job: null, status: 'failed', error: { code: 'SHOAL_CODE_SYNTAX' } })
  expect(JSON.parse(broken.stderr)).toMatchObject({ code: 'SHOAL_CODE_SYNTAX' })
  await nothingIsLeft([])
})

test('Ctrl-C ends a run with 130 and takes its hubs along', async () => {
  const run = shoal(['run', module('spinning.mjs', spinning), '--hubs', '2'])
  await expect.poll(() => processesOfOurs().length, { timeout: 30_000 }).toBeGreaterThanOrEqual(3)
  run.child.kill('SIGINT')
  const { code, stderr } = await run.ended
  expect(code).toBe(130)
  expect(stderr).toContain('SHOAL_INTERRUPTED')
  await nothingIsLeft([])
})

test('kill -9 for a run leaves no hub, no slot and no home behind', async () => {
  const run = shoal(['run', module('spinning.mjs', spinning), '--hubs', '2'])
  await expect.poll(() => processesOfOurs().length, { timeout: 30_000 }).toBeGreaterThanOrEqual(3)
  run.child.kill('SIGKILL')
  await run.ended
  await expect.poll(processesOfOurs, { timeout: 10_000 }).toEqual([])
  const homes = () =>
    readdirSync(folder).flatMap((name) => (name.startsWith('shoal-run-') ? readdirSync(join(folder, name)) : []))
  await expect.poll(homes, { timeout: 10_000 }).toEqual([])
})

test('a hub: ready line, one per home, a job from start to result, cancel, drain', async () => {
  const home = join(folder, 'home')
  const up = shoal(['up', '--home', home, '--json', '--no-mdns', '--slots', '1', '--label', 'gpu=no'])
  await expect.poll(() => up.lines().length, { timeout: 30_000 }).toBeGreaterThanOrEqual(1)
  expect(JSON.parse(up.lines()[0] ?? '')).toMatchObject({ schema: 1, event: 'ready', pid: up.child.pid })

  const second = await shoal(['up', '--home', home, '--json']).ended
  expect(second.code).toBe(1)
  expect(JSON.parse(second.stderr)).toMatchObject({ code: 'SHOAL_HOME_BUSY' })

  const [hub] = (await json(shoal(['hubs', '--home', home, '--json']))).value
  expect(hub).toMatchObject({ self: true, state: 'alive', slots: 1, labels: { gpu: 'no' } })

  const file = module('squares.mjs', squares)
  const { value: detached } = await json(shoal(['run', file, '--input', '3', '--home', home, '--detach', '--json']))
  const shown = await shoal(['result', detached.job, '--home', home]).ended
  expect(JSON.parse(shown.stdout)).toEqual([-0.5, 0.5, 3.5])

  const spin = module('spinning.mjs', spinning)
  const { value: forever } = await json(shoal(['run', spin, '--home', home, '--detach', '--json']))
  const waiting = shoal(['result', forever.job, '--home', home])
  expect((await shoal(['cancel', forever.job, '--home', home]).ended).code).toBe(0)
  expect(await waiting.ended).toMatchObject({ code: 3, stderr: expect.stringContaining('SHOAL_JOB_CANCELLED') })

  up.child.kill('SIGINT')
  expect((await up.ended).code).toBe(0)
  expect(up.lines().map((line) => JSON.parse(line).event)).toEqual(['ready', 'draining', 'left'])
  expect(readdirSync(home)).not.toContain('api.json')
  expect(readdirSync(home)).not.toContain('hub.lock')
})
