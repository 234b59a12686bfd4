/** Opens the local API on loopback and writes down where its user finds it. */
import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import { serve } from '@hono/node-server'
import { removeApiFile, writeApiFile } from '../../src/client/api-file.ts'
import { ShoalError } from '../../src/errors.ts'
import { apiLimits } from '../../src/limits.ts'
import { type ApiComponents, createApi } from './app.ts'

export interface OpenApi {
  readonly url: string
  /** Closes the port, ends open streams, removes the file. */
  close(): Promise<void>
}

/**
 * @param init.port the port to listen on, 0 for any free one.
 * @throws ShoalError SHOAL_PORT_TAKEN.
 */
export async function openApi(components: ApiComponents, init: { home: string; port: number }): Promise<OpenApi> {
  const token = randomBytes(32).toString('base64url')
  const hosts: string[] = []
  const app = createApi(components, { token, hosts })
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: init.port }) as Server
  // Beyond a busy moment: a connection closed while the next request is on its way breaks that request.
  server.keepAliveTimeout = apiLimits.keepAliveMs
  server.maxConnections = apiLimits.connectionsMax
  server.headersTimeout = apiLimits.headersTimeoutMs
  const port = await listening(server, init.port)
  hosts.push(`127.0.0.1:${port}`, `localhost:${port}`)
  const url = `http://127.0.0.1:${port}`
  await writeApiFile(init.home, { url, token, pid: process.pid })
  return {
    url,
    async close() {
      await removeApiFile(init.home, process.pid)
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

function listening(server: Server, wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `the API cannot listen on 127.0.0.1:${wanted}: ${cause.message}`
      reject(new ShoalError('SHOAL_PORT_TAKEN', message, { next: 'choose another port: --api-port 0', cause }))
    })
    server.once('listening', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : wanted)
    })
  })
}
