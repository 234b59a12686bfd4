/** Workflows from a seed, of shapes that recordings seldom have: layers, diamonds, trees, chains side by side, sparse tangles. */
import { Random } from '../kernel/random.ts'
import { type Dag, parseDag } from './dag.ts'

type Edge = [from: number, to: number, bytes: number]
type Shape = (random: Random, nodes: number) => Edge[]

/** Seconds of the shortest and longest nodes differ by about this factor. */
const WORK_SPREAD = 40
const NODES_MIN = 40
const NODES_MAX = 400

/** `count` workflows, taking the shapes in turn. */
export function randomDags(count: number, seed: number): Dag[] {
  return Array.from({ length: count }, (_, index) => {
    const random = new Random(seed, `dag ${index}`)
    const [name, shape] = shapes[index % shapes.length] ?? ['layers', layers]
    const nodes = Math.round(random.between(NODES_MIN, NODES_MAX))
    const edges = shape(random, nodes)
    const tasks = Array.from({ length: nodes }, (_task, id) => ({
      id,
      runtime_s: WORK_SPREAD ** random.next(),
      output_bytes: 0,
    }))
    return parseDag({ schema: 'shoal-dag/1', tasks, edges }, `${name}-${nodes}`)
  })
}

const shapes: readonly [string, Shape][] = [
  ['layers', layers],
  ['chains', chains],
  ['fork-join', forkJoin],
  ['in-tree', inTree],
  ['out-tree', outTree],
  ['tangle', tangle],
]

function bytesOf(random: Random): number {
  return 1e5 * 100 ** random.next()
}

function layers(random: Random, nodes: number): Edge[] {
  const edges: Edge[] = []
  let before: number[] = []
  for (let next = 0; next < nodes; ) {
    const width = Math.min(nodes - next, 1 + random.below(32))
    const layer = Array.from({ length: width }, (_, offset) => next + offset)
    for (const to of layer) {
      for (const from of pick(random, before, 1 + random.below(4))) edges.push([from, to, bytesOf(random)])
    }
    before = layer
    next += width
  }
  return edges
}

function chains(random: Random, nodes: number): Edge[] {
  const count = 4 + random.below(28)
  const edges: Edge[] = []
  for (let node = count; node < nodes; node++) edges.push([node - count, node, bytesOf(random)])
  return edges
}

function forkJoin(random: Random, nodes: number): Edge[] {
  const edges: Edge[] = []
  for (let first = 0; first + 3 < nodes; ) {
    const width = Math.min(nodes - first - 2, 2 + random.below(40))
    const join = first + width + 1
    for (let node = first + 1; node < join; node++) {
      edges.push([first, node, bytesOf(random)], [node, join, bytesOf(random)])
    }
    first = join
  }
  return edges
}

function inTree(random: Random, nodes: number): Edge[] {
  return outTree(random, nodes).map(([from, to, bytes]) => [nodes - 1 - to, nodes - 1 - from, bytes])
}

function outTree(random: Random, nodes: number): Edge[] {
  const fan = 2 + random.below(3)
  return Array.from({ length: nodes - 1 }, (_, index) => [Math.floor(index / fan), index + 1, bytesOf(random)])
}

function tangle(random: Random, nodes: number): Edge[] {
  const edges: Edge[] = []
  for (let to = 1; to < nodes; to++) {
    const near = Array.from({ length: Math.min(to, 24) }, (_, back) => to - 1 - back)
    for (const from of pick(random, near, random.below(4))) edges.push([from, to, bytesOf(random)])
  }
  return edges
}

function pick(random: Random, from: readonly number[], count: number): number[] {
  const picked = new Set<number>()
  for (let tries = 0; tries < count; tries++) {
    const one = from[random.below(Math.max(1, from.length))]
    if (one !== undefined) picked.add(one)
  }
  return [...picked]
}
