/** Jobs for simulated hubs: what their roots spawn, what their shards cost and return. */
import type { FamilySpec } from '../../src/program/family.ts'
import type { Manifest } from '../../src/program/program.ts'

/** One family that a simulated root spawns, after the one before is done. */
export interface SimFamily {
  readonly spec: FamilySpec
  /** Speed-1 milliseconds of each shard, unknown to the hubs. */
  readonly workMs: (shard: number) => number
}

export interface SimJob {
  readonly id: string
  readonly manifest: Manifest
  readonly families: readonly SimFamily[]
}

/** A job whose root spawns families of the given sizes one after the other. */
export function simJob(
  id: string,
  submitter: string,
  families: { shards: number; workMs: (shard: number) => number }[],
): SimJob {
  return {
    id,
    manifest: {
      version: 1,
      name: id,
      program: { kind: 'inline', bytes: new Uint8Array() },
      input: { kind: 'generated', scale: 1 },
      options: { chunks: null, deadlineMs: null, audit: false },
      seed: 1,
      createdMs: 0,
      expiresMs: Number.MAX_SAFE_INTEGER,
      nonce: id,
      submitter,
    },
    families: families.map(({ shards, workMs }, index) => ({
      spec: simFamily(`f${index + 1}`, index + 1, shards),
      workMs,
    })),
  }
}

function simFamily(key: string, sequence: number, shards: number): FamilySpec {
  return {
    key,
    sequence,
    spot: sequence,
    cut: { items: shards, starts: Array.from({ length: shards }, (_, index) => index) },
    shared: null,
    slices: [],
    edges: [],
    workMs: null,
  }
}

/** The bytes that a shard's correct execution returns. */
export function simOutcome(family: string, shard: number): Uint8Array {
  return new TextEncoder().encode(`${family}:${shard}`)
}
