import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packList, unpackList } from '../../src/wire/pack.ts'

const entries = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 })

test('what was packed comes out again', () => {
  fc.assert(
    fc.property(entries, (list) => {
      expect(unpackList(packList(list)).map((entry) => [...entry])).toEqual(list.map((entry) => [...entry]))
    }),
  )
})

test('no cut or lengthened pack is taken for a whole one', () => {
  fc.assert(
    fc.property(entries, fc.nat(200), (list, at) => {
      const packed = packList(list)
      const cut = packed.subarray(0, at % packed.byteLength)
      expect(() => unpackList(cut)).toThrow(/do not add up/)
      expect(() => unpackList(Uint8Array.of(...packed, 0))).toThrow(/do not add up/)
    }),
  )
})

test('a count that the bytes cannot hold allocates nothing', () => {
  expect(() => unpackList(Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0))).toThrow(/do not add up/)
})
