/** A recorded workflow as the simulation sees it: work of its nodes in seconds of a speed-1 machine, edges both ways. */
import * as v from 'valibot'
import { scaleWorkflow } from '../../src/decompose/workflow.ts'

export interface DagEdge {
  /** The node at the other end. */
  readonly node: number
  /** As recorded; a world scales them. */
  readonly bytes: number
}

export interface Dag {
  readonly name: string
  /** Scaled so that the mean is one second. */
  readonly work: readonly number[]
  readonly parents: readonly (readonly DagEdge[])[]
  readonly children: readonly (readonly DagEdge[])[]
  readonly edges: readonly (readonly [from: number, to: number, bytes: number])[]
}

const workMin = 0.001
/** Recorded sizes as they are: nothing of them is stored here. */
const recordedEdges = v.object({ edges: v.array(v.tuple([v.number(), v.number(), v.number()])) })

/** @throws ShoalError SHOAL_USAGE when the JSON is no workflow. */
export function parseDag(json: unknown, name: string): Dag {
  const { workMs } = scaleWorkflow(json, name, { time: 1, bytes: 0 })
  const { edges } = v.parse(recordedEdges, json)
  const mean = workMs.reduce((sum, ms) => sum + ms, 0) / workMs.length
  const work = workMs.map((ms) => Math.max(workMin, mean > 0 ? ms / mean : 1))
  const parents: DagEdge[][] = work.map(() => [])
  const children: DagEdge[][] = work.map(() => [])
  for (const [from, to, bytes] of edges) {
    parents[to]?.push({ node: from, bytes })
    children[from]?.push({ node: to, bytes })
  }
  return { name, work, parents, children, edges }
}

/** Nodes in an order in which parents come before children. */
export function topological(dag: Dag): number[] {
  const missing = dag.parents.map((edges) => edges.length)
  const order = missing.flatMap((count, node) => (count === 0 ? [node] : []))
  for (const node of order) {
    for (const child of dag.children[node] ?? []) {
      const left = (missing[child.node] ?? 0) - 1
      missing[child.node] = left
      if (left === 0) order.push(child.node)
    }
  }
  return order
}

/** The longest chain of `cost` through the graph, transfers counting nothing. */
export function criticalPath(dag: Dag, cost: (node: number) => number): number {
  const ends = new Float64Array(dag.work.length)
  for (const node of topological(dag)) {
    const start = Math.max(0, ...(dag.parents[node] ?? []).map((edge) => ends[edge.node] ?? 0))
    ends[node] = start + cost(node)
  }
  return ends.reduce((most, end) => Math.max(most, end), 0)
}
