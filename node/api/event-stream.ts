/** Sends events of a job as JSON lines, with a heartbeat while there is nothing to say. */
import { HEARTBEAT } from '../../src/client/event-lines.ts'
import { toShoalError } from '../../src/errors.ts'
import { apiLimits } from '../../src/limits.ts'

/** Events are asked for only as fast as the client reads them; they end when either side goes. */
export function streamEvents<Event>(open: (signal: AbortSignal) => AsyncIterable<Event>, gone: AbortSignal): Response {
  const closed = new AbortController()
  const signal = AbortSignal.any([gone, closed.signal])
  const events = open(signal)[Symbol.asyncIterator]()
  let next: Promise<IteratorResult<Event>> | null = null
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        next ??= events.next()
        const step = await withinHeartbeat(next)
        if (step === null) return controller.enqueue(line(HEARTBEAT))
        if (step.done === true) return controller.close()
        next = null
        controller.enqueue(line(step.value))
      } catch (error) {
        if (!signal.aborted) controller.enqueue(line({ error: toShoalError(error).toJSON() }))
        controller.close()
      }
    },
    async cancel() {
      closed.abort()
      await events.return?.()
    },
  })
  const headers = {
    'content-type': 'application/x-ndjson',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  }
  return new Response(body, { headers })
}

/** What the promise gives, or null when a heartbeat is due before. */
async function withinHeartbeat<T>(promise: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const due = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), apiLimits.heartbeatMs)
  })
  try {
    return await Promise.race([promise, due])
  } finally {
    clearTimeout(timer)
  }
}

function line(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`)
}
