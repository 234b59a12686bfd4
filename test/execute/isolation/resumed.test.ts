/** Sequential loops at every level of isolation: a state kept at one is gone on with at another, to the same bytes. */
import { beforeAll, expect, test } from 'vitest'
import { programFromText } from '../../../src/client/program-bytes.ts'
import { encode } from '../../../src/execute/codec/encode.ts'
import { ProcessSlotPool } from '../../../src/execute/pool.ts'
import type { RunRequest, Spawn } from '../../../src/execute/slots.ts'
import { shardItems } from '../../../src/program/family.ts'
import { unpackList } from '../../../src/wire/pack.ts'
import { MiB, settingOf } from '../records.ts'
import { lacking, launcherAt, type Walled, walled } from './levels.ts'

/** Chance, the clock, typed arrays and objects with two names in the root's loop; another loop within each item. */
const source = `
function walk(seed, steps) {
  const seen = new Float64Array(8)
  let x = seed
  for (let i = 0; i < steps; i++) { x = (x * 1103515245 + 12345) % 2147483648; seen[i & 7] += x / 3 }
  return { x, seen }
}
export default async function ({ rounds, steps, items }) {
  const world = { cells: new Uint32Array(4), trail: [] }, { trail } = world
  let drawn = 0.5
  for (let i = 0; i < rounds; i++) {
    world.cells[i & 3] = Math.imul(world.cells[i & 3], 31) + i
    if (i % 500000 === 0) { drawn = (drawn * 7 + Math.random()) % 1; trail.push([i, drawn, Date.now()]) }
  }
  const walks = items.map((seed) => walk(seed, steps))
  return { world, trail: trail === world.trail, drawn, last: Math.random(), walks: walks.map((walked) => [walked.x, walked.seen]) }
}`

const program = { key: 'resumed', bytes: programFromText(source, 'resumed.js').bytes }
// One failure a second: checkpoints come as often as their floor allows.
const setting = { ...settingOf({}), program, mtbfMs: 1 }
/** Loops must be longer than the floor between two checkpoints on a fast machine, and end on a busy one. */
const PATIENCE_MS = 180_000
const limits = { shardDeadlineMs: 60_000, memoryBytesMax: 512 * MiB }

interface Ran {
  readonly outcome: Uint8Array
  readonly checkpoints: readonly { readonly progress: number; readonly state: Uint8Array }[]
  readonly family: Spawn | null
  readonly lines: readonly string[]
}

/** Runs the root until it spawns its family; what that gives is made up, so that the root ends. */
async function rootAt(level: 'L0' | Walled, restored: Uint8Array | null, answer: Uint8Array | null): Promise<Ran> {
  const pool = new ProcessSlotPool({ size: 1, log: () => undefined, launcher: launcherAt(level, false) })
  const told = { checkpoints: [] as { progress: number; state: Uint8Array }[], lines: [] as string[] }
  const found: { outcome: Uint8Array; family: Spawn | null } = { outcome: new Uint8Array(), family: null }
  const ended = Promise.withResolvers<void>()
  const ignore = (): void => undefined
  const input = { kind: 'value', bytes: encode({ rounds: 800_000_000, steps: 100_000_000, items: [3, 5] }) } as const
  const handle = pool.root(
    { setting, input, chunks: 1, recordedCuts: new Map(), slots: 1, restored, limits },
    {
      ...{ busy: ignore, visited: ignore },
      checkpoint: (progress, state) => void told.checkpoints.push({ progress, state }),
      log: (line) => void told.lines.push(line),
      spawned(spawn) {
        found.family ??= spawn
        if (answer === null) handle.cancel()
        else handle.deliver(spawn.sequence, 0, [answer])
      },
      outcome: (bytes) => {
        found.outcome = bytes
      },
      ended: () => ended.resolve(),
    },
  )
  await ended.promise
  await pool.stop()
  return { ...found, ...told }
}

async function shardAt(level: 'L0' | Walled, family: Spawn, restored: Uint8Array | null): Promise<Ran> {
  const pool = new ProcessSlotPool({ size: 1, log: () => undefined, launcher: launcherAt(level, false) })
  const input = unpackList(family.slices[0]?.bytes ?? new Uint8Array())[0] ?? null
  const work = { index: 0, ...shardItems(family.cut, 0), input, parents: [], restored }
  const shared = family.shared === null ? null : { key: 'shared', bytes: family.shared }
  const request: RunRequest = { setting, family: 'f', spot: family.spot, items: 2, shared, shards: [work], limits }
  const told = { checkpoints: [] as { progress: number; state: Uint8Array }[], lines: [] as string[] }
  const ended = Promise.withResolvers<void>()
  let outcome: Uint8Array = new Uint8Array()
  pool.run(request, {
    results: (_first, outcomes) => {
      outcome = outcomes[0] ?? outcome
    },
    checkpoint: (_shard, progress, state) => void told.checkpoints.push({ progress, state }),
    progress: () => undefined,
    log: (_shard, line) => void told.lines.push(line),
    ended: () => ended.resolve(),
  })
  await ended.promise
  await pool.stop()
  return { outcome, family: null, ...told }
}

let family: Spawn
let shard: Ran
let root: Ran

beforeAll(async () => {
  const first = await rootAt('L0', null, null)
  if (first.family === null) throw new Error(`the root spawns its family: ${first.lines.join()}`)
  family = first.family
  shard = await shardAt('L0', family, null)
  root = await rootAt('L0', null, shard.outcome)
}, PATIENCE_MS)

test.each(['L0', ...walled] as const)(
  'a shard kept within an item goes on at %s, to the same bytes',
  { timeout: PATIENCE_MS },
  async (level) => {
    const missing = level === 'L0' ? false : lacking(level)
    if (missing !== false) return console.warn(`${level} skipped: ${missing}`)
    expect(shard.checkpoints.length).toBeGreaterThan(0)
    expect(shard.checkpoints.some(({ progress }) => !Number.isInteger(progress))).toBe(true)
    for (const from of level === 'L0' ? [shard.checkpoints.at(0)] : [shard.checkpoints.at(-1)]) {
      const again = await shardAt(level, family, from?.state ?? null)
      expect(again.lines).toEqual([])
      expect(Buffer.from(again.outcome).equals(Buffer.from(shard.outcome))).toBe(true)
    }
  },
)

test.each(['L0', ...walled] as const)(
  'a root kept within its loop goes on at %s, to the same bytes',
  { timeout: PATIENCE_MS },
  async (level) => {
    const missing = level === 'L0' ? false : lacking(level)
    if (missing !== false) return console.warn(`${level} skipped: ${missing}`)
    expect(root.checkpoints.length).toBeGreaterThan(0)
    for (const from of level === 'L0' ? [root.checkpoints.at(0)] : [root.checkpoints.at(-1)]) {
      const again = await rootAt(level, from?.state ?? null, shard.outcome)
      expect(again.lines).toEqual([])
      expect(Buffer.from(again.outcome).equals(Buffer.from(root.outcome))).toBe(true)
      expect(again.family?.shared ?? null).toEqual(family.shared)
    }
  },
)
