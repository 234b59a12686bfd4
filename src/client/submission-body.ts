/** A submission as one body of bytes, as the client sends it to the local API. */
import * as v from 'valibot'
import { ShoalError } from '../errors.ts'
import { apiLimits, counts, sizes } from '../limits.ts'
import { packList, unpackList } from '../wire/pack.ts'
import type { JobSubmission } from './local-hub.ts'

const label = v.pipe(v.string(), v.maxLength(256))

const headerSchema = v.object({
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(256)),
  input: v.variant('kind', [
    v.object({ kind: v.literal('value') }),
    v.object({ kind: v.literal('generated'), scale: v.pipe(v.number(), v.finite()) }),
  ]),
  options: v.object({
    chunks: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(counts.shardsPerFamilyMax))),
    deadlineMs: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1))),
    audit: v.boolean(),
    whole: v.exactOptional(v.boolean()),
    needs: v.exactOptional(v.record(label, label)),
    stays: v.exactOptional(v.boolean()),
    verify: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(counts.verifyHubsMax))),
  }),
})

/** Names the job where the answer to a submission is its outcome. */
export const JOB_HEADER = 'shoal-job'

/** Layout: a packed list of header (JSON), program and, for a given value, the encoded input. */
export function encodeSubmission(submission: JobSubmission): Uint8Array {
  const { name, program, input, options } = submission
  const described = input.kind === 'value' ? { kind: 'value' } : input
  const header = new TextEncoder().encode(JSON.stringify({ name, input: described, options }))
  return packList(input.kind === 'value' ? [header, program, input.bytes] : [header, program])
}

/** @throws ShoalError SHOAL_MESSAGE_INVALID, SHOAL_FRAME_INVALID, SHOAL_JOB_TOO_LARGE. */
export function decodeSubmission(body: Uint8Array): JobSubmission {
  const [headerBytes, program, value, ...rest] = unpackList(body)
  if (headerBytes === undefined || program === undefined || rest.length > 0) throw invalid('its parts are missing')
  if (headerBytes.byteLength > apiLimits.submitHeaderBytesMax) throw invalid('its header is too long')
  if (program.byteLength > sizes.programBytesMax) {
    throw new ShoalError('SHOAL_JOB_TOO_LARGE', `the program has ${program.byteLength} bytes`, {
      next: `keep the program, imports included, below ${sizes.programBytesMax} bytes`,
    })
  }
  const header = parseHeader(headerBytes)
  if (header.input.kind === 'generated') return { ...header, input: header.input, program }
  if (value === undefined) throw invalid('its input is missing')
  return { ...header, input: { kind: 'value', bytes: value }, program }
}

function parseHeader(bytes: Uint8Array): v.InferOutput<typeof headerSchema> {
  try {
    return v.parse(headerSchema, JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error), error)
  }
}

function invalid(why: string, cause?: unknown): ShoalError {
  return new ShoalError('SHOAL_MESSAGE_INVALID', `this is no job submission: ${why}`, {
    next: 'use a client of the same version as the hub',
    cause,
  })
}
