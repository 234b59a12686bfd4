/** What a checkpoint of a shard holds: between two items what is done, within an item the states of its loops. */
import { encode } from '../../execute/codec/encode.ts'
import type { RuntimeHost } from './contract.ts'
import { LayeredNumbers } from './known.ts'
import type { KeptLoop, KeptRun } from './loops/loop-keeper.ts'

/** What is done, and what came out so far. */
export interface Checkpoint {
  readonly next: number
  readonly results: unknown[] | null
  readonly outputs: readonly unknown[]
}

/** Within an item: the checkpoint before it, from which items run again up to the loops under way. */
export interface InnerCheckpoint {
  readonly base: Uint8Array | null
  readonly kept: number
  readonly loops: readonly KeptLoop[]
}

/** The newest checkpoint between items. */
export interface Base {
  readonly bytes: Uint8Array | null
  /** Items done by then. */
  readonly done: number
  /** Checkpoints within items since. */
  kept: number
}

/** What the keeper of the loops within items works with. @param given objects of the shard that stay as they are */
export function itemLoops(
  host: RuntimeHost,
  shard: {
    readonly classes: KeptRun['classes']
    readonly given: readonly object[]
    readonly numbers: KeptRun['numbers']
  },
  base: Base,
  restored: readonly KeptLoop[],
): KeptRun {
  return {
    ...shard,
    host,
    numbers: new LayeredNumbers(shard.numbers),
    restored,
    visits: () => 0,
    skipTo: () => undefined,
    keep(loops) {
      base.kept += 1
      const state: InnerCheckpoint = { base: base.bytes, kept: base.kept, loops }
      // Between the items done and one more: it rises with each that is kept.
      host.checkpoint(base.done + 1 - 1 / (1 + base.kept), encode(state))
    },
  }
}
