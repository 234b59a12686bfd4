/** Routes about the hub itself and its swarm. */
import type { Hono } from 'hono'
import * as v from 'valibot'
import { ShoalError } from '../../src/errors.ts'
import type { ApiComponents } from './app.ts'
import { readJson } from './request-body.ts'

const tokenSchema = v.object({
  expiresMs: v.pipe(v.number(), v.integer(), v.minValue(1)),
  uses: v.pipe(v.number(), v.integer(), v.minValue(1)),
})

const pairingSchema = v.object({
  code: v.pipe(v.string(), v.maxLength(64)),
  at: v.nullable(
    v.object({
      host: v.pipe(v.string(), v.minLength(1), v.maxLength(253)),
      port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
    }),
  ),
})

export function addHubRoutes(app: Hono, { hub, drain }: ApiComponents): void {
  app.get('/v1/info', (context) => context.json({ ...hub.info(), pid: process.pid }))
  app.get('/v1/hubs', (context) => context.json(hub.hubs()))
  app.get('/v1/doctor', async (context) => context.json(await hub.doctor()))
  app.get('/v1/why', async (context) => {
    const shard = context.req.query('shard')
    if (!shard) throw new ShoalError('SHOAL_USAGE', 'no shard was named', { next: 'add ?shard=JOB/FAMILY:INDEX' })
    return context.json(await hub.why(shard))
  })
  app.post('/v1/tokens', async (context) => {
    return context.json({ token: await hub.createToken(await readJson(context, tokenSchema)) }, 201)
  })
  app.post('/v1/pairings', async (context) => {
    const { code, at } = await readJson(context, pairingSchema)
    return context.json({ hub: await hub.acceptHub(code, at) }, 201)
  })
  app.delete('/v1/hubs/:hub', async (context) => {
    await hub.removeHub(context.req.param('hub'))
    return context.body(null, 204)
  })
  app.post('/v1/hubs/:hub/drain', async (context) => {
    const wanted = context.req.param('hub')
    // This process ends with its own hub.
    await (wanted === hub.info().hub ? drain() : hub.drainHub(wanted))
    return context.body(null, 204)
  })
  app.post('/v1/drain', async (context) => {
    await drain()
    return context.body(null, 204)
  })
}
