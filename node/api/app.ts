/** The local API: one hub's surface over HTTP, for its own user on this machine. */
import { Hono } from 'hono'
import type { LocalHub } from '../../src/client/local-hub.ts'
import { ShoalError, toShoalError } from '../../src/errors.ts'
import { guard } from './guard.ts'
import { addHubRoutes } from './hub-routes.ts'
import { addJobRoutes } from './job-routes.ts'
import { statusOf } from './status.ts'

export interface ApiComponents {
  readonly hub: LocalHub
  /** Told when a client asks the hub to leave the swarm. */
  readonly drain: () => Promise<void>
}

export interface ApiInit {
  readonly token: string
  /** `host:port` values under which this API may be addressed. */
  readonly hosts: readonly string[]
}

export function createApi(components: ApiComponents, init: ApiInit): Hono {
  const app = new Hono()
  app.use('*', guard(init))
  addHubRoutes(app, components)
  addJobRoutes(app, components.hub)
  app.notFound((context) => {
    const error = new ShoalError('SHOAL_USAGE', `the API has no ${context.req.method} ${context.req.path}`, {
      next: 'see docs/reference/wire.md for the routes',
    })
    return context.json(error.toJSON(), 404)
  })
  app.onError((thrown, context) => {
    const error = toShoalError(thrown)
    return context.json(error.toJSON(), statusOf(error.code))
  })
  return app
}
