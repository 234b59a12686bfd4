import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { decompose } from '../../src/decompose/decompose.ts'
import { accessorAttacks } from './accessor-attacks.ts'
import { attacks } from './attacks.ts'
import { chainAttacks } from './chain-attacks.ts'
import { collectAttacks } from './collect-attacks.ts'
import { drainAttacks } from './drain-attacks.ts'
import { excerptAttacks } from './excerpt-attacks.ts'
import { exitAttacks } from './exit-attacks.ts'
import { fieldAttacks } from './field-attacks.ts'
import { foldAttacks } from './fold-attacks.ts'
import { givenAttacks } from './given-attacks.ts'
import { type RunReport, runProgram } from './harness.ts'
import { madeAttacks } from './made-attacks.ts'
import { madeThereAttacks } from './made-there-attacks.ts'
import { runPlain } from './plain.ts'
import { sliceAttacks } from './slice-attacks.ts'
import { steadyAttacks } from './steady-attacks.ts'

test.each([
  ...attacks,
  ...foldAttacks,
  ...exitAttacks,
  ...collectAttacks,
  ...sliceAttacks,
  ...excerptAttacks,
  ...madeAttacks,
  ...givenAttacks,
  ...fieldAttacks,
  ...steadyAttacks,
  ...madeThereAttacks,
  ...drainAttacks,
  ...chainAttacks,
  ...accessorAttacks,
])('$name: the result is the plain one, whatever is sharded', async ({ source, shards }) => {
  const program = decompose(source, 'attack.mjs')
  const plain = await outcomeOf(() => runPlain(source, 'attack.mjs', 1))
  let spawned = 0
  for (const chunks of [1, 2, 3, 7, 16, null]) {
    for (const order of ['reverse', 'shuffled'] as const) {
      const run = await runProgram(program, { scale: 1 }, { chunks, order })
      spawned += run.spawns.length
      expect(shown(run, plain), `chunks ${chunks}, ${order}; ${run.logs.join('; ')}`).toBe('the same')
    }
  }
  if (shards === 'some') expect(spawned).toBeGreaterThan(0)
  if (shards === 'none') expect(spawned).toBe(0)
})

type Plain = { readonly value: unknown } | { readonly message: string }

async function outcomeOf(run: () => Promise<unknown>): Promise<Plain> {
  try {
    return { value: await run() }
  } catch (thrown) {
    return { message: String(thrown) }
  }
}

function shown(run: RunReport, plain: Plain): string {
  if ('message' in plain) return run.thrown?.message ? 'the same' : 'no error'
  if (run.thrown !== null) return run.thrown.stack
  return isDeepStrictEqual(run.value, plain.value)
    ? 'the same'
    : `${JSON.stringify(run.value)} instead of ${JSON.stringify(plain.value)}`
}
