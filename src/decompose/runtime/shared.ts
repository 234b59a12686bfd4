/** The state that all shards of a family share, as a slot keeps it. */
import { decode } from '../../execute/codec/decode.ts'
import type { Registry } from './compile.ts'
import type { SharedState } from './values.ts'

/** A family's shared state, decoded once per slot. */
export interface DecodedShared {
  readonly state: SharedState
  /** Objects by number; grows while a shard runs and is cut back after it. */
  readonly objects: object[]
  readonly numbers: ReadonlyMap<object, number>
}

export function decodeShared(bytes: Uint8Array | null, registry: Registry): DecodedShared {
  const objects: object[] = []
  const state: SharedState =
    bytes === null
      ? { captures: {}, module: {}, stands: [], lists: [] }
      : (decode(bytes, { known: objects, classes: registry.classTable }) as SharedState)
  return { state, objects, numbers: new Map(objects.map((object, number) => [object, number])) }
}
