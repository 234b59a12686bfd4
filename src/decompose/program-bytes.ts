/** Programs as bytes: the content that a job's code blob holds. */
import { Encoder } from 'cbor-x'
import * as v from 'valibot'
import { ShoalError } from '../errors.ts'
import { decomposeLimits, sizes } from '../limits.ts'
import type { Program } from '../program/program.ts'

const codec = new Encoder({ useRecords: false, mapsAsObjects: true, structuredClone: false })

const spot = v.strictObject({
  line: v.pipe(v.number(), v.integer(), v.minValue(0)),
  file: v.exactOptional(v.string()),
  verdict: v.picklist(['parallel', 'reduce', 'fission', 'tasks', 'guarded', 'speculative', 'sequential', 'inner']),
  reason: v.string(),
  text: v.string(),
  width: v.nullable(v.number()),
  checkpoint: v.exactOptional(v.strictObject({ kept: v.boolean(), reason: v.string(), text: v.string() })),
})

const programSchema = v.strictObject({
  format: v.literal(1),
  file: v.string(),
  main: v.string(),
  source: v.string(),
  spots: v.pipe(v.array(spot), v.maxLength(decomposeLimits.spotsMax)),
  chunks: v.pipe(
    v.array(v.strictObject({ spot: v.pipe(v.number(), v.integer(), v.minValue(0)), code: v.string() })),
    v.maxLength(decomposeLimits.spotsMax),
  ),
  map: v.exactOptional(v.strictObject({ sources: v.array(v.string()), mappings: v.string() })),
})

/** Equal programs give equal bytes. */
export function encodeProgram(program: Program): Uint8Array {
  const { format, file, main, source, spots, chunks, map } = program
  const ordered = {
    format,
    file,
    main,
    source,
    spots: spots.map(({ line, file: of, verdict, reason, text, width, checkpoint }) => {
      const { kept, reason: why, text: said } = checkpoint ?? {}
      const told = checkpoint === undefined ? {} : { checkpoint: { kept, reason: why, text: said } }
      return { line, ...(of === undefined ? {} : { file: of }), verdict, reason, text, width, ...told }
    }),
    chunks: chunks.map(({ spot: number, code }) => ({ spot: number, code })),
    ...(map === undefined ? {} : { map: { sources: map.sources, mappings: map.mappings } }),
  }
  const bytes = new Uint8Array(codec.encode(ordered))
  if (bytes.byteLength > sizes.programBytesMax) {
    throw new ShoalError('SHOAL_JOB_TOO_LARGE', `the program has ${bytes.byteLength} bytes`, {
      next: 'pass large data as input instead of bundling it',
    })
  }
  return bytes
}

/** @throws ShoalError SHOAL_VALUE_CORRUPT when the bytes are no program. */
export function decodeProgram(bytes: Uint8Array): Program {
  if (bytes.byteLength > sizes.programBytesMax) throw corrupt('it is too large')
  let decoded: unknown
  try {
    decoded = codec.decode(bytes)
  } catch (cause) {
    throw corrupt('its encoding is broken', cause)
  }
  const parsed = v.safeParse(programSchema, decoded)
  if (!parsed.success) throw corrupt(parsed.issues[0].message)
  return parsed.output
}

function corrupt(detail: string, cause?: unknown): ShoalError {
  return new ShoalError('SHOAL_VALUE_CORRUPT', `these bytes are no program: ${detail}`, {
    next: 'submit the job again from its source',
    cause,
  })
}
