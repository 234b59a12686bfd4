/** Generates values of every kind the codec carries, with sharing and cycles. */
import fc from 'fast-check'

const leaf: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(undefined, null, true, false, -0, Number.NaN, Number.POSITIVE_INFINITY, '', 0n),
  fc.integer(),
  fc.double(),
  fc.bigInt(),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.array(fc.nat(0xffff), { maxLength: 20 }).map((units) => String.fromCharCode(...units)),
  fc.date({ noInvalidDate: false }),
  fc.float64Array({ maxLength: 5 }),
  fc.uint8Array({ maxLength: 5 }).map((bytes) => bytes.buffer),
  fc.bigInt64Array({ maxLength: 3 }),
  fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes)),
  fc.array(fc.double(), { maxLength: 6 }),
  fc.constantFrom('a', 'b+', '[c]').map((source) => new RegExp(source, 'gs')),
)

const key = fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('__proto__', 'id', 'name', 'toString', '0', '7'))

function objectOf(entries: readonly (readonly [string, unknown])[], prototype: object | null): object {
  const object: object = Object.create(prototype)
  for (const [name, value] of entries) {
    Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true })
  }
  return object
}

function sparse(values: unknown[], holes: readonly number[]): unknown[] {
  for (const hole of holes) delete values[hole]
  return values
}

function tied(values: unknown[]): unknown[] {
  const [first] = values
  values.push(first, values)
  return values
}

export const anyValue: fc.Arbitrary<unknown> = fc.letrec((tie) => {
  const value = tie('value')
  const entries = fc.array(fc.tuple(key, value), { maxLength: 5 })
  return {
    value: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'value' },
      leaf,
      fc.array(value, { maxLength: 5 }),
      fc.tuple(fc.array(value, { maxLength: 6 }), fc.array(fc.nat(5), { maxLength: 2 })).map(([v, h]) => sparse(v, h)),
      fc.array(value, { minLength: 1, maxLength: 3 }).map(tied),
      entries.map((list) => objectOf(list, Object.prototype)),
      entries.map((list) => objectOf(list, null)),
      fc.array(fc.tuple(value, value), { maxLength: 3 }).map((list) => new Map(list)),
      fc.array(value, { maxLength: 3 }).map((list) => new Set(list)),
      value.map((cause) => new TypeError('thrown', { cause })),
    ),
  }
}).value
