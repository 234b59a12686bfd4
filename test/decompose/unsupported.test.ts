/** Forms that cannot run as a job are refused where they stand. */
import { expect, test } from 'vitest'
import { decompose } from '../../src/decompose/decompose.ts'

function refusal(source: string): unknown {
  try {
    decompose(source, 'form.js')
  } catch (error) {
    return error
  }
  return null
}

test.each([
  ['// one\n// two\n\nexport default (a, $shoal) => a\n', 'form.js:4:20: the name $shoal is not supported'],
  ['\nexport default class Foo {}\n', 'form.js:2:16: a class as default export is not supported'],
  ['class Foo {}\nexport default Foo\n', 'form.js:2:16: a class as default export is not supported'],
])('%j', (source, message) => {
  expect(refusal(source)).toMatchObject({ code: 'SHOAL_CODE_UNSUPPORTED', message })
})

test('a class beside the default function is no reason to refuse it', () => {
  expect(refusal('export class Foo {}\nexport default (x) => new Foo(x) instanceof Foo\n')).toBeNull()
})
