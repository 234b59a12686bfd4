/** Outcomes travel: values, and whatever user code throws. */
import { expect, test } from 'vitest'
import { decodeOutcome, encodeOutcome, thrownFrom, toThrown } from '../../../src/execute/codec/outcome.ts'

function throughTheWire(error: unknown): unknown {
  const outcome = decodeOutcome(encodeOutcome({ kind: 'error', error: thrownFrom(error, 7) }))
  if (outcome.kind !== 'error') throw new Error('an error became a value')
  expect(outcome.error.item).toBe(7)
  return toThrown(outcome.error)
}

test('a value outcome carries its value', () => {
  const outcome = decodeOutcome(encodeOutcome({ kind: 'value', value: new Map([[1, -0]]) }))
  expect(outcome).toEqual({ kind: 'value', value: new Map([[1, -0]]) })
})

test.each([Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError])(
  '%o is thrown as itself',
  (Kind) => {
    const error = Object.assign(new Kind('broken'), { code: 'E_X', list: [1] })
    const arrived = throughTheWire(error) as typeof error
    expect(arrived.constructor).toBe(Kind)
    expect([arrived.message, arrived.stack, arrived.code, arrived.list]).toEqual(['broken', error.stack, 'E_X', [1]])
  },
)

test('cause and errors come along, hidden as they were', () => {
  const arrived = throughTheWire(new AggregateError([1, 2], 'many', { cause: { at: 3 } })) as AggregateError
  expect([arrived.errors, arrived.cause, Object.keys(arrived)]).toEqual([[1, 2], { at: 3 }, []])
})

test('what cannot travel on an error is left out, the rest arrives', () => {
  const error = Object.assign(new TypeError('t'), { retry: () => 1, kept: 1 })
  expect(Object.keys(throughTheWire(error) as object)).toEqual(['kept'])
})

test('an error class of the user keeps its name', () => {
  class QuotaError extends Error {
    override name = 'QuotaError'
  }
  const arrived = throughTheWire(new QuotaError('full')) as Error
  expect([arrived.name, arrived.message, `${arrived}`]).toEqual(['QuotaError', 'full', 'QuotaError: full'])
})

test.each([[undefined], [null], ['text'], [42], [{ a: [1] }], [-0]])('thrown %o comes back as itself', (thrown) => {
  expect(throughTheWire(thrown)).toEqual(thrown)
})

test('a thrown function comes back as its text', () => {
  expect(throughTheWire(Math.max)).toBe('function max() { [native code] }')
})

test('errors that fight back are reported all the same', () => {
  const spiky = Object.defineProperty(new Error('m'), 'message', {
    get: () => {
      throw new Error('no')
    },
  })
  expect(thrownFrom(spiky, 0)).toMatchObject({ isError: true, name: 'Error', message: '' })
  const trap = new Proxy(
    {},
    {
      getPrototypeOf: () => {
        throw new Error('no')
      },
      get: () => {
        throw new Error('no')
      },
    },
  )
  expect(thrownFrom(trap, 0)).toMatchObject({ isError: false, message: 'a value that cannot be shown' })
})

test('bytes that are no outcome are refused', () => {
  expect(() => decodeOutcome(Uint8Array.of())).toThrow(/corrupt/)
  expect(() => decodeOutcome(Uint8Array.of(9, 1, 1))).toThrow(/corrupt/)
  const value = encodeOutcome({ kind: 'value', value: [1] })
  value[0] = 1
  expect(() => decodeOutcome(value)).toThrow(/incomplete/)
})
