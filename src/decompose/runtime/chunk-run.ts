/** What a chunk's text can ask for while a shard runs. */
import type { SpotMeta } from '../codegen/meta.ts'
import type { ShardBests } from './bests.ts'
import type { ChunkRun } from './compile.ts'
import type { ShardSums } from './key-sums.ts'
import type { NestWindow } from './nest.ts'
import { composed } from './pipeline.ts'

export function chunkFor(
  meta: SpotMeta,
  { window, bests, sums }: { readonly window: NestWindow; readonly bests: ShardBests; readonly sums: ShardSums },
): ChunkRun {
  return {
    part: (list) => window.part(list),
    first: (first) => window.first(first),
    until: (end) => window.until(end),
    pipe: (callbacks) => composed(meta.stages, callbacks),
    beats: (output, key) => bests.beats(output, key),
    holds: (output, key, unset) => bests.holds(output, key, unset),
    int: (output, addend) => sums.int(output, addend),
  }
}
