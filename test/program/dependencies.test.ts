import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dependencies, isAcyclic } from '../../src/program/dependencies.ts'
import type { FamilySpec } from '../../src/program/family.ts'

function specOf(shards: number, edges: readonly (readonly [number, number, number])[]): FamilySpec {
  return {
    key: 'f',
    sequence: 1,
    spot: 0,
    cut: { items: shards, starts: Array.from({ length: shards }, (_, index) => index) },
    shared: null,
    slices: [],
    edges: edges.map(([from, to, bytes]) => ({ family: 'f', from, to, bytes })),
    workMs: null,
  }
}

/** Edges that lead upwards only: no cycle. */
const forward = fc.array(
  fc.tuple(fc.nat(19), fc.nat(19), fc.nat(1000)).filter(([from, to]) => from < to),
  { maxLength: 60 },
)

test('a rank is the work of a shard and the longest chain behind it', () => {
  const { ranks } = dependencies(
    specOf(4, [
      [0, 1, 100],
      [0, 2, 0],
      [1, 3, 0],
      [2, 3, 50],
    ]),
    (shard) => [10, 20, 5, 1][shard] ?? 0,
    10,
  )
  expect([...ranks]).toEqual([41, 21, 11, 1])
})

test('a parent always ranks above its children', () => {
  fc.assert(
    fc.property(forward, (edges) => {
      const { ranks } = dependencies(specOf(20, edges), () => 1, 1000)
      for (const [from, to] of edges) expect(ranks[from]).toBeGreaterThan(ranks[to] ?? 0)
    }),
  )
})

test('a chain as long as a family may be needs no deep stack', () => {
  const shards = 65_536
  const edges = Array.from({ length: shards - 1 }, (_, index) => [index, index + 1, 0] as const)
  expect(dependencies(specOf(shards, edges), () => 1, 1).ranks[0]).toBe(shards)
})

test('cycles are found, and only cycles', () => {
  fc.assert(
    fc.property(forward, (edges) => {
      const pairs = edges.map(([from, to]) => ({ from, to }))
      expect(isAcyclic(20, pairs)).toBe(true)
      const [first] = pairs
      if (first !== undefined) expect(isAcyclic(20, [...pairs, { from: first.to, to: first.from }])).toBe(false)
    }),
  )
})
