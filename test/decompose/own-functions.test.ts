import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { decompose } from '../../src/decompose/decompose.ts'
import { runProgram } from './harness.ts'
import { ownFunctions } from './own-functions.ts'
import { runPlain } from './plain.ts'

test.each(ownFunctions)(
  '$name: heavy spots are sharded, and the result is the plain one',
  async ({ name, source, sharded }) => {
    const program = decompose(source, name)
    const chunked = new Set(program.chunks.map(({ spot }) => program.spots[spot]?.line))
    expect(sharded.filter((line) => !chunked.has(line))).toEqual([])
    for (const scale of [1, 2]) {
      const plain = await runPlain(source, name, scale)
      for (const chunks of [1, 2, 3, 7, 16, null]) {
        for (const order of ['reverse', 'shuffled'] as const) {
          const run = await runProgram(program, { scale }, { chunks, order, audit: chunks === 2 })
          expect(run.thrown?.stack).toBeUndefined()
          expect(isDeepStrictEqual(run.value, plain), `scale ${scale}, chunks ${chunks}, ${order}`).toBe(true)
          if (chunks !== null) expect(run.logs).toEqual([])
        }
      }
      const divided = await runProgram(program, { scale }, { chunks: 2, divideAfterMs: 1e-6 })
      expect(isDeepStrictEqual(divided.value, plain), `scale ${scale}, divided`).toBe(true)
    }
  },
)
