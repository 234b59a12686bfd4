/** Programs: what decomposition makes of a user's module, and the manifest under which a job travels. */
import type { Cid, HubId, Ref } from './ref.ts'

/** What was decided about one spot of the user's code; the vocabulary of `shoal explain`. */
export type Verdict = 'parallel' | 'reduce' | 'fission' | 'tasks' | 'guarded' | 'speculative' | 'sequential' | 'inner'

/** One loop, array call or statement run of the user's module. */
export interface Spot {
  /** Of the module, or of `file`. */
  readonly line: number
  /** The imported file it is in; absent for the module itself. */
  readonly file?: string
  readonly verdict: Verdict
  /** Reason code; empty only when the verdict needs none. */
  readonly reason: string
  /** One sentence for people; names the line and variable that decided. */
  readonly text: string
  readonly width: number | null
  /** Of a loop that runs in order: whether its state is kept while it runs, else why not. */
  readonly checkpoint?: { readonly kept: boolean; readonly reason: string; readonly text: string }
}

/** A module that runs shards of one spot: the user's own text with the rest blanked out, so that errors keep line and column. */
export interface ChunkModule {
  readonly spot: number
  readonly code: string
}

/** A decomposed function. Content-addressed: its encoding is the job's code blob. */
export interface Program {
  readonly format: 1
  /** The user's file name, as errors show it. */
  readonly file: string
  /** The module the root runs: the user's text with sharded spots replaced by calls of the root runtime. */
  readonly main: string
  /** The user's text as it was, for the sequential fallback and for `explain`. */
  readonly source: string
  readonly spots: readonly Spot[]
  readonly chunks: readonly ChunkModule[]
  /** Of a bundle: where its lines stood in the user's files; absent for a module of one file. */
  readonly map?: BundleMap
}

/** The parts of a source map that errors need. */
export interface BundleMap {
  /** Names as errors show them. */
  readonly sources: readonly string[]
  readonly mappings: string
  /** What the bundler renamed, for decomposition alone: programs travel without. */
  readonly names?: readonly string[]
}

/** What a job computes from: a value given at submit, or the module's own `input(scale)`, run in the root. */
export type JobInput =
  | { readonly kind: 'value'; readonly ref: Ref }
  | { readonly kind: 'generated'; readonly scale: number }

/** Options a submitter may set; every hub honours them. */
export interface JobOptions {
  /** Force every family into this many shards (tests of exactness); null lets granularity decide. */
  readonly chunks: number | null
  /** The job fails when it takes longer than this, in milliseconds from submission; null = until expiry. */
  readonly deadlineMs: number | null
  /** Audit every shard: inputs must hash the same before and after. */
  readonly audit: boolean
  /** Shards run to their end, however long they take; else they hand back items when they turn out slow. */
  readonly whole?: boolean
  /** Labels a hub must have to run the job's shards; a hard filter. */
  readonly needs?: Readonly<Record<string, string>>
  /** So many hubs run each shard, and more than half of them have to agree on its result; 1 when absent. */
  readonly verify?: number
  /** Running shards stay on their hub, whatever becomes of its load. */
  readonly stays?: boolean
}

/** A job as its submitter signed it. */
export interface Manifest {
  readonly version: 1
  readonly name: string
  readonly program: Ref
  readonly input: JobInput
  readonly options: JobOptions
  /** Seeds `Math.random` of every shard, with its index. */
  readonly seed: number
  /** The frozen wall clock of the job's code, in Unix milliseconds. */
  readonly createdMs: number
  readonly expiresMs: number
  readonly nonce: string
  readonly submitter: HubId
}

/** The blobs a job cannot start without. */
export function manifestBlobs(manifest: Manifest): Cid[] {
  const refs = [manifest.program]
  if (manifest.input.kind === 'value') refs.push(manifest.input.ref)
  return refs.flatMap((ref) => (ref.kind === 'blob' ? [ref.cid] : []))
}
