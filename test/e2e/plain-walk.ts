/** What `jobs/walk.js` gives on one machine, as the plain function it is. */
import { jobFile } from './real-hubs.ts'

export async function plainWalk(input: { readonly steps: number; readonly items: number }): Promise<unknown> {
  const { default: walk } = (await import(jobFile('walk.js'))) as { default: (input: object) => Promise<unknown> }
  return walk(input)
}
