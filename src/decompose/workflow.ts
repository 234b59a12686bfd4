/** Recorded workflows as programs: every node of the graph becomes a shard that burns CPU and outputs bytes. */
import { Encoder } from 'cbor-x'
import * as v from 'valibot'
import { ShoalError } from '../errors.ts'
import { counts, sizes } from '../limits.ts'
import { isAcyclic } from '../program/dependencies.ts'

/** A workflow ready to run: times in CPU milliseconds, sizes in bytes, edges as `[from, to, bytes]`. */
export interface Workflow {
  readonly format: 'workflow/1'
  readonly name: string
  readonly workMs: readonly number[]
  readonly outputBytes: readonly number[]
  readonly edges: readonly (readonly [from: number, to: number, bytes: number])[]
}

export interface WorkflowScale {
  /** Seconds of CPU per recorded second. */
  readonly time: number
  /** Output bytes per recorded byte. */
  readonly bytes: number
}

const amount = v.pipe(v.number(), v.finite(), v.minValue(0))
const index = v.pipe(v.number(), v.integer(), v.minValue(0))

/** The file format `shoal-dag/1`; further fields are for other readers. */
const recorded = v.object({
  schema: v.literal('shoal-dag/1'),
  tasks: v.pipe(
    v.array(v.object({ id: index, runtime_s: amount, output_bytes: v.optional(amount, 0) })),
    v.minLength(1),
    v.maxLength(counts.shardsPerFamilyMax),
  ),
  edges: v.array(v.tuple([index, index, amount])),
})

const stored = v.object({
  format: v.literal('workflow/1'),
  name: v.string(),
  workMs: v.array(amount),
  outputBytes: v.array(amount),
  edges: v.array(v.tuple([index, index, amount])),
})

const codec = new Encoder({ useRecords: false, mapsAsObjects: true, structuredClone: false })

/** Whether a parsed JSON file says of itself that it is a workflow. */
export function isWorkflow(json: unknown): boolean {
  return typeof json === 'object' && json !== null && Reflect.get(json, 'schema') === 'shoal-dag/1'
}

/** @throws ShoalError SHOAL_USAGE for a file that is no workflow, or whose edges name missing nodes or form a cycle. */
export function scaleWorkflow(json: unknown, name: string, scale: WorkflowScale): Workflow {
  const parsed = v.safeParse(recorded, json)
  if (!parsed.success) {
    const [issue] = parsed.issues
    throw unusable(name, `${v.getDotPath(issue) ?? 'it'}: ${issue.message}`)
  }
  const { tasks, edges } = parsed.output
  if (tasks.some((task, position) => task.id !== position)) throw unusable(name, 'ids do not count from 0')
  if (edges.some(([from, to]) => from >= tasks.length || to >= tasks.length))
    throw unusable(name, 'an edge leads nowhere')
  if (
    !isAcyclic(
      tasks.length,
      edges.map(([from, to]) => ({ from, to })),
    )
  )
    throw unusable(name, 'its edges form a cycle')
  const outputBytes = tasks.map((task) => Math.round(task.output_bytes * scale.bytes))
  if (outputBytes.some((bytes) => bytes > sizes.blobBytesMax))
    throw unusable(name, 'an output is too large: use a smaller --bytes-scale')
  return {
    format: 'workflow/1',
    name,
    workMs: tasks.map((task) => task.runtime_s * scale.time * 1000),
    outputBytes,
    edges: edges.map(([from, to, bytes]) => [from, to, Math.round(bytes * scale.bytes)] as const),
  }
}

/** The bytes of a job's code blob. */
export function encodeWorkflow(workflow: Workflow): Uint8Array {
  return new Uint8Array(codec.encode(workflow))
}

/** The workflow in a code blob, or null when the blob holds something else. */
export function decodeWorkflow(bytes: Uint8Array): Workflow | null {
  try {
    const parsed = v.safeParse(stored, codec.decode(bytes))
    return parsed.success ? parsed.output : null
  } catch {
    return null // whoever asked tries the other formats, and complains if none fits
  }
}

function unusable(name: string, why: string): ShoalError {
  return new ShoalError('SHOAL_USAGE', `${name} is no workflow that can run: ${why}`, {
    next: 'a workflow is JSON with "schema":"shoal-dag/1", tasks and edges',
  })
}
