/** What happened to the shard that a failure names, for people. */
import type { ChaosResult } from './chaos.ts'

/** Lines, oldest first; the whole job's when the message names no shard. */
export function shardStory({ world }: ChaosResult, message: string): string[] {
  const [, job = '', family = 'root', shard = '0'] =
    /(job-\d+)\/(\w+):(\d+)/.exec(message) ?? /(job-\d+)/.exec(message) ?? []
  return world.history.story(job, family, Number(shard))
}
