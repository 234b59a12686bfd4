/** Reads request bodies of the local API, never more than their limit. */
import { IncomingMessage } from 'node:http'
import type { Context } from 'hono'
import * as v from 'valibot'
import { ShoalError } from '../../src/errors.ts'
import { apiLimits } from '../../src/limits.ts'

/** @throws ShoalError SHOAL_JOB_TOO_LARGE as soon as the body is longer than allowed. */
export async function readBytes(context: Context, bytesMax: number): Promise<Uint8Array> {
  const declared = Number(context.req.header('content-length') ?? 0)
  if (declared > bytesMax) throw tooLarge(bytesMax)
  const body = incoming(context) ?? context.req.raw.body
  if (body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > bytesMax) throw tooLarge(bytesMax)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** The request as Node has it, where it came over the wire: a web stream around it costs more than all else in a small one. */
function incoming({ env }: Context): AsyncIterable<Uint8Array> | null {
  const request: unknown = typeof env === 'object' && env !== null ? Reflect.get(env, 'incoming') : null
  // A body that is given up half-way must not take the connection along: the refusal goes over it.
  return request instanceof IncomingMessage ? request.iterator({ destroyOnReturn: false }) : null
}

/** @throws ShoalError SHOAL_MESSAGE_INVALID when the body is not what the route expects. */
export async function readJson<S extends v.GenericSchema>(context: Context, schema: S): Promise<v.InferOutput<S>> {
  const bytes = await readBytes(context, apiLimits.requestBytesMax)
  try {
    return v.parse(schema, JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ShoalError('SHOAL_MESSAGE_INVALID', `the request body is invalid: ${why}`, {
      next: 'use a client of the same version as the hub',
      cause: error,
    })
  }
}

function tooLarge(bytesMax: number): ShoalError {
  return new ShoalError('SHOAL_JOB_TOO_LARGE', `the request body is larger than ${bytesMax} bytes`, {
    next: 'pass a smaller input, or let the module make it: export function input(scale)',
  })
}
