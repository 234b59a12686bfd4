/** What a job threw, as its report tells it. */
import { expect, test } from 'vitest'
import { thrownFrom } from '../../src/execute/codec/outcome.ts'
import { thrownError } from '../../src/execute/thrown-error.ts'

const told = (thrown: unknown) => thrownError(thrownFrom(thrown, -1), 'j', 'root:0')

test('a thrown value that is no error is shown, not called an object', () => {
  expect(told({ weird: true }).message).toBe('thrown: { weird: true }')
  expect(told('x'.repeat(10_000)).message.length).toBeLessThan(600)
})

test('an error of shoal keeps its code and its next step', () => {
  const refused = Object.assign(new Error('no plain data'), {
    code: 'SHOAL_VALUE_UNSUPPORTED',
    next: 'pass plain data',
  })
  expect(told(refused)).toMatchObject({ code: 'SHOAL_VALUE_UNSUPPORTED', next: 'pass plain data' })
})

test('a call of the machine that fails behind walls names them; other errors do not', () => {
  const call = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT', syscall: 'open' })
  expect(told(call).next).toContain('--trust own')
  expect(told(new Error('mine')).next).not.toContain('--trust own')
})
