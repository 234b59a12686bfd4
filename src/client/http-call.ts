/** Requests to the local API, on connections that are kept: `fetch` costs twice as much and takes longer to load. */
import { Agent, type IncomingMessage, request } from 'node:http'

export interface HttpCall {
  readonly url: string
  readonly method: string
  readonly headers: Record<string, string | number>
  readonly body: Uint8Array | null
  readonly signal: AbortSignal | undefined
  /** Until the whole answer is here; null waits for ever. */
  readonly timeoutMs: number | null
}

const agent = new Agent({ keepAlive: true })

/**
 * Resolves with the answer once its headers are here; its body must be read, with {@link readAll} or chunk by chunk.
 * @throws the signal's reason, or what went wrong with the connection; so does reading the body.
 */
export async function httpCall(call: HttpCall): Promise<IncomingMessage> {
  try {
    return await ask(call)
  } catch (error) {
    // The other side had closed the kept connection before it read a word: nothing was done.
    if (error instanceof StaleConnection) return ask(call)
    throw error
  }
}

/** A kept connection was closed at the other end while the request was on its way. */
class StaleConnection extends Error {}

function ask(call: HttpCall): Promise<IncomingMessage> {
  const { signal, timeoutMs } = call
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason)
    const asked = request(call.url, { agent, method: call.method, headers: call.headers })
    let answer: IncomingMessage | null = null
    const giveUp = (reason: unknown): void => {
      reject(reason)
      const error = reason instanceof Error ? reason : new Error(String(reason))
      answer?.destroy(error)
      asked.destroy(error)
    }
    const aborted = (): void => giveUp(signal?.reason)
    const timer = timeoutMs === null ? undefined : setTimeout(() => giveUp(new Error('no answer in time')), timeoutMs)
    signal?.addEventListener('abort', aborted, { once: true })
    asked.on('close', () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', aborted)
    })
    asked.on('error', (error) => {
      const isStale = asked.reusedSocket && 'code' in error && error.code === 'ECONNRESET'
      reject(isStale ? new StaleConnection(error.message, { cause: error }) : error)
    })
    asked.on('response', (response) => {
      answer = response
      resolve(response)
    })
    asked.end(call.body ?? undefined)
  })
}

export function readAll(answer: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    answer.on('data', (chunk: Buffer) => chunks.push(chunk))
    answer.on('end', () => {
      const [only] = chunks
      resolve(only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks))
    })
    answer.on('error', reject)
    answer.on('close', () => reject(new Error('the answer broke off')))
  })
}
