/** Seeds that once found a bug are run for ever. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { plainChaos, runChaos } from '../../simulations/chaos.ts'
import { ledgerKinds } from '../../simulations/kernel/ledger.ts'
import type { FaultName } from '../../simulations/nemesis.ts'
import { replayLine } from '../../simulations/sweep.ts'

const url = new URL('../../simulations/regressions.json', import.meta.url)
const regressions: { seed: number; hubs?: number; shards?: number; faults?: FaultName[]; found: string }[] = JSON.parse(
  readFileSync(url, 'utf8'),
)

for (const { seed, found, ...size } of regressions) {
  test.each(ledgerKinds)(`seed ${seed} on %s: ${found}`, (ledger) => {
    const options = { ...plainChaos, ...size, ledger }
    expect(runChaos(seed, options).violations, replayLine(seed, options)).toEqual([])
  })
}
