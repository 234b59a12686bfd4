/** `shoal run`: a function on the swarm, followed until it is done. */
import { access, constants, stat, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { JobReport } from '../../src/client/local-hub.ts'
import { ShoalError, toShoalError } from '../../src/errors.ts'
import { counts, embeddedLimits, showLimits } from '../../src/limits.ts'
import { isLevel, isolationLevels } from '../../src/program/isolation-level.ts'
import type { Arguments } from '../arguments.ts'
import { onSignals } from '../ctrl-c.ts'
import { exitCodeOfJob, exitCodes } from '../exit.ts'
import { followJob } from '../follow-job.ts'
import { type JobJson, jobJson, nameJob, nothingGiven, refusedJson } from '../job-json.ts'
import { tellJob } from '../job-text.ts'
import { rememberRun } from '../last-runs.ts'
import { prepareSubmission } from '../prepare-submission.ts'
import { openRunHub, type RunHub } from '../run-hub.ts'
import { traceLines } from '../trace.ts'
import { homeOption, jsonOption, type Verb } from '../verb.ts'

export const run: Verb = {
  name: 'run',
  summary: 'Run the default export of a module on the swarm. Without a running hub, hubs are started for this run.',
  positionals: [{ name: 'file', description: 'module (.js, .mjs, .ts) or workflow (.json)', required: true }],
  options: {
    input: { type: 'text', value: 'json', description: 'JSON, @file, or - for standard input' },
    scale: { type: 'text', value: 'n', description: 'let the module make its input: input(n)' },
    hubs: { type: 'text', value: 'n', description: 'start a swarm of n hubs for this run' },
    home: homeOption,
    chunks: { type: 'text', value: 'n', description: 'force every family into n shards' },
    deadline: { type: 'text', value: 'duration', description: 'fail when it takes longer, such as 8s' },
    'time-scale': { type: 'text', value: 'x', description: 'workflow: CPU seconds per recorded second (default: 1)' },
    'bytes-scale': { type: 'text', value: 'x', description: 'workflow: output bytes per recorded byte (default: 0)' },
    verify: {
      type: 'text',
      value: 'n',
      description: 'run each shard on n hubs and compare: more than half have to agree',
    },
    audit: { type: 'flag', description: 'compare the inputs of every shard before and after' },
    need: { type: 'text', value: 'k=v', repeated: true, description: 'what a hub must have: gpu=yes, memoryMiB>=8000' },
    migration: { type: 'flag', description: '--no-migration: running shards stay on hubs that become slow' },
    isolation: { type: 'text', value: 'level', description: 'the least isolation a hub must have: L0 to L4' },
    name: { type: 'text', value: 'text', description: 'name shown by shoal jobs' },
    detach: { type: 'flag', description: 'print the job id and leave; needs a running hub' },
    trace: { type: 'text', value: 'file', description: 'write one JSON line per attempt' },
    json: jsonOption,
  },
  run: runRun,
  refused: refusedJson,
}

async function runRun(args: Arguments): Promise<number> {
  const asJson = args.flag('json')
  const interrupted = new AbortController()
  const stopListening = onSignals({
    first: () => interrupted.abort(interruption()),
    second: () => process.exit(exitCodes.interrupted),
  })
  try {
    const json = await runOnSwarm(args, interrupted.signal)
    if (asJson) tellJson(json)
    return exitCodeOfJob(json.status)
  } catch (thrown) {
    throw interrupted.signal.aborted ? interrupted.signal.reason : thrown
  } finally {
    stopListening()
  }
}

/** Errors stand on stderr, too, where those of every verb do. */
function tellJson(json: JobJson): void {
  process.stdout.write(`${JSON.stringify(json)}\n`)
  if (json.error === null) return
  const { code, message, next } = json.error
  process.stderr.write(`${JSON.stringify({ code, message, next })}\n`)
}

async function runOnSwarm(args: Arguments, signal: AbortSignal): Promise<JobJson> {
  const hubs = args.whole('hubs', 1, embeddedLimits.hubsMax)
  const request = readRequest(args)
  await mustBeWritable(args.text('trace'))
  if (hubs !== undefined && hubs < (request.verify ?? 1)) {
    throw new ShoalError(
      'SHOAL_USAGE',
      `run: results cannot be compared on ${request.verify} hubs when there are ${hubs}`,
      {
        next: `shoal run FILE --hubs ${request.verify} --verify ${request.verify}`,
      },
    )
  }
  // The hubs start while the function is taken apart; a function that cannot run stops them.
  const refused = new AbortController()
  const preparing = prepareSubmission(request)
  preparing.catch((error: unknown) => refused.abort(error))
  const opening = openRunHub({
    hubs,
    home: args.text('home'),
    detach: args.flag('detach'),
    signal: AbortSignal.any([signal, refused.signal]),
  })
  const [opened, prepared] = await Promise.allSettled([opening, preparing])
  if (opened.status === 'rejected') throw refused.signal.aborted ? refused.signal.reason : opened.reason
  await using hub = opened.value
  if (prepared.status === 'rejected') throw prepared.reason
  signal.throwIfAborted()
  const job = await hub.remote.submit(prepared.value, { signal })
  if (args.flag('detach')) return detached(await hub.remote.job(job), hub, args)
  try {
    return await finish(job, hub, args, signal)
  } catch (error) {
    const last = signal.aborted ? await lastSeen(hub, job) : null
    if (signal.aborted) await cancelQuietly(hub, job)
    nameJob(signal.aborted ? signal.reason : error, { job, last })
    throw error
  }
}

async function finish(job: string, hub: RunHub, args: Arguments, signal: AbortSignal): Promise<JobJson> {
  const given = await followJob(hub, job, { signal, isQuiet: args.flag('json') })
  const report = await hub.remote.job(job)
  const trace = args.text('trace')
  if (trace !== undefined) await writeTrace(trace, report)
  await remember(args, report)
  const json = jobJson(report, given, await hub.countHubs())
  if (!args.flag('json')) tellJob(json)
  if (!hub.isEmbedded && json.status === 'done') await hub.remote.acknowledge(job)
  return json
}

/** For `shoal explain`. Workflows have no spots. */
async function remember(args: Arguments, { spots }: JobReport): Promise<void> {
  const file = args.required('file')
  if (spots.length === 0 || file.endsWith('.json')) return
  const { loadModule } = await import('../../src/decompose/load-module.ts')
  const { source } = await loadModule(resolve(file))
  await rememberRun(args.text('home'), source, spots)
}

function readRequest(args: Arguments) {
  const input = args.text('input')
  const scale = args.number('scale')
  if (input !== undefined && scale !== undefined) {
    throw new ShoalError('SHOAL_USAGE', 'run: --input and --scale exclude each other', { next: 'leave one out' })
  }
  const isolation = args.text('isolation')
  if (isolation !== undefined && !isLevel(isolation)) {
    throw new ShoalError('SHOAL_USAGE', `run: ${JSON.stringify(isolation)} is no isolation level`, {
      next: `use one of ${isolationLevels.join(', ')}`,
    })
  }
  return {
    file: args.required('file'),
    input,
    scale,
    name: args.text('name'),
    chunks: args.whole('chunks', 1, counts.shardsPerFamilyMax),
    deadlineMs: args.durationMs('deadline'),
    audit: args.flag('audit'),
    verify: args.whole('verify', 1, counts.verifyHubsMax),
    isolation,
    needs: args.list('need').length === 0 ? undefined : Object.fromEntries(args.list('need').map(need)),
    migration: !args.isOff('migration'),
    timeScale: args.number('time-scale'),
    bytesScale: args.number('bytes-scale'),
  }
}

/** `gpu=yes` asks for that value, `memoryMiB>=8000` and `cores<=4` for a number within the bound. */
function need(text: string): [string, string] {
  const [, label, sign, value] = /^([^=<>]+)(>=|<=|=)(.+)$/.exec(text) ?? []
  if (label === undefined || sign === undefined || value === undefined) {
    throw new ShoalError('SHOAL_USAGE', `run: a need looks like k=v, k>=n or k<=n, not ${JSON.stringify(text)}`, {
      next: 'shoal run FILE --need gpu=yes',
    })
  }
  if (sign !== '=' && !/^-?\d+(?:\.\d+)?$/.test(value)) {
    throw new ShoalError('SHOAL_USAGE', `run: a bound is a number, not ${JSON.stringify(value)}`, {
      next: 'shoal run FILE --need memoryMiB>=8000',
    })
  }
  return [label.trim(), sign === '=' ? value : `${sign}${value}`]
}

async function detached(report: JobReport, hub: RunHub, args: Arguments): Promise<JobJson> {
  if (!args.flag('json')) process.stdout.write(`${report.job}\n`)
  return jobJson(report, nothingGiven, await hub.countHubs())
}

/** A trace that cannot be kept is found out before the work, not after it. */
async function mustBeWritable(file: string | undefined): Promise<void> {
  if (file === undefined) return
  const folder = dirname(resolve(file))
  const why = await Promise.all([access(folder, constants.W_OK), stat(file).catch(() => null)]).then(
    ([, found]) => (found?.isDirectory() === true ? 'it is a folder' : null),
    (error: Error) => error.message,
  )
  if (why === null) return
  throw new ShoalError('SHOAL_USAGE', `run: the trace cannot be written to ${file}: ${why}`, {
    next: 'name a file in a folder that can be written',
  })
}

async function writeTrace(file: string, report: JobReport): Promise<void> {
  try {
    await writeFile(file, traceLines(report.attempts))
  } catch (cause) {
    throw new ShoalError('SHOAL_USAGE', `run: the trace cannot be written to ${file}`, {
      next: `name another file; the job is done: shoal result ${report.job}`,
      cause,
    })
  }
}

/** How far the job was, for its JSON; null when the hub does not say at once. */
async function lastSeen(hub: RunHub, job: string): Promise<{ report: JobReport; hubs: number } | null> {
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), showLimits.cancelWaitMs).unref())
  const asked = Promise.all([hub.remote.job(job), hub.countHubs()]).then(
    ([report, hubs]) => ({ report, hubs }),
    () => null,
  )
  return Promise.race([asked, late])
}

/** Best effort: the hub may be gone, and nobody wants to wait for it after Ctrl-C. */
async function cancelQuietly(hub: RunHub, job: string): Promise<void> {
  if (hub.isEmbedded) return
  const late = new Promise((resolve) => setTimeout(resolve, showLimits.cancelWaitMs).unref())
  const cancelled = hub.remote.cancel(job, 'interrupted').catch((error: unknown) => {
    process.stderr.write(`the job could not be cancelled: ${toShoalError(error).message}\n`)
  })
  await Promise.race([cancelled, late])
}

function interruption(): ShoalError {
  return new ShoalError('SHOAL_INTERRUPTED', 'interrupted; the job is cancelled', {
    next: 'use --detach to let a job go on by itself',
  })
}
