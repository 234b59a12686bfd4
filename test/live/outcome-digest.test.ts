import { expect, test } from 'vitest'
import { encodeOutcome, thrownFrom } from '../../src/execute/codec/outcome.ts'
import { outcomeDigest } from '../../src/live/outcome-digest.ts'

const thrown = (message: string, stack: string): Uint8Array =>
  encodeOutcome({ kind: 'error', error: { ...thrownFrom(new RangeError(message), 3), stack } })

test('equal values are known by the same, others are not', () => {
  const digest = (value: unknown): string => outcomeDigest(encodeOutcome({ kind: 'value', value }))
  expect(digest({ a: [1, -0, new Map([[1, 2]])] })).toBe(digest({ a: [1, -0, new Map([[1, 2]])] }))
  expect(digest([0])).not.toBe(digest([-0]))
  expect(digest([1])).toMatch(/^[\w-]{20}$/)
})

test('errors are known by what the function decides, not by where each machine saw them thrown', () => {
  expect(outcomeDigest(thrown('a', 'at one'))).toBe(outcomeDigest(thrown('a', 'at another')))
  expect(outcomeDigest(thrown('a', ''))).not.toBe(outcomeDigest(thrown('b', '')))
})
