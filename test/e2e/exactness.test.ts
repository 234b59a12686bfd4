import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EmbeddedSwarm, startEmbeddedSwarm } from '../../src/client/embedded-swarm.ts'
import { difference, type ExactRun, inRandomOrder, plainEnd } from './exact-runs.ts'
import { jobFile } from './real-hubs.ts'

/** `npm run exactness` runs every combination; a plain run takes a share of them that touches each value of each. */
const full = process.env.SHOAL_EXACTNESS === 'full'
const seed = Number(process.env.SHOAL_SEED ?? Date.now() % 100_000)
const cuts = [1, 2, 3, 7, 16]
const scales = [1, 2, 3]
const folder = `${process.env.SHOAL_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url))}/functions`
const shared = existsSync(folder) ? readdirSync(folder).filter((name) => /\.[jt]s$/.test(name)) : []

let swarm: EmbeddedSwarm

beforeAll(async () => {
  swarm = await startEmbeddedSwarm({ hubs: 3 })
})

afterAll(async () => {
  await swarm?.[Symbol.asyncDispose]()
})

/** Jobs at all three hubs at once, in random order: who runs which shard when is left to the auction. */
async function differences(runs: readonly ExactRun[]): Promise<string[]> {
  const plain = new Map<string, ReturnType<typeof plainEnd>>()
  const found: string[] = []
  await inRandomOrder(runs, seed, 3, async (run, turn) => {
    const key = JSON.stringify([run.path, run.scale, run.input])
    const known = plain.get(key) ?? plainEnd(run)
    plain.set(key, known)
    const differs = await difference(swarm, run, await known, turn)
    if (differs !== null) found.push(differs)
  })
  return found
}

describe.skipIf(shared.length === 0)(
  `the shared functions (${shared.length === 0 ? 'absent: set SHOAL_DATA' : 'present'})`,
  () => {
    test(`give on three hubs what they give alone (SHOAL_SEED=${seed})`, { timeout: 300_000 }, async () => {
      const runs = shared.flatMap((name, at) =>
        cuts.flatMap((chunks, cut) => {
          const some = full ? scales : [scales[(at + cut) % scales.length] ?? 1]
          return some.map((scale): ExactRun => ({ path: `${folder}/${name}`, chunks, scale }))
        }),
      )
      expect(await differences(runs)).toEqual([])
    })
  },
)

test(`awkward values and shared objects arrive as they are (SHOAL_SEED=${seed})`, async () => {
  const runs = cuts.flatMap((chunks) =>
    scales.map((scale): ExactRun => ({ path: jobFile('awkward.js'), chunks, scale })),
  )
  expect(await differences(runs)).toEqual([])
})

test(`the error of the lowest failing item arrives, at the user's line and column (SHOAL_SEED=${seed})`, async () => {
  const runs = ['map', 'loop', 'gather', 'value', 'sum'].flatMap((how) =>
    cuts.map((chunks): ExactRun => {
      const items = Array.from({ length: 40 }, (_, i) => ({
        weight: i,
        limit: i === 17 || i === 23 || i > 35 ? i - 1 : 50,
      }))
      return { path: jobFile('throws.js'), chunks, input: { items, how } }
    }),
  )
  expect(await differences(runs)).toEqual([])
})
