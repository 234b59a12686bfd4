/** Object identity across values: what the reader already has travels as a reference. */
import { expect, test } from 'vitest'
import { decode } from '../../../src/execute/codec/decode.ts'
import { encode } from '../../../src/execute/codec/encode.ts'

function pair(): { send(value: unknown): unknown; known: Map<object, number>; objects: object[] } {
  const known = new Map<object, number>()
  const objects: object[] = []
  return { known, objects, send: (value) => decode(encode(value, { known }), { known: objects }) }
}

test('both sides number alike over several values', () => {
  const { send, known, objects } = pair()
  const deep = Array.from({ length: 200 }).reduce<object>((inner) => ({ inner }), {})
  send([{ a: new Map([[{}, [1]]]) }, new Uint8Array(4), new Date(), /x/, new Error('e'), Buffer.from('pool'), deep])
  send([new DataView(new ArrayBuffer(4), 1, 2), new Set([{}])])
  expect(objects).toHaveLength(known.size)
  for (const [object, number] of known) {
    expect(Object.prototype.toString.call(objects[number])).toBe(Object.prototype.toString.call(object))
  }
})

test('an object of an earlier value comes back as itself', () => {
  const input = [{ id: 1 }, { id: 2 }]
  const there: object[] = []
  const known = new Map<object, number>()
  const copy = decode(encode(input, { known }), { known: there }) as typeof input
  const table = new Map(there.map((object, number) => [object, number]))
  const result = encode({ best: copy[1], fresh: {} }, { known: table })
  const arrived = decode(result, { known: [...known.keys()] }) as { best: unknown }
  expect(arrived.best).toBe(input[1])
})

test('equal values against equal tables give equal bytes', () => {
  const build = (): [unknown, Map<object, number>] => {
    const shared = { s: 1 }
    return [[shared, { shared }], new Map([[shared, 0]])]
  }
  const [one, oneKnown] = build()
  const [other, otherKnown] = build()
  expect(encode(one, { known: oneKnown })).toEqual(encode(other, { known: otherKnown }))
})

class Point {
  x: number
  constructor(x: number) {
    this.x = x
  }
  double(): number {
    return this.x * 2
  }
}
class Spot extends Point {
  label = 'spot'
}
class Secret {
  #hidden = 1
  reveal(): number {
    return this.#hidden
  }
}
class Loud extends Secret {}

const classes = new Map<string, new (...args: never[]) => object>([
  ['Point', Point],
  ['Spot', Spot],
  ['Secret', Secret],
  ['Loud', Loud],
])

test('instances of classes of the module keep their class, without running the constructor', () => {
  const arrived = decode(encode([new Point(2), new Spot(3), new Point(4)], { classes }), { classes }) as Point[]
  expect(arrived.map((point) => point.constructor.name)).toEqual(['Point', 'Spot', 'Point'])
  expect(arrived.map((point) => point.double())).toEqual([4, 6, 8])
})

test('classes with private fields stay, also through a base class', () => {
  expect(() => encode(new Secret(), { classes })).toThrow(/private-fields: \$/)
  expect(() => encode(new Loud(), { classes })).toThrow(/private-fields: \$/)
})

test('a reader without the class refuses the bytes', () => {
  expect(() => decode(encode(new Point(1), { classes }))).toThrow(/a class is unknown/)
})

test('bytes that break off leave no trace in the table', () => {
  const objects: object[] = [{}]
  const bytes = encode([{}, {}, 'end'])
  expect(() => decode(bytes.subarray(0, -1), { known: objects })).toThrow(/corrupt/)
  expect(objects).toHaveLength(1)
})
