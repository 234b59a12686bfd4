import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Order } from '../harness.ts'
import { compare, shrink } from './differ.ts'
import { generate, moduleOf } from './generate.ts'
import { kinds } from './kinds.ts'
import { Choices } from './random.ts'

const PROGRAMS = 300
const FIRST = 1
const orders: readonly Order[] = ['reverse', 'shuffled', 'forward']

test(`${PROGRAMS} generated programs give the plain result, values and sharing, in any order of shards`, async () => {
  let spawns = 0
  let fallbacks = 0
  for (let seed = FIRST; seed < FIRST + PROGRAMS; seed++) {
    const generated = generate(seed)
    const choose = new Choices(seed + 77)
    const cuts = [{ chunks: 2 + choose.below(7), order: choose.one(orders) }]
    const result = await compare(moduleOf(generated), cuts)
    spawns += result.spawns
    fallbacks += result.fallbacks
    if (result.difference !== null) {
      const text = await shrink(generated, cuts)
      expect.fail(`npm run fuzz -- --programs 1 --seed ${seed}: ${result.difference}\n${text}`)
    }
  }
  // A generator whose programs are not sharded, or never stopped by a guard, would prove nothing.
  expect(spawns).toBeGreaterThan(PROGRAMS)
  expect(fallbacks).toBeGreaterThan(PROGRAMS / 10)
  expect(Object.keys(kinds).length).toBeGreaterThanOrEqual(30)
}, 60_000)

const found = new URL('./found/', import.meta.url)
const kept = existsSync(found) ? readdirSync(found) : []

test.each(kept)('%s, which differed once, gives the plain result', async (name) => {
  const source = readFileSync(new URL(name, found), 'utf8')
  const cuts = [2, 3, 7].flatMap((chunks) => orders.map((order) => ({ chunks, order })))
  expect((await compare(source, cuts)).difference).toBeNull()
})
