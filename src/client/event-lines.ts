/** Reads a stream of JSON lines; a line that only shows that the sender lives is left out. */
import { ShoalError } from '../errors.ts'
import { apiLimits } from '../limits.ts'

/** The line a sender writes when it has nothing to say. */
export const HEARTBEAT = { type: 'heartbeat' } as const

/** @throws ShoalError SHOAL_MESSAGE_INVALID for a line that is too long or no JSON. */
export async function* readEventLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  const decoder = new TextDecoder()
  let pending = ''
  for await (const chunk of chunks) {
    pending += decoder.decode(chunk, { stream: true })
    const lines = pending.split('\n')
    pending = lines.pop() ?? ''
    if (pending.length > apiLimits.eventLineBytesMax) throw invalidLine('it is too long')
    for (const line of lines) {
      const value = parseLine(line)
      if (!isHeartbeat(value)) yield value
    }
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw invalidLine('it is no JSON', error)
  }
}

function isHeartbeat(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === HEARTBEAT.type
}

function invalidLine(why: string, cause?: unknown): ShoalError {
  return new ShoalError('SHOAL_MESSAGE_INVALID', `a line of the event stream is invalid: ${why}`, {
    next: 'use a client of the same version as the hub',
    cause,
  })
}
