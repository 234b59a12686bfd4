/** Who may use the local API: requests with the home's token, addressed to loopback, from no foreign web page. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { ShoalError } from '../../src/errors.ts'
import type { ApiInit } from './app.ts'

/**
 * A web page can make a browser send requests to loopback: by a name that resolves to 127.0.0.1 (then `Host` is foreign),
 * or across origins (then `Origin` is). Both are refused before the token is looked at.
 */
export function guard(init: ApiInit): MiddlewareHandler {
  const wanted = digest(init.token)
  return async (context, next) => {
    const host = context.req.header('host') ?? ''
    if (!init.hosts.includes(host)) throw forbidden(`the host name ${JSON.stringify(host)} is not this API's`)
    const origin = context.req.header('origin')
    if (origin !== undefined && !init.hosts.some((own) => origin === `http://${own}`)) {
      throw forbidden(`the page at ${JSON.stringify(origin)} may not use this API`)
    }
    const [scheme, given] = (context.req.header('authorization') ?? '').split(' ')
    if (scheme !== 'Bearer' || given === undefined || !timingSafeEqual(digest(given), wanted)) {
      throw new ShoalError('SHOAL_API_UNAUTHORIZED', 'the request carries no valid token', {
        next: 'use the token in api.json of the home of the hub',
      })
    }
    // Before the answer is made: to change one that is made costs more than all else in a small answer.
    context.header('cache-control', 'no-store')
    context.header('x-content-type-options', 'nosniff')
    await next()
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function forbidden(message: string): ShoalError {
  return new ShoalError('SHOAL_API_FORBIDDEN', message, { next: 'address the API as http://127.0.0.1:PORT' })
}
