import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { explainText } from '../../node/explain-text.ts'
import { lastRun, rememberRun } from '../../node/last-runs.ts'
import { decompose } from '../../src/decompose/decompose.ts'
import { explain } from '../../src/decompose/explain.ts'

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
  const text = explainText(source, explain(decompose(source, 'shown.mjs')), false)
  expect(text).toMatch(/^parallel\s+2 \| {3}const ys/m)
  expect(text).toMatch(/^sequential\s+8 \| {3}for \(const y/m)
  expect(text).toMatch(/\^ kept in order: .*before.*\[carried-dependency\]/)
  expect(text).toContain('...')
  expect(text).not.toContain('// two')
})

test('colours are there only when asked for', () => {
  const spots = explain(decompose(source, 'shown.mjs'))
  const escapeCode = String.fromCharCode(27)
  expect(explainText(source, spots, true)).toContain(escapeCode)
  expect(explainText(source, spots, false)).not.toContain(escapeCode)
})

const seen = { spot: 0, visits: 3, width: 91, inPlaceMs: 0.5, stayed: '', shards: 12, shardMs: 40.25, bytes: 2048 }

test('after a run: how wide, how often, how long, how many bytes, and why a spot stayed', () => {
  const program = decompose(source, 'shown.mjs')
  const text = explainText(source, explain(program, new Map([[0, seen]])), false)
  expect(text).toMatch(/put in order, 91 wide$/m)
  expect(text).toMatch(/^\s+last run: 3 visits, 12 shards, 40.75 ms, 2048 bytes$/m)
  const here = { ...seen, shards: 0, shardMs: 0, bytes: 0, stayed: 'out is no plain array' }
  expect(explainText(source, explain(program, new Map([[0, here]])), false)).toMatch(
    /last run: 3 visits, in place, 0.5 ms, stayed: out is no plain array$/m,
  )
})

test('the last run of exactly this text is remembered, and a damaged memory is no memory', async () => {
  const home = mkdtempSync(join(tmpdir(), 'shoal-runs-'))
  try {
    expect(await lastRun(home, source)).toEqual(new Map())
    await rememberRun(home, 'other', [{ ...seen, width: 1 }])
    await rememberRun(home, source, [{ ...seen, width: 2 }])
    await rememberRun(home, source, [seen])
    expect(await lastRun(home, source)).toEqual(new Map([[0, seen]]))
    expect((await lastRun(home, 'other')).get(0)?.width).toBe(1)
    expect(await lastRun(home, `${source} `)).toEqual(new Map())
    writeFileSync(join(home, 'runs.json'), '{"schema":1,"runs":[{"source":4}]}')
    expect(await lastRun(home, source)).toEqual(new Map())
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
})
