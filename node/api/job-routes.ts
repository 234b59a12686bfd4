/** Routes about jobs: submit, look, follow, fetch, cancel. */
import type { Hono } from 'hono'
import * as v from 'valibot'
import type { LocalHub } from '../../src/client/local-hub.ts'
import { decodeSubmission, JOB_HEADER } from '../../src/client/submission-body.ts'
import { ShoalError } from '../../src/errors.ts'
import { apiLimits } from '../../src/limits.ts'
import { streamEvents } from './event-stream.ts'
import { readBytes, readJson } from './request-body.ts'

const cancelSchema = v.object({ reason: v.pipe(v.string(), v.maxLength(1024)) })

export function addJobRoutes(app: Hono, hub: LocalHub): void {
  app.post('/v1/jobs', async (context) => {
    const waitMs = waitTime(context.req.query('waitMs'))
    const submission = decodeSubmission(await readBytes(context, apiLimits.submitBytesMax))
    const job = await hub.submit(submission)
    const outcome = waitMs === 0 ? null : await outcomeSoon(hub, job, waitMs)
    if (outcome === null) return context.json({ job }, 201)
    return context.body(outcome as Uint8Array<ArrayBuffer>, 201, {
      'content-type': 'application/octet-stream',
      [JOB_HEADER]: job,
    })
  })
  app.get('/v1/jobs', (context) => context.json(hub.jobs()))
  app.get('/v1/jobs/:job', (context) => context.json(hub.job(context.req.param('job'))))
  app.get('/v1/jobs/:job/logs', async (context) => context.json(await hub.logs(context.req.param('job'))))
  app.get('/v1/jobs/:job/logs/follow', (context) => {
    const job = context.req.param('job')
    hub.job(job)
    return streamEvents((signal) => hub.followLogs(job, { signal }), context.req.raw.signal)
  })
  app.get('/v1/jobs/:job/events', (context) => {
    const job = context.req.param('job')
    hub.job(job)
    return streamEvents((signal) => hub.events(job, { signal }), context.req.raw.signal)
  })
  app.get('/v1/jobs/:job/result', async (context) => {
    const waitMs = waitTime(context.req.query('waitMs'))
    const outcome = await resultWithin(hub, context.req.param('job'), waitMs, context.req.raw.signal)
    if (outcome === null) return context.body(null, 204)
    return context.body(outcome as Uint8Array<ArrayBuffer>, 200, { 'content-type': 'application/octet-stream' })
  })
  app.post('/v1/jobs/:job/cancel', async (context) => {
    await hub.cancel(context.req.param('job'), (await readJson(context, cancelSchema)).reason)
    return context.body(null, 204)
  })
  app.post('/v1/jobs/:job/acknowledge', async (context) => {
    await hub.acknowledge(context.req.param('job'))
    return context.body(null, 204)
  })
}

/** The outcome, or null when the job still ran after `waitMs`; without waiting the hub says that it is not ready. */
async function resultWithin(hub: LocalHub, job: string, waitMs: number, gone: AbortSignal): Promise<Uint8Array | null> {
  if (waitMs === 0) return hub.result(job, { wait: false, signal: gone })
  const late = AbortSignal.timeout(waitMs)
  try {
    return await hub.result(job, { wait: true, signal: AbortSignal.any([gone, late]) })
  } catch (error) {
    if (late.aborted) return null
    throw error
  }
}

/** The outcome if it is there soon. The job was accepted: whatever is wrong with its outcome is told to who asks for it. */
async function outcomeSoon(hub: LocalHub, job: string, waitMs: number): Promise<Uint8Array | null> {
  try {
    return await hub.result(job, { wait: true, signal: AbortSignal.timeout(waitMs) })
  } catch {
    return null // late, or cancelled
  }
}

function waitTime(text: string | undefined): number {
  const waitMs = Number(text ?? 0)
  if (!Number.isInteger(waitMs) || waitMs < 0 || waitMs > apiLimits.resultPollMs) {
    throw new ShoalError('SHOAL_USAGE', `waitMs must be 0 to ${apiLimits.resultPollMs}`, { next: 'ask again in turns' })
  }
  return waitMs
}
