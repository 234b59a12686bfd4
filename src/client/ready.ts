/** The first line of `shoal up --json`: a hub is ready, and where it is. */
import * as v from 'valibot'

export const readySchema = v.object({
  schema: v.literal(1),
  event: v.literal('ready'),
  hub: v.string(),
  swarm: v.string(),
  addrs: v.array(v.string()),
  api: v.string(),
  pid: v.number(),
  isolation: v.string(),
})

export type ReadyEvent = v.InferOutput<typeof readySchema>
