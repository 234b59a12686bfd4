/** What travels between hubs as a value: canonical bytes of JavaScript plain data, with identity. */

/** Classes of the user's module that may travel: name to constructor. Instances come back with the prototype restored. */
export type ClassTable = ReadonlyMap<string, new (...args: never[]) => object>

export interface EncodeOptions {
  readonly classes?: ClassTable
  /**
   * Objects that the reader already has, with their numbers: they travel as references, so that `===` and sharing
   * survive. The encoder adds every object it meets, numbered on from the table's size in walk order.
   */
  readonly known?: Map<object, number>
  /** For stand-ins of values that the reader gets elsewhere (results of other shards): their number there, else null. */
  readonly parents?: (standIn: object) => number | null
  /** The value is refused when it takes more; {@link codecLimits.encodedBytesMax} where nothing is said. */
  readonly bytesMax?: number
}

export interface DecodeOptions {
  readonly classes?: ClassTable
  /** The reader's side of `known`: objects by number. The decoder appends every object it creates, in walk order. */
  readonly known?: object[]
  /** The values that stand-ins stand for, by number. */
  readonly parents?: readonly unknown[]
}

/**
 * Encodes a value; equal values give equal bytes (so bytes may be hashed and compared).
 * The walk is the soundness check of decomposition: whatever cannot travel exactly is refused.
 * @throws ShoalError SHOAL_VALUE_UNSUPPORTED naming the path and the reason (function, symbol, proxy, accessor, unknown class, frozen object, ...).
 */
export type Encode = (value: unknown, options?: EncodeOptions) => Uint8Array

/** @throws ShoalError SHOAL_VALUE_CORRUPT for bytes that `Encode` never makes; allocates no more than the bytes justify. */
export type Decode = (bytes: Uint8Array, options?: DecodeOptions) => unknown

/** How a shard or a job ended: a value, or what the user's code threw. */
export type Outcome =
  | { readonly kind: 'value'; readonly value: unknown; readonly tail?: Tail | null }
  | { readonly kind: 'error'; readonly error: ThrownError }

/** Items at the end of a shard's range that it handed back unbegun, and what one of those before took on average. */
export interface Tail {
  readonly left: number
  readonly meanMs: number
}

/** A thrown error as plain data; `item` is the index of the failing item, -1 where there is none. */
export interface ThrownError {
  readonly item: number
  readonly name: string
  readonly message: string
  readonly stack: string
  /** For thrown values that are no Error: the value itself; also own enumerable properties of the error. */
  readonly value: unknown
  readonly isError: boolean
  /** The shard that threw it first, by its family's place in the root's run; absent where sequential code did. */
  readonly shard?: ShardPlace | null
}

export interface ShardPlace {
  readonly sequence: number
  readonly index: number
}
