import { expect, test } from 'vitest'
import { explainText } from '../../node/explain-text.ts'
import { decompose } from '../../src/decompose/decompose.ts'

const source = `export default function (xs) {
  const ys = xs.map((x) => x + 1)
  let before = 0
  // one
  // two
  // three
  // four
  for (const y of ys) before = before * 2 + y
  return before
}
`

test('the source is shown with verdicts in a gutter and reasons below, far lines left out', () => {
  const text = explainText(source, decompose(source, 'shown.mjs').spots, false)
  expect(text).toMatch(/^parallel\s+2 \| {3}const ys/m)
  expect(text).toMatch(/^sequential\s+8 \| {3}for \(const y/m)
  expect(text).toMatch(/\^ kept in order: .*before.*\[carried-dependency\]/)
  expect(text).toContain('...')
  expect(text).not.toContain('// two')
})

test('colours are there only when asked for', () => {
  const { spots } = decompose(source, 'shown.mjs')
  const escapeCode = String.fromCharCode(27)
  expect(explainText(source, spots, true)).toContain(escapeCode)
  expect(explainText(source, spots, false)).not.toContain(escapeCode)
})
