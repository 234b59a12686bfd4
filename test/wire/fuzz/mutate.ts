/** Mutations that know what they change: bytes, trees of values, text of JSON, and numbers at the edges of their types. */
import { Choices } from '../../decompose/fuzz/random.ts'

export { Choices }

const EDGES: readonly unknown[] = [
  0,
  -1,
  1,
  0.5,
  -0,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 53,
  -(2 ** 53),
  1e308,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  '\u0000',
  '\ud800',
  'x'.repeat(70_000),
  null,
  undefined,
  true,
  [],
  {},
  new Uint8Array(),
  new Uint8Array(3_000),
  10n ** 30n,
]

/** A few changes of bytes: flips, cuts, repeats, insertions, lengths that promise too much. */
export function mutateBytes(input: Uint8Array, choose: Choices): Uint8Array {
  let bytes = Uint8Array.from(input)
  for (let left = 1 + choose.below(4); left > 0; left--) bytes = changeBytes(bytes, choose)
  return bytes
}

function changeBytes(bytes: Uint8Array<ArrayBuffer>, choose: Choices): Uint8Array<ArrayBuffer> {
  const at = choose.below(bytes.length + 1)
  const end = Math.min(bytes.length, at + 1 + choose.below(16))
  switch (choose.below(7)) {
    case 0:
      return bytes.slice(0, at)
    case 1:
      return joined(bytes.subarray(0, at), bytes.subarray(end))
    case 2:
      return joined(bytes.subarray(0, end), bytes.subarray(at))
    case 3:
      return joined(bytes.subarray(0, at), randomBytes(choose), bytes.subarray(at))
    case 4:
      return joined(bytes.subarray(0, at), choose.one(LENGTHS), bytes.subarray(Math.min(bytes.length, at + 1)))
    default: {
      const changed = bytes.slice()
      if (at < changed.length)
        changed[at] = choose.chance(50) ? choose.below(256) : (changed[at] ?? 0) ^ (1 << choose.below(8))
      return changed
    }
  }
}

/** Varints and CBOR heads that announce far more than there is. */
const LENGTHS: readonly Uint8Array[] = [
  Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f),
  Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f),
  Uint8Array.of(0x9a, 0x7f, 0xff, 0xff, 0xff),
  Uint8Array.of(0xba, 0x7f, 0xff, 0xff, 0xff),
  Uint8Array.of(0x5b, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff),
  Uint8Array.of(0x9f),
  Uint8Array.of(0xc1),
  Uint8Array.of(0xd9, 0x01, 0x02),
]

function randomBytes(choose: Choices): Uint8Array {
  return Uint8Array.from({ length: 1 + choose.below(12) }, () => choose.below(256))
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts))
}

/** A value like this one with something in it changed, removed, doubled, or put elsewhere. */
export function mutateTree(value: unknown, choose: Choices): unknown {
  if (choose.chance(15) || typeof value !== 'object' || value === null) return changeLeaf(value, choose)
  if (value instanceof Uint8Array) return choose.chance(70) ? mutateBytes(value, choose) : choose.one(EDGES)
  if (Array.isArray(value)) return changeArray(value, choose)
  return changeObject(value as Record<string, unknown>, choose)
}

function changeLeaf(value: unknown, choose: Choices): unknown {
  if (typeof value === 'string' && choose.chance(50)) {
    return Buffer.from(mutateBytes(Buffer.from(value), choose)).toString('utf8')
  }
  return choose.one(EDGES)
}

function changeArray(array: readonly unknown[], choose: Choices): unknown[] {
  const at = choose.below(array.length + 1)
  switch (choose.below(5)) {
    case 0:
      return array.toSpliced(at, 1)
    case 1:
      return [...array, ...array]
    case 2:
      return array.toReversed()
    case 3:
      return Array.from({ length: 300 }, () => array[0])
    default:
      return array.map((item, index) => (index === at ? mutateTree(item, choose) : item))
  }
}

function changeObject(object: Readonly<Record<string, unknown>>, choose: Choices): unknown {
  const keys = Object.keys(object)
  if (keys.length === 0) return choose.one(EDGES)
  const [key, other] = [choose.one(keys), choose.one(keys)]
  const { [key]: dropped, ...rest } = object
  switch (choose.below(6)) {
    case 0:
      return rest
    case 1:
      return { ...object, [key]: object[other] }
    case 2:
      return { ...rest, [`${key}_`]: dropped }
    default:
      return { ...object, [key]: mutateTree(dropped, choose) }
  }
}
