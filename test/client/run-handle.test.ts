import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type OpenApi, openApi } from '../../node/api/serve.ts'
import { readApiFile, writeApiFile } from '../../src/client/api-file.ts'
import { splitSlots } from '../../src/client/embedded-swarm.ts'
import { readEventLines } from '../../src/client/event-lines.ts'
import { findHub } from '../../src/client/find-hub.ts'
import { homeFolder } from '../../src/client/home.ts'
import { RemoteHub } from '../../src/client/remote-hub.ts'
import { RunHandle } from '../../src/client/run-handle.ts'
import { makeSubmission } from '../../src/client/submission.ts'
import { ShoalError } from '../../src/errors.ts'
import { encodeOutcome, thrownFrom } from '../../src/execute/codec/outcome.ts'
import { ValueError } from '../../src/execute/codec/refusal.ts'
import { report, ScriptedHub } from '../node/scripted-hub.ts'

let home: string
let hub: ScriptedHub
let open: OpenApi
let remote: RemoteHub

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'shoal-handle-'))
  hub = new ScriptedHub()
  hub.reports.set('j', report('j', { status: 'running' }))
  open = await openApi({ hub, drain: () => hub.drain() }, { home, port: 0 })
  const access = await readApiFile(home)
  if (access === null) throw new Error('no API file')
  remote = new RemoteHub(access)
})

afterEach(async () => {
  await open.close()
  await rm(home, { recursive: true, force: true })
})

test('result gives the value', async () => {
  hub.outcomes.set('j', encodeOutcome({ kind: 'value', value: new Set([1]) }))
  expect(await new RunHandle({ hub: remote }, { id: 'j' }).result()).toEqual(new Set([1]))
})

test('result throws what the function threw: class, message, stack, fields', async () => {
  const error = {
    item: 2,
    name: 'RangeError',
    message: 'too far',
    stack: 'RangeError: too far\n    at job.ts:1:1',
    isError: true,
  }
  hub.outcomes.set('j', encodeOutcome({ kind: 'error', error: { ...error, value: undefined } }))
  const thrown = await new RunHandle({ hub: remote }, { id: 'j' }).result().catch((caught: unknown) => caught)
  expect(thrown).toBeInstanceOf(RangeError)
  expect(thrown).toMatchObject({ message: 'too far', stack: error.stack })
})

test('an error of shoal itself is a ShoalError, with its code and a next step', async () => {
  const made = new ValueError('$', 'unsupported-builtin')
  hub.outcomes.set('j', encodeOutcome({ kind: 'error', error: thrownFrom(made, -1) }))
  const thrown = await new RunHandle({ hub: remote }, { id: 'j' }).result().catch((caught: unknown) => caught)
  expect(thrown).toBeInstanceOf(ShoalError)
  expect(thrown).toMatchObject({ code: 'SHOAL_VALUE_UNSUPPORTED', message: made.message, next: made.next })
})

test.each([null, undefined, 42, {}, new URL('file:///x.js')])(
  '%s cannot be submitted, and the error says what can',
  async (code) => {
    const submitted = makeSubmission(code as never, undefined, {})
    await expect(submitted).rejects.toMatchObject({ code: 'SHOAL_USAGE', next: expect.stringMatching(/^pass /) })
  },
)

test('an aborted submitter cancels the job', async () => {
  const abort = new AbortController()
  const run = new RunHandle({ hub: remote }, { id: 'j', signal: abort.signal })
  const waiting = run.result()
  abort.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow()
  expect(hub.cancelled).toEqual(['j: aborted by the submitter'])
})

test('giving up one wait does not cancel the job', async () => {
  const run = new RunHandle({ hub: remote }, { id: 'j' })
  await expect(run.result({ signal: AbortSignal.timeout(20) })).rejects.toThrow()
  expect(hub.cancelled).toEqual([])
})

test('leaving a block before the end cancels, after the end it does not', async () => {
  {
    await using _ = new RunHandle({ hub: remote }, { id: 'j' })
  }
  expect(hub.cancelled).toEqual(['j: the submitter left before the job ended'])
  hub.outcomes.set('j', encodeOutcome({ kind: 'value', value: 1 }))
  {
    await using run = new RunHandle({ hub: remote }, { id: 'j' })
    await run.result()
  }
  expect(hub.cancelled.length).toBe(1)
})

test('events can be iterated', async () => {
  hub.script.push({ type: 'ended', summary: report('j') })
  const types: string[] = []
  for await (const event of new RunHandle({ hub: remote }, { id: 'j' }).events()) types.push(event.type)
  expect(types).toEqual(['ended'])
})

test('the running hub is found by its home; one that is gone is not', async () => {
  expect(await (await findHub(home))?.info()).toMatchObject({ version: '0.1.0' })
  await open.close()
  await writeApiFile(home, remote.access)
  expect(await findHub(home)).toBeNull()
  expect(await findHub(join(home, 'none'))).toBeNull()
  open = await openApi({ hub, drain: () => hub.drain() }, { home, port: 0 })
})

test('an API file that points away from loopback is refused', async () => {
  const foreign = { ...remote.access, url: 'http://192.0.2.1:80' }
  await writeFile(join(home, 'api.json'), JSON.stringify(foreign))
  await expect(findHub(home)).rejects.toMatchObject({ code: 'SHOAL_HOME_UNUSABLE' })
  await writeApiFile(home, remote.access)
})

test('the home: what was given, else SHOAL_HOME, else the XDG data folder', () => {
  expect(homeFolder('/a', { SHOAL_HOME: '/b' })).toBe('/a')
  expect(homeFolder(undefined, { SHOAL_HOME: '/b', XDG_DATA_HOME: '/c' })).toBe('/b')
  expect(homeFolder(undefined, { XDG_DATA_HOME: '/c' })).toBe('/c/shoal')
})

test('slots are split to about one per core, never none', () => {
  expect(splitSlots(8, 3)).toEqual([3, 3, 2])
  expect(splitSlots(2, 4)).toEqual([1, 1, 1, 1])
  expect(splitSlots(2, 1)).toEqual([2])
})

test('event lines may be cut anywhere; heartbeats are left out', async () => {
  const bytes = new TextEncoder().encode('{"a":"é"}\n{"type":"heartbeat"}\n{"b":2}\n')
  for (let size = 1; size < 12; size++) {
    const chunks = async function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size)
    }
    const lines: unknown[] = []
    for await (const line of readEventLines(chunks())) lines.push(line)
    expect(lines).toEqual([{ a: 'é' }, { b: 2 }])
  }
})
