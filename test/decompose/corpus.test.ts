import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { deserialize } from 'node:v8'
import { describe, expect, test } from 'vitest'
import { decompose } from '../../src/decompose/decompose.ts'
import { runProgram } from './harness.ts'
import { runPlain } from './plain.ts'

interface ExpectedSpot {
  readonly line: number
  readonly verdict: string
  readonly reason?: string
  readonly tier: string
  readonly alsoOk?: readonly string[]
}

interface ExpectedFunction {
  readonly file: string
  readonly spots: readonly ExpectedSpot[]
  readonly result: { readonly v8: string }
}

const folder = process.env.SHOAL_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url))
const corpus = `${folder}/functions`
const available = existsSync(`${corpus}/expected.json`)
const functions: readonly ExpectedFunction[] = available
  ? (JSON.parse(readFileSync(`${corpus}/expected.json`, 'utf8')) as { functions: ExpectedFunction[] }).functions
  : []

describe.skipIf(!available)(`the shared corpus (${available ? 'present' : 'absent: set SHOAL_DATA'})`, () => {
  test.each(functions)(
    '$file: the sharded result is the plain one, for all cuts, orders and scales',
    async ({ file, result }) => {
      const source = readFileSync(`${corpus}/${file}`, 'utf8')
      const program = decompose(source, file)
      for (const scale of [1, 2, 3]) {
        const plain = await runPlain(source, file, scale)
        if (scale === 1) expect(isDeepStrictEqual(plain, deserialize(Buffer.from(result.v8, 'base64')))).toBe(true)
        for (const chunks of [1, 2, 3, 7, 16]) {
          for (const order of ['reverse', 'shuffled'] as const) {
            const run = await runProgram(program, { scale }, { chunks, order, audit: chunks === 3 })
            expect(run.thrown).toBeNull()
            expect(isDeepStrictEqual(run.value, plain), `${file} scale ${scale} chunks ${chunks} ${order}`).toBe(true)
          }
        }
        const free = await runProgram(program, { scale }, { chunks: null })
        expect(isDeepStrictEqual(free.value, plain)).toBe(true)
        const divided = await runProgram(program, { scale }, { chunks: 3, divideAfterMs: 1e-6 })
        expect(isDeepStrictEqual(divided.value, plain), `${file} scale ${scale} divided`).toBe(true)
      }
    },
    90_000,
  )

  test('core spots are found, must-not spots are not sharded, reasons are the right ones', () => {
    const spots = functions.flatMap(({ file, spots: expected }) => {
      const program = decompose(readFileSync(`${corpus}/${file}`, 'utf8'), file)
      return expected.map((spot) => ({ file, spot, found: program.spots.find(({ line }) => line === spot.line) }))
    })
    const right = ({ spot, found }: (typeof spots)[number]): boolean =>
      found !== undefined && (found.verdict === spot.verdict || (spot.alsoOk ?? []).includes(found.verdict))
    const core = spots.filter(({ spot }) => spot.tier === 'core')
    const mustNot = spots.filter(({ spot }) => spot.tier === 'must-not')
    const place = ({ file, spot }: (typeof spots)[number]): string => `${file}:${spot.line}`
    expect(core.filter((entry) => !right(entry)).map(place)).toEqual([])
    expect(mustNot.filter(({ found }) => found?.verdict !== 'sequential').map(place)).toEqual([])
    const reasoned = mustNot.filter(({ spot, found }) => found?.reason === spot.reason)
    expect(reasoned.length / mustNot.length).toBeGreaterThanOrEqual(0.9)
  })
})
