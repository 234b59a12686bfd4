/** What `jobs/walk.js` gives on one machine, as the plain function it is. */
import { jobFile } from './real-hubs.ts'

export async function plainWalk(input: { readonly steps: number; readonly items: number }): Promise<unknown> {
  const { default: walk } = (await import(jobFile('walk.js'))) as { default: (input: object) => Promise<unknown> }
  return walk(input)
}

/** The seed of Math.random is the job's own: what was drawn is not for a plain run to know. */
export function withoutDraws(value: unknown): unknown {
  const { x, trail } = value as { x: number; trail: [number, number, number][] }
  return { x, trail: trail.map(([i, at]) => [i, at]) }
}
