/** What a fault may use: the world it breaks, its luck, and a way to mend what it broke. */
import type { Random } from '../kernel/random.ts'
import type { SimHub } from '../kernel/sim-hub.ts'
import type { SimWorld } from '../kernel/world.ts'
import type { FaultName } from '../nemesis.ts'

export interface FaultContext {
  readonly world: SimWorld
  readonly random: Random
  /** Machines in the world. */
  readonly hubs: number
  readonly enabled: ReadonlySet<FaultName>
  /** Machines that never come back. */
  readonly gone: Set<number>
  /** Boots that were told to leave. */
  readonly draining: Set<string>
  readonly isOver: () => boolean
  readonly count: (fault: FaultName) => void
  readonly note: (hub: string, detail: string) => void
  /** A fault ends by itself, or when the nemesis does. */
  readonly mendAfter: (delayMs: number, mend: () => void) => void
}

/** Breaks something at random; by the name that `--faults` takes. */
export type Acts = Partial<Record<FaultName, () => void>>

export function anyIndex({ random, hubs }: FaultContext): number {
  return random.below(hubs)
}

export function anyHub(context: FaultContext): SimHub {
  return context.world.hub(anyIndex(context))
}
