/** The second argument of user functions. */
import type { ClassTable } from '../../execute/codec/codec.ts'
import { decode } from '../../execute/codec/decode.ts'
import { encode } from '../../execute/codec/encode.ts'
import type { RootCall, RuntimeHost } from './contract.ts'

/** What user code may do beside computing. */
export interface Context {
  /** State of the newest checkpoint, or null at a first start. */
  readonly restored: unknown
  /** Offers a state to resume from; cheap to call often. */
  checkpoint(state: unknown): void
  /** The share of the work that is done, 0 to 1. */
  progress(fraction: number): void
  log(...values: unknown[]): void
  readonly signal: AbortSignal
}

export function makeContext(call: RootCall, host: RuntimeHost, classes: ClassTable): Context {
  const held = call.restored ? (decode(call.restored, { classes }) as { offers: number; state: unknown }) : null
  let offers = held?.offers ?? 0
  return {
    restored: held?.state ?? null,
    checkpoint(state) {
      offers += 1
      if (host.checkpointDue()) host.checkpoint(offers, encode({ offers, state }, { classes }))
    },
    progress: (fraction) => host.progress(fraction),
    log: (...values) =>
      host.log(values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join(' ')),
    signal: host.signal,
  }
}
