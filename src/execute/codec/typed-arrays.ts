/** The typed arrays of the language, by name: one list for the codec, the runtime and its watch over builtins. */

export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array

export type TypedArrayConstructor = {
  readonly name: string
  readonly prototype: TypedArray
  readonly BYTES_PER_ELEMENT: number
  new (length: number): TypedArray
  new (buffer: ArrayBuffer, offset: number, length: number): TypedArray
}

export const typedArrays: ReadonlyMap<string, TypedArrayConstructor> = new Map<string, TypedArrayConstructor>(
  [
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
  ].map((Type) => [Type.name, Type]),
)

/** The typed array class of a value with exactly that prototype; null for everything else. */
export function typedKind(value: unknown): string | null {
  if (!ArrayBuffer.isView(value)) return null
  const prototype: unknown = Object.getPrototypeOf(value)
  for (const [name, Type] of typedArrays) if (Type.prototype === prototype) return name
  return null
}
