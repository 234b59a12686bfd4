import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deserialize } from 'node:v8'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpenApi, openApi } from '../../node/api/serve.ts'
import { encodeOutcome, thrownFrom } from '../../src/execute/codec/outcome.ts'
import { shoal } from './command-line.ts'
import { info, report, ScriptedHub, self } from './scripted-hub.ts'

let home: string
let hub: ScriptedHub
let open: OpenApi

const value = new Map<string, unknown>([
  ['n', -0],
  ['big', 2n],
])
const thrown = { item: 3, name: 'RangeError', message: 'too far', stack: 'RangeError: too far\n    at job.ts:3:9' }

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'shoal-commands-'))
  hub = new ScriptedHub()
  hub.reports.set('done-1', report('done-1'))
  hub.outcomes.set('done-1', encodeOutcome({ kind: 'value', value }))
  hub.reports.set('thrown-1', report('thrown-1', { status: 'failed' }))
  const error = { ...thrown, value: undefined, isError: true }
  hub.outcomes.set('thrown-1', encodeOutcome({ kind: 'error', error }))
  hub.reports.set('runs-1', report('runs-1', { status: 'running' }))
  open = await openApi({ hub, drain: () => hub.drain() }, { home, port: 0 })
})

afterAll(async () => {
  await open.close()
  await rm(home, { recursive: true, force: true })
})

async function json(words: readonly string[]): Promise<{ code: number | null; value: unknown; stderr: string }> {
  const { code, stdout, stderr } = await shoal([...words, '--json', '--home', home])
  return { code, value: JSON.parse(stdout), stderr }
}

test('hubs --json is the list of hubs', async () => {
  expect(await json(['hubs'])).toEqual({ code: 0, value: [self], stderr: '' })
})

test('jobs --json is the list of jobs', async () => {
  const { code, value: jobs } = await json(['jobs'])
  expect({ code, ids: (jobs as { job: string }[]).map(({ job }) => job).sort() }).toEqual({
    code: 0,
    ids: ['done-1', 'runs-1', 'thrown-1'],
  })
})

test('job --json has the shape of run and the state of every shard', async () => {
  const { value: shown } = await json(['job', 'done-1'])
  expect(shown).toMatchObject({
    schema: 1,
    job: 'done-1',
    status: 'done',
    result: [
      ['n', 0],
      ['big', '2'],
    ],
    error: null,
    note: null,
    wallMs: 1234,
    hubs: 1,
    families: 1,
    shards: { total: 5, attempts: 6, resumed: 1, migrated: 0, speculated: 0, duplicated: 0 },
    byHub: [{ hub: info.hub, shards: 5, busyMs: 900 }],
    familyReports: [{ family: 'f1', runs: [{ lo: 0, hi: 4, state: 'done' }] }],
  })
  const exact = deserialize(Buffer.from((shown as { resultV8: string }).resultV8, 'base64'))
  expect(exact).toEqual(value)
  expect(Object.is(exact.get('n'), -0)).toBe(true)
})

test('a running job is shown without a result', async () => {
  expect((await json(['job', 'runs-1'])).value).toMatchObject({ status: 'running', result: null, resultV8: null })
})

test('result prints the value alone', async () => {
  const { code, stdout } = await shoal(['result', 'done-1', '--home', home])
  expect({ code, value: JSON.parse(stdout) }).toEqual({
    code: 0,
    value: [
      ['n', 0],
      ['big', '2'],
    ],
  })
})

test('the result of a job that threw is its error, exit code 1', async () => {
  const { code, value: shown, stderr } = await json(['result', 'thrown-1'])
  expect(code).toBe(1)
  expect(shown).toMatchObject({
    error: { code: 'SHOAL_JOB_FAILED', message: 'RangeError: too far', stack: thrown.stack },
  })
  expect(JSON.parse(stderr)).toMatchObject({ code: 'SHOAL_JOB_FAILED', message: thrown.stack })
})

test('the result of a job that shoal gave up has the code of why', async () => {
  const gaveUp = Object.assign(new Error('shard root:0 ended its slot'), {
    name: 'ShoalError',
    code: 'SHOAL_SHARD_CRASHED',
  })
  hub.outcomes.set('crashed-1', encodeOutcome({ kind: 'error', error: { ...thrownFrom(gaveUp, -1), stack: '' } }))
  const { code, stderr } = await shoal(['result', 'crashed-1', '--home', home])
  hub.outcomes.delete('crashed-1')
  expect(code).toBe(1)
  expect(stderr).toMatch(/^SHOAL_SHARD_CRASHED: .*root:0 ended its slot\n {2}next: shoal logs crashed-1\n$/)
})

test('result --no-wait of a running job says so', async () => {
  const { code, stderr } = await shoal(['result', 'runs-1', '--no-wait', '--home', home])
  expect(code).toBe(1)
  expect(stderr).toMatch(/^SHOAL_RESULT_NOT_READY: .*\n {2}next: .*\n$/)
})

test('an unknown job: the error as one JSON object on stdout and on stderr', async () => {
  const { code, value: told, stderr } = await json(['job', 'nope'])
  const error = { code: 'SHOAL_JOB_UNKNOWN', message: 'no job nope', next: 'shoal jobs' }
  expect({ code, told, error: JSON.parse(stderr) }).toEqual({ code: 1, told: { schema: 1, error }, error })
})

test('a module that cannot be read: exit 2, and the same on stdout', async () => {
  const { code, value: told } = await json(['explain', 'missing.ts'])
  expect({ code, told }).toMatchObject({ code: 2, told: { schema: 1, error: { code: 'SHOAL_CODE_UNREADABLE' } } })
})

test.each([
  [['run', 'x.ts', '--deadline', 'soon'], { status: 'failed', job: null, result: null }],
  [['run', 'x.ts', '--hbus', '3'], { status: 'failed' }],
  [['explain'], {}],
  [['simulate', 'nothing'], {}],
  [['forecast', 'missing.csv'], {}],
  [['up', '--role', 'king'], { event: 'error' }],
  [['jbos'], {}],
])('%j --json exits 2 with the error on stdout, too', async (words, shape) => {
  const { code, value: told, stderr } = await json(words)
  const error = { code: 'SHOAL_USAGE', message: expect.any(String), next: expect.any(String) }
  expect({ code, told }).toMatchObject({ code: 2, told: { schema: 1, error, ...shape } })
  expect(JSON.parse(stderr)).toEqual(error)
})

test('cancel reaches the hub with its reason', async () => {
  expect((await json(['cancel', 'runs-1', '--reason', 'no longer needed'])).code).toBe(0)
  expect(hub.cancelled).toContain('runs-1: no longer needed')
})

test('logs are lines; with --json an object per line', async () => {
  expect((await shoal(['logs', 'done-1', '--home', home])).stdout).toBe('f1:0  hello\n')
  expect((await json(['logs', 'done-1'])).value).toEqual({ shard: 'f1:0', line: 'hello', hub: info.hub })
})

test('logs name the hubs that could not be asked', async () => {
  hub.missing.push('12D3KooWgone')
  const { code, stdout, stderr } = await shoal(['logs', 'done-1', '--home', home])
  hub.missing.pop()
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'f1:0  hello\n' })
  expect(stderr).toMatch(/cannot be reached: 12D3KooWgone/)
})

test('logs -f goes on with what is written until the job ends', async () => {
  hub.script.push(
    { type: 'progress', summary: report('done-1') },
    { type: 'log', shard: 'f1:1', line: 'later' },
    { type: 'ended', summary: report('done-1') },
  )
  expect((await shoal(['logs', 'done-1', '-f', '--home', home])).stdout).toBe('f1:0  hello\nf1:1  later\n')
})

test('why shows the bids', async () => {
  expect((await json(['why', 'done-1/f1:0'])).value).toMatchObject({
    shard: 'f1:0',
    bids: [{ hub: info.hub, finishInMs: 12.345678 }],
  })
  const { stdout } = await shoal(['why', 'done-1/f1:0', '--home', home])
  expect(stdout).toContain(`done-1/f1:0 is done: ${info.hub}, epoch 1, reason plan`)
  expect(stdout).toMatch(/HUB +FINISH IN +QUEUE +WORK\n.* 12 ms +2\.35 ms +10 ms/)
})

test('times are rounded, and what was never claimed has no epoch', async () => {
  const family = { family: 'f1', sequence: 1, spot: 0, shards: 4, done: 0 }
  const runs = [{ lo: 0, hi: 4, state: 'dropped', hub: null, epoch: -1 }] as const
  const [attempt] = report('x').attempts
  if (attempt === undefined) throw new Error('no attempt')
  const attempts = [{ ...attempt, startMs: 1, endMs: 2.333251953125 }]
  hub.reports.set('gone-1', report('gone-1', { status: 'cancelled', familyReports: [{ ...family, runs }], attempts }))
  const { stdout } = await shoal(['job', 'gone-1', '--home', home])
  hub.reports.delete('gone-1')
  expect(stdout).toMatch(/f1 +0-3 +dropped +- +-\n/)
  expect(stdout).toMatch(/ 1\.33 ms\n/)
})

test.each(['job', 'result', 'logs', 'cancel', 'remove', 'drain', 'why', 'accept'])(
  '%s of nothing is wrong usage',
  async (verb) => {
    const { code, stderr } = await shoal([verb, '', '--home', home])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^SHOAL_USAGE: \w+: \w+ is missing\n/)
  },
)

test.each([
  [['simulate', 'chaos', 'extra', '--seeds', '1'], 'unexpected argument "extra"'],
  [['simulate', 'scale', 'extra'], 'unexpected argument "extra"'],
  [['simulate', 'job.ts', 'extra'], 'unexpected argument "extra"'],
  [['up', '--peer', 'nonsense'], '"nonsense" is no address of a hub'],
  [['up', '--peer', '/ip4/127.0.0.1'], 'is no address of a hub'],
])('%j is refused before anything starts', async (words, told) => {
  const { code, stderr } = await shoal(
    [...words, '--home', `${home}/none`].slice(0, words[0] === 'up' ? undefined : words.length),
  )
  expect(code).toBe(2)
  expect(stderr).toContain(told)
})

test('doctor exits 1 on a finding and names the step', async () => {
  const { code, stdout } = await shoal(['doctor', '--home', home])
  expect(code).toBe(1)
  expect(stdout).toMatch(/LOOK {2}multicast: nothing was heard on eth0\n {6}next: try --peer/)
})

test('doctor without a hub still answers', async () => {
  const { code, stdout } = await shoal(['doctor', '--json', '--home', join(home, 'none')])
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 1,
    findings: [{ check: 'hub', ok: false }, {}, {}, { check: 'isolation' }],
  })
})

test('token create passes expiry and uses', async () => {
  const { value: made } = await json(['token', 'create', '--expires', '90m', '--uses', '5'])
  expect(made).toEqual({ schema: 1, token: 'token-5400000-5', expiresMs: 5_400_000, uses: 5 })
})

test('remove and drain reach the hub', async () => {
  expect((await json(['remove', '12D3KooWother'])).code).toBe(0)
  expect(hub.removed).toEqual(['12D3KooWother'])
  expect((await json(['drain'])).code).toBe(0)
  expect(hub.drained).toBe(1)
})

test('drain of another hub goes through this one', async () => {
  const { code, value: told } = await json(['drain', '12D3KooWother'])
  expect({ code, told }).toEqual({ code: 0, told: { schema: 1, hub: '12D3KooWother', drained: true } })
  expect([hub.drained, hub.drainedHubs]).toEqual([1, ['12D3KooWother']])
  expect((await shoal(['drain', 'other', '--home', home])).stderr).toMatch(/^SHOAL_HUB_UNREACHABLE: no hub other/m)
})

test.each([
  [['jobs'], 1, 'SHOAL_NO_HUB'],
  [['jbos'], 2, 'did you mean: shoal jobs'],
  [['job'], 2, 'JOB is missing'],
  [['jobs', '--jsn'], 2, 'did you mean --json'],
  [['jobs', 'extra'], 2, 'unexpected argument "extra"'],
  [['run', 'x.ts', '--hubs', '0'], 2, 'from 1 to'],
  [['run', 'x.ts', '--hubs'], 2, '--hubs needs a value'],
  [['run', 'x.ts', '--deadline', 'soon'], 2, 'no duration'],
  [['run', 'x.ts', '--input', '1', '--scale', '2'], 2, 'exclude'],
  [['run', 'x.ts', '--need', 'cores>=many'], 2, 'a bound is a number'],
  [['up', '--label', 'gpu'], 2, 'k=v'],
  [['up', '--role', 'king'], 2, 'roles are compute, submit, observe'],
])('%j exits %i: %s', async (words, code, text) => {
  const ended = await shoal(words)
  expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code, stdout: '' })
  expect(ended.stderr).toContain(text)
})

test('help and version go to stdout, exit 0', async () => {
  const help = await shoal(['--help'])
  expect({ code: help.code, stderr: help.stderr }).toEqual({ code: 0, stderr: '' })
  for (const verb of ['up', 'run', 'token', 'hubs', 'jobs', 'job', 'result', 'cancel', 'logs', 'explain', 'doctor']) {
    expect(help.stdout).toMatch(new RegExp(`^  ${verb} `, 'm'))
  }
  expect((await shoal(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  const usage = await shoal(['logs', '--help'])
  expect(usage.stdout).toContain('--follow')
})
