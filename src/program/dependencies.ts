/** The dependency graph of a family: parents and children of its shards, and how urgent each one is. */
import type { Edge, FamilySpec } from './family.ts'
import { shardCount } from './family.ts'

export interface Dependencies {
  /** Per shard, the edges into it, in the order of the spec. */
  readonly parents: readonly (readonly Edge[])[]
  /** Per shard, expected milliseconds from its start to the end of the longest chain behind it. */
  readonly ranks: Float64Array
}

/**
 * Parents and upward ranks (Topcuoglu, Hariri, Wu: HEFT, 2002): own work plus the longest chain of transfers and work behind it.
 * Edges from other families count as parents but carry no rank back.
 */
export function dependencies(spec: FamilySpec, workMs: (shard: number) => number, bytesPerMs: number): Dependencies {
  const shards = shardCount(spec)
  const parents: Edge[][] = Array.from({ length: shards }, () => [])
  const children: { to: number; ms: number }[][] = Array.from({ length: shards }, () => [])
  for (const edge of spec.edges) {
    parents[edge.to]?.push(edge)
    if (edge.family === spec.key) children[edge.from]?.push({ to: edge.to, ms: edge.bytes / bytesPerMs })
  }
  return { parents, ranks: upwardRanks(children, workMs) }
}

/** Depth-first without recursion: chains may be as long as the family. */
function upwardRanks(
  children: readonly (readonly { to: number; ms: number }[])[],
  workMs: (shard: number) => number,
): Float64Array {
  const ranks = new Float64Array(children.length).fill(-1)
  for (let root = 0; root < children.length; root++) {
    const stack = [root]
    while (stack.length > 0) {
      const shard = stack[stack.length - 1] ?? 0
      const waiting = (children[shard] ?? []).filter((child) => (ranks[child.to] ?? 0) < 0)
      if ((ranks[shard] ?? 0) >= 0 || waiting.length === 0) {
        const chains = (children[shard] ?? []).map((child) => child.ms + Math.max(0, ranks[child.to] ?? 0))
        ranks[shard] = workMs(shard) + Math.max(0, ...chains)
        stack.pop()
      } else {
        for (const child of waiting) stack.push(child.to)
      }
    }
  }
  return ranks
}

/** Whether edges over `nodes` nodes form no cycle; a graph with one would never end. */
export function isAcyclic(nodes: number, edges: readonly { readonly from: number; readonly to: number }[]): boolean {
  const incoming = new Int32Array(nodes)
  const children: number[][] = Array.from({ length: nodes }, () => [])
  for (const { from, to } of edges) {
    incoming[to] = (incoming[to] ?? 0) + 1
    children[from]?.push(to)
  }
  const ready = [...incoming.keys()].filter((node) => incoming[node] === 0)
  let seen = 0
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    seen++
    for (const child of children[node] ?? []) {
      incoming[child] = (incoming[child] ?? 0) - 1
      if (incoming[child] === 0) ready.push(child)
    }
  }
  return seen === nodes
}
