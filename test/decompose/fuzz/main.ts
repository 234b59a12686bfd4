/** `npm run fuzz -- --programs 10000 --seed 1 [--kinds map,push]`: generated programs, sharded against plain; what differs is shrunk and kept. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Order } from '../harness.ts'
import { compare, shrink } from './differ.ts'
import { generate, moduleOf } from './generate.ts'
import { Choices } from './random.ts'

const { values } = parseArgs({
  options: {
    programs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    kinds: { type: 'string', default: '' },
  },
})
const programs = Number(values.programs)
const first = Number(values.seed)
const of = values.kinds.split(',').filter((kind) => kind !== '')
const found = new URL('./found/', import.meta.url)
let [differing, spawns, fallbacks] = [0, 0, 0]

for (let seed = first; seed < first + programs; seed++) {
  const generated = generate(seed, of)
  const choose = new Choices(seed + 77)
  const orders: readonly Order[] = ['reverse', 'shuffled', 'forward']
  const cuts = [2, 3 + choose.below(6)].map((chunks) => ({ chunks, order: choose.one(orders) }))
  const result = await compare(moduleOf(generated), cuts).catch((error: unknown) => ({
    difference: `the engine failed: ${error instanceof Error ? error.stack : String(error)}`,
    spawns: 0,
    fallbacks: 0,
  }))
  spawns += result.spawns
  fallbacks += result.fallbacks
  if (result.difference === null) continue
  differing += 1
  const text = await shrink(generated, cuts).catch(() => moduleOf(generated))
  mkdirSync(found, { recursive: true })
  writeFileSync(new URL(`seed-${seed}.mjs`, found), text)
  console.log(`seed ${seed} (${generated.kinds.join(', ')}): ${result.difference}`)
}
console.log(JSON.stringify({ programs, first, differing, spawns, fallbacks }))
process.exitCode = differing === 0 ? 0 : 1
