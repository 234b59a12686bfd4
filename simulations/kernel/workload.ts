/** Jobs for simulated hubs: what their roots spawn, what their shards cost and return. */
import type { Edge, FamilySpec } from '../../src/program/family.ts'
import type { Manifest } from '../../src/program/program.ts'
import type { Ref } from '../../src/program/ref.ts'
import { MIX_BEGIN, mixText } from './mixing.ts'

/** One family that a simulated root spawns, after the one before is done. */
export interface SimFamily {
  readonly spec: FamilySpec
  /** Speed-1 milliseconds of each shard, unknown to the hubs. */
  readonly workMs: (shard: number) => number
  /** Shards that take down every slot they run in. */
  readonly poison: ReadonlySet<number>
}

export interface SimJob {
  readonly id: string
  readonly manifest: Manifest
  readonly families: readonly SimFamily[]
  /** Speed-1 milliseconds of its root's own code, all before the first family. */
  readonly rootMs: number
}

export interface FamilyPlan {
  readonly shards: number
  readonly workMs: (shard: number) => number
  /** Pairs (parent, child) within the family; outputs of a thousand bytes if not given. */
  readonly edges?: readonly { readonly from: number; readonly to: number; readonly bytes?: number }[]
  readonly poison?: ReadonlySet<number>
  /** Whether its inputs are a blob that the root's hub stores. */
  readonly slices?: boolean
  /** Whether the root knows what its shards cost. */
  readonly isCostKnown?: boolean
}

export interface JobPlan {
  readonly blobProgram?: boolean
  readonly needs?: Readonly<Record<string, string>>
  readonly deadlineMs?: number
  readonly rootMs?: number
  /** Hubs that run each shard. */
  readonly verify?: number
}

/** A job whose root spawns families of the given sizes one after the other. */
export function simJob(id: string, submitter: string, families: readonly FamilyPlan[], plan: JobPlan = {}): SimJob {
  const program: Ref =
    plan.blobProgram === true
      ? { kind: 'blob', cid: `program-${id}`, size: 10_000 }
      : { kind: 'inline', bytes: new Uint8Array() }
  const needs = plan.needs === undefined ? {} : { needs: plan.needs }
  const verify = plan.verify === undefined ? {} : { verify: plan.verify }
  return {
    id,
    manifest: {
      version: 1,
      name: id,
      program,
      input: { kind: 'generated', scale: 1 },
      options: { chunks: null, deadlineMs: plan.deadlineMs ?? null, audit: false, ...needs, ...verify },
      seed: 1,
      createdMs: 0,
      expiresMs: Number.MAX_SAFE_INTEGER,
      nonce: id,
      submitter,
    },
    families: families.map((family, index) => ({
      spec: simFamily(id, index + 1, family),
      workMs: family.workMs,
      poison: family.poison ?? new Set(),
    })),
    rootMs: plan.rootMs ?? 0,
  }
}

function simFamily(job: string, sequence: number, plan: FamilyPlan): FamilySpec {
  const { shards, workMs } = plan
  const key = `f${sequence}`
  const ref: Ref = { kind: 'blob', cid: `slice-${job}-${key}`, size: 50_000 }
  return {
    key,
    sequence,
    spot: sequence,
    cut: { items: shards, starts: Array.from({ length: shards }, (_, index) => index) },
    shared: null,
    slices: plan.slices === true ? [{ lo: 0, hi: shards, ref }] : [],
    edges: (plan.edges ?? []).map(({ from, to, bytes }): Edge => ({ family: key, from, to, bytes: bytes ?? 1_000 })),
    workMs: plan.isCostKnown === true ? Array.from({ length: shards }, (_, shard) => workMs(shard)) : null,
  }
}

/** What a shard's correct execution returns. */
export function simValue(family: SimFamily, shard: number): string {
  return family.poison.has(shard) ? POISONED : `${family.spec.key}:${shard}`
}

/** What stands in for the result of a shard that no hub can run. */
export const POISONED = 'poison'

/** The value of the whole job, as one process would compute it. */
export function referenceValue(job: SimJob): string {
  return rootValue(
    job.families.map((family) => Array.from(family.spec.cut.starts, (_, shard) => simValue(family, shard))),
  )
}

/** How a root folds what its families returned. */
export function rootValue(families: readonly (readonly string[])[]): string {
  const hash = families.flat().reduce(mixText, MIX_BEGIN)
  return `root:${(hash >>> 0).toString(16)}`
}
