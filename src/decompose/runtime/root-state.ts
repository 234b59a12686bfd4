/** What a checkpoint of the root holds: a state that its code offered, or the states of its loops. */
import { ShoalError } from '../../errors.ts'
import type { ClassTable } from '../../execute/codec/codec.ts'
import { decode } from '../../execute/codec/decode.ts'
import { encode } from '../../execute/codec/encode.ts'
import type { RuntimeHost } from './contract.ts'
import type { KeptLoop, KeptRun } from './loops/loop-keeper.ts'

/** A state that user code offered by `ctx.checkpoint`. */
export interface OfferedState {
  readonly offers: number
  readonly visits: number
  /** Where `Math.random` was. */
  readonly random: readonly number[]
  readonly state: unknown
}

/** The states of the loops that were under way. */
export interface LoopStates {
  /** Rises with each that is kept. */
  readonly progress: number
  readonly loops: readonly KeptLoop[]
}

/** What a root resumes from; both null at a first start. */
export interface RootState {
  readonly offered: OfferedState | null
  readonly loops: LoopStates | null
}

const NOTHING: RootState = { offered: null, loops: null }

/** A state that cannot be read is as good as none. */
export function readRootState(bytes: Uint8Array | null, classes: ClassTable, host: RuntimeHost): RootState {
  if (bytes === null) return NOTHING
  try {
    const held = decode(bytes, { classes }) as OfferedState | LoopStates
    return 'loops' in held ? { offered: null, loops: held } : { offered: held, loops: null }
  } catch (thrown) {
    if (!(thrown instanceof ShoalError)) throw thrown
    host.log(`a checkpoint cannot be read: ${thrown.message}`)
    return NOTHING
  }
}

/** What the keeper of the root's loops works with. @param given what the runtime hands to user code */
export function rootLoops(
  state: LoopStates | null,
  host: RuntimeHost,
  root: Pick<KeptRun, 'visits' | 'skipTo' | 'classes'>,
  given: readonly object[],
): KeptRun {
  let progress = state?.progress ?? 0
  return {
    host,
    classes: root.classes,
    given,
    numbers: new Map(given.map((object, number) => [object, number])),
    restored: state?.loops ?? [],
    visits: () => root.visits(),
    skipTo: (visits) => root.skipTo(visits),
    keep(loops) {
      progress += 1
      const states: LoopStates = { progress, loops }
      host.checkpoint(progress, encode(states))
    },
  }
}
