/** Seeds that once found a bug are run for ever. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { plainChaos, runChaos } from '../../simulations/chaos.ts'
import type { FaultName } from '../../simulations/nemesis.ts'

const url = new URL('../../simulations/regressions.json', import.meta.url)
const regressions: { seed: number; hubs?: number; shards?: number; faults?: FaultName[]; found: string }[] = JSON.parse(
  readFileSync(url, 'utf8'),
)

for (const { seed, found, ...size } of regressions) {
  test(`seed ${seed}: ${found}`, () => {
    const { violations } = runChaos(seed, { ...plainChaos, ...size })
    expect(violations, `npm run sim -- --seed ${seed} --seeds 1 --story`).toEqual([])
  })
}
