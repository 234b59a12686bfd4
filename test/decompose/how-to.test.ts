import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { decompose } from '../../src/decompose/decompose.ts'
import { reasonCodes } from '../../src/decompose/spots/reasons.ts'

const page = readFileSync(new URL('../../docs/how-to/write-a-function-that-shards.md', import.meta.url), 'utf8')

test('the how-to page explains every reason code, and no other', () => {
  const section = page.slice(page.indexOf('## What the reason codes mean'))
  const explained = [...section.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, code]) => code)
  expect(explained.toSorted()).toEqual([...reasonCodes].toSorted())
})

/** One program per row of the page's table: the verdict is what the page promises. */
const promised: readonly (readonly [string, string])[] = [
  ['const ys = await Promise.all(xs.map(async (x) => x + 1)); return ys', 'parallel'],
  ['const out = []; for (let i = 0; i < n; i += 2) out.push(f(i)); return out', 'parallel'],
  [
    'const out = []; for (let y = 0; y < n; y++) { for (let x = 0; x < 3; x++) out[y * 3 + x] = f(x) } return out',
    'guarded parallel',
  ],
  ['const m = new Map(); for (const x of xs) m.set(x, f(x)); return m', 'parallel'],
  ['const out = []; let i = 0; while (i < n) { out.push(f(i)); i++ } return out', 'parallel'],
  ['const out = []; for (var i = 0; i < n; i++) { var y = f(i); out.push(y) } return [out, i]', 'parallel'],
  ['const out = []; for (const key in xs) out.push(f(key)); return out', 'parallel'],
  ['let c = 0; for (const x of xs) if (f(x)) c++; return c', 'reduce'],
  ['const m = new Map(); for (const x of xs) m.set(x, (m.get(x) ?? 0) + 1); return m', 'reduce'],
  ['return xs.reduce((a, x) => a + BigInt(x), 0n)', 'reduce'],
  ['const c = [0, 0, 0]; for (const x of xs) c[x % 3]++; return c', 'guarded'],
  [
    'const g = xs.map(() => []); for (let y = 0; y < n; y++) for (let x = 0; x < 3; x++) g[y][x] = f(x); return g',
    'parallel guarded',
  ],
  ['return xs.reduce((a, b) => (b.cost < a.cost ? b : a))', 'guarded'],
  ['return xs.find((x) => f(x) > 3)', 'speculative'],
  ['return xs.every((x) => f(x) > 3)', 'speculative'],
  ['let s = 0; for (const x of xs) s += f(x); return s', 'fission'],
  ['return xs.reduce((a, x) => a + f(x), 0)', 'fission'],
  ['let s = 0; for (const x of xs) s += x / 3; return s', 'sequential'],
  ['let s = 0; for (const x of xs) s += x; return s', 'guarded'],
  ['for (const x of xs) if (f(x) > 3) return x; return null', 'speculative'],
  ['let at = -1; for (let i = 0; i < n; i++) { if (f(i) > 3) { at = i; break } } return at', 'speculative'],
]

test.each(promised)('%s: %s', (body, verdict) => {
  const source = `function f(x) { return x * 2 }\nexport default async function ({ xs, n }) {\n${body}\n}`
  const [spot] = decompose(source, 'promised.mjs').spots
  expect(verdict.split(' ')).toContain(spot?.verdict)
})
