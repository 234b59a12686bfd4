import { mkdtemp, rm, stat } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createApi } from '../../node/api/app.ts'
import { type OpenApi, openApi } from '../../node/api/serve.ts'
import { readApiFile } from '../../src/client/api-file.ts'
import { RemoteHub } from '../../src/client/remote-hub.ts'
import { ShoalError } from '../../src/errors.ts'
import { encodeOutcome } from '../../src/execute/codec/outcome.ts'
import { apiLimits, sizes } from '../../src/limits.ts'
import { packList } from '../../src/wire/pack.ts'
import { info, report, ScriptedHub } from './scripted-hub.ts'

const token = 'a-token-of-at-least-thirty-two-characters'
const hosts = ['127.0.0.1:4280']
const good = { host: '127.0.0.1:4280', authorization: `Bearer ${token}` }

function api(hub = new ScriptedHub()) {
  return createApi({ hub, drain: () => hub.drain() }, { token, hosts })
}

async function ask(path: string, headers: Record<string, string>, init: RequestInit = {}) {
  const response = await api().request(`http://127.0.0.1:4280${path}`, { ...init, headers })
  return { status: response.status, body: (await response.json()) as { code?: string } }
}

test('a request with token and loopback host is served', async () => {
  expect((await ask('/v1/info', good)).body).toEqual({ ...info, pid: process.pid })
})

test.each([
  ['no token', { host: good.host }],
  ['a wrong token', { ...good, authorization: 'Bearer wrong' }],
  ['another scheme', { ...good, authorization: `Basic ${token}` }],
])('%s is unauthorized', async (_, headers) => {
  expect(await ask('/v1/info', headers)).toMatchObject({ status: 401, body: { code: 'SHOAL_API_UNAUTHORIZED' } })
})

test('DNS rebinding: a foreign host name is refused although the token is right', async () => {
  const headers = { ...good, host: 'evil.example:4280' }
  expect(await ask('/v1/info', headers)).toMatchObject({ status: 403, body: { code: 'SHOAL_API_FORBIDDEN' } })
})

test('another port of loopback is a foreign host', async () => {
  expect((await ask('/v1/info', { ...good, host: '127.0.0.1:80' })).status).toBe(403)
})

test('a page of another origin is refused, our own is not', async () => {
  expect((await ask('/v1/info', { ...good, origin: 'http://evil.example' })).status).toBe(403)
  expect((await ask('/v1/info', { ...good, origin: 'null' })).status).toBe(403)
  expect((await ask('/v1/info', { ...good, origin: 'http://127.0.0.1:4280' })).status).toBe(200)
})

test('errors have code, message, next and a fitting status', async () => {
  const unknownJob = await ask('/v1/jobs/nope', good)
  expect(unknownJob).toEqual({
    status: 404,
    body: { code: 'SHOAL_JOB_UNKNOWN', message: 'no job nope', next: 'shoal jobs' },
  })
  expect((await ask('/v1/nothing', good)).status).toBe(404)
  const notReady = await ask('/v1/jobs/x/result?waitMs=0', good)
  expect(notReady).toMatchObject({ status: 409, body: { code: 'SHOAL_RESULT_NOT_READY' } })
})

test('a body that is no submission is refused', async () => {
  const post = (body: Uint8Array) => ask('/v1/jobs', good, { method: 'POST', body: body as Uint8Array<ArrayBuffer> })
  const bytes = (text: string) => new TextEncoder().encode(text)
  expect((await post(bytes('nonsense'))).body.code).toBe('SHOAL_FRAME_INVALID')
  expect((await post(packList([bytes('{}'), bytes('x')]))).body.code).toBe('SHOAL_MESSAGE_INVALID')
  const huge = packList([bytes('{}'), new Uint8Array(sizes.programBytesMax + 1)])
  expect(await post(huge)).toMatchObject({ status: 413, body: { code: 'SHOAL_JOB_TOO_LARGE' } })
})

test('a small request may not have a large body', async () => {
  const body = JSON.stringify({ reason: 'x'.repeat(apiLimits.requestBytesMax) })
  const answer = await ask('/v1/jobs/j/cancel', good, { method: 'POST', body })
  expect(answer).toMatchObject({ status: 413, body: { code: 'SHOAL_JOB_TOO_LARGE' } })
})

let home: string
let hub: ScriptedHub
let open: OpenApi
let remote: RemoteHub

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'shoal-api-'))
  hub = new ScriptedHub()
  open = await openApi({ hub, drain: () => hub.drain() }, { home, port: 0 })
  const access = await readApiFile(home)
  if (access === null) throw new Error('no API file')
  remote = new RemoteHub(access)
})

afterEach(async () => {
  await open.close()
  await rm(home, { recursive: true, force: true })
})

test('the API file is for its owner alone and goes with the API', async () => {
  const { mode } = await stat(join(home, 'api.json'))
  expect(mode & 0o777).toBe(0o600)
  await open.close()
  expect(await readApiFile(home)).toBeNull()
  open = await openApi({ hub, drain: () => hub.drain() }, { home, port: 0 })
})

test('on the wire the Host header decides', async () => {
  const { port } = new URL(remote.access.url)
  const status = await new Promise((resolve, reject) => {
    const headers = { host: `rebound.example:${port}`, authorization: `Bearer ${remote.access.token}` }
    request({ host: '127.0.0.1', port, path: '/v1/info', headers }, (response) => resolve(response.statusCode))
      .on('error', reject)
      .end()
  })
  expect(status).toBe(403)
})

test('a submission arrives as it was sent', async () => {
  const submission = {
    name: 'job.ts',
    program: new Uint8Array([1, 2, 3]),
    input: { kind: 'value', bytes: new Uint8Array([4, 5]) },
    options: { chunks: 7, deadlineMs: null, audit: false },
  } as const
  expect(await remote.submit(submission)).toBe('job-1')
  const generated = { ...submission, input: { kind: 'generated', scale: 3 } } as const
  await remote.submit(generated)
  const [first, second] = hub.submissions
  expect({ ...first, program: [...(first?.program ?? [])] }).toEqual({
    ...submission,
    program: [1, 2, 3],
    input: { kind: 'value', bytes: Buffer.from([4, 5]) },
  })
  expect(second?.input).toEqual({ kind: 'generated', scale: 3 })
})

test('a submitter who wants the result has it with the answer when the job is over, else the job alone', async () => {
  const submission = {
    name: 'job.ts',
    program: new Uint8Array([1]),
    input: { kind: 'generated', scale: 1 },
    options: { chunks: null, deadlineMs: null, audit: false },
  } as const
  const outcome = encodeOutcome({ kind: 'value', value: 'quick' })
  hub.outcomes.set('job-1', outcome)
  expect(await remote.submitAndWait(submission)).toEqual({ job: 'job-1', outcome: Buffer.from(outcome) })
  expect(await remote.submitAndWait(submission)).toEqual({ job: 'job-2', outcome: null })
})

test('waiting for a result ends when the result is there', async () => {
  hub.reports.set('j', report('j'))
  const outcome = encodeOutcome({ kind: 'value', value: { n: 1 } })
  hub.outcomes.set('j', outcome)
  expect([...(await remote.result('j', { wait: true }))]).toEqual([...outcome])
})

test('waiting for a result can be given up', async () => {
  const waiting = remote.result('j', { wait: true, signal: AbortSignal.timeout(50) })
  await expect(waiting).rejects.toThrow(/timeout|abort/i)
})

test('events arrive in order and end with the job', async () => {
  hub.reports.set('j', report('j'))
  hub.script.push({ type: 'hub', hub: 'x', state: 'dead' }, { type: 'ended', summary: report('j') })
  const seen: string[] = []
  for await (const event of remote.events('j')) seen.push(event.type)
  expect(seen).toEqual(['hub', 'ended'])
})

test('a reader that leaves ends the stream at the hub', async () => {
  hub.reports.set('j', report('j'))
  hub.staysOpen = true
  hub.script.push({ type: 'hub', hub: 'x', state: 'dead' })
  for await (const event of remote.events('j')) if (event.type === 'hub') break
  await expect.poll(() => hub.openStreams, { timeout: 5000 }).toBe(0)
})

test('events of an unknown job are an error, not an empty stream', async () => {
  await expect(remote.events('nope').next()).rejects.toMatchObject({ code: 'SHOAL_JOB_UNKNOWN' })
})

test('errors of the hub arrive with code and next step', async () => {
  const refused = await remote.job('nope').catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(ShoalError)
  expect(refused).toMatchObject({ code: 'SHOAL_JOB_UNKNOWN', next: 'shoal jobs' })
})

test('a hub that is gone is unreachable', async () => {
  await open.close()
  await expect(remote.info()).rejects.toMatchObject({ code: 'SHOAL_HUB_UNREACHABLE' })
  open = await openApi({ hub, drain: () => hub.drain() }, { home, port: 0 })
})

test('a port that is taken is named', async () => {
  const port = Number(new URL(open.url).port)
  await expect(openApi({ hub, drain: () => hub.drain() }, { home, port })).rejects.toMatchObject({
    code: 'SHOAL_PORT_TAKEN',
  })
})
