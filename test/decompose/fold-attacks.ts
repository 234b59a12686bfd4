/** Programs around folds and builtin callbacks: what shards must not regroup, and what callbacks are given. */
import type { Attack } from './attacks.ts'

const heavy = 'function heavy(x) { let h = x; for (let i = 0; i < 9; i++) h = (h * 31 + i) % 1009; return h }\n'

export const foldAttacks: readonly Attack[] = [
  {
    name: 'floating-point sums are folded in order',
    source: `${heavy}export default (xs) => xs.reduce((a, x) => a + heavy(x) / 7, 0.1)
export const input = () => [1e16, 1, -1e16, 0.3, 3, 1e-9, 5]`,
    shards: 'some',
  },
  {
    name: 'a sum that becomes text half-way',
    source: `${heavy}export default function (xs) { let s = 0; for (const x of xs) s += x > 3 ? 't' + heavy(x) : heavy(x); return s }
export const input = () => [1, 2, 3, 4, 5, 1, 2]`,
    shards: 'any',
  },
  {
    name: 'a BigInt sum that meets a number',
    source: `export default function (xs) { try { return xs.reduce((a, x) => a + (x === 5 ? 1 : BigInt(x)), 0n) } catch (error) { return error.message } }
export const input = () => [1, 2, 3, 4, 5, 6]`,
    shards: 'any',
  },
  {
    name: 'BigInt sums',
    source: `export default (xs) => xs.reduce((a, x) => a + BigInt(x) ** 20n, 7n)
export const input = () => [1, 2, 3, 4, 5, 6]`,
    shards: 'some',
  },
  {
    name: 'the first of equal minima, the last of equal maxima',
    source: `export default (xs) => [xs.reduce((a, b) => (b.k < a.k ? b : a)), xs.reduce((a, b) => (b.k >= a.k ? b : a)), xs.reduce((a, b) => (a.k <= b.k ? a : b)), xs.reduce((a, b) => (a.k > b.k ? a : b), { k: 2, id: 'start' })]
export const input = () => [3, 1, 2, 1, 3, 0, 0, 3].map((k, id) => ({ k, id }))`,
    shards: 'some',
  },
  {
    name: 'a minimum among which one is NaN',
    source: `export default (xs) => xs.reduce((a, b) => (b.k < a.k ? b : a)).id
export const input = () => [3, NaN, 2, 1, NaN, 0, 5, 3].map((k, id) => ({ k, id }))`,
    shards: 'any',
  },
  {
    name: 'a minimum by text',
    source: `export default (xs) => xs.reduce((a, b) => (b.k < a.k ? b : a)).id
export const input = () => ['b', 'a', 10, '9', 'a'].map((k, id) => ({ k, id }))`,
    shards: 'any',
  },
  {
    name: 'a minimum of nothing',
    source: `export default function (xs) { try { return xs.reduce((a, b) => (b < a ? b : a)) } catch (error) { return error.message } }
export const input = () => []`,
    shards: 'none',
  },
  {
    name: 'a picked item is the item itself',
    source: `export default function (xs) { const best = xs.reduce((a, b) => (b.k < a.k ? b : a)); best.k = 9; return xs }
export const input = () => [3, 1, 2].map((k) => ({ k }))`,
    shards: 'some',
  },
  {
    name: 'a fold over holes',
    source: `${heavy}export default () => [[1, , 3, , 5].reduce((a, x) => a + heavy(x), 0), [, 2, , 1].reduce((a, b) => (b < a ? b : a))]
export const input = () => 0`,
    shards: 'none',
  },
  {
    name: 'a fold whose receiver is no array',
    source: `${heavy}export default (xs) => ({ reduce: (f, start) => f(start, xs[0], 0) }).reduce((a, x) => a + heavy(x), 0.5)
export const input = () => [1, 2, 3]`,
    shards: 'none',
  },
  {
    name: 'two sums, one of which looks at the other',
    source: `${heavy}export default function (xs) { let a = 0, b = 0; for (const x of xs) { a += heavy(x); b += a } return [a, b] }
export const input = () => [1, 2, 3, 4]`,
    shards: 'none',
  },
  {
    name: 'a sum in braces and over lines',
    source: `${heavy}export default function (xs) { let a = 0.1; for (const x of xs) { a
      +=
      heavy(x) / 3 } for (const x of xs) (a += (heavy(x))); return a }
export const input = () => [1, 2, 3, 4]`,
    shards: 'some',
  },
  {
    name: 'a difference and a product, folded in order',
    source: `${heavy}export default (xs) => [xs.reduce((a, x) => a - heavy(x) / 3, 1), xs.reduce((a, x) => { const h = heavy(x); return a * (1 + h / 7) }, 1)]
export const input = () => [1, 2, 3, 4, 0.1]`,
    shards: 'some',
  },
  {
    name: 'a search stops before the item that throws',
    source: `export default (xs) => [xs.some((x) => { if (x > 8) throw new Error('high'); return x === 6 }), xs.findIndex((x) => { if (x === 9) throw new Error('nine'); return x === 3 })]
export const input = () => [1, 2, 3, 4, 5, 6, 7, 8, 9]`,
    shards: 'some',
  },
  {
    name: 'a search throws before the item that is found',
    source: `export default function (xs) { try { return xs.some((x) => { if (x === 4) throw new Error('four'); return x === 8 }) } catch (error) { return error.message } }
export const input = () => [1, 2, 3, 4, 5, 6, 7, 8, 9]`,
    shards: 'some',
  },
  {
    name: 'searches over holes, nothing and falsy items',
    source: `export default (xs) => [[1, , 3].findIndex((x) => x === undefined), [1, , 3].every((x) => x > 0), [].every((x) => x), [].find((x) => x) ?? 'none', [0, null, 5].find((x) => x === null), [3, undefined].find((x) => x === undefined), new Float64Array([1, 2]).find((x) => x > 1), xs.findIndex((x) => x > 99)]
export const input = () => [1, 2, 3]`,
    shards: 'some',
  },
  {
    name: 'the found item is the item itself',
    source: `export default function (xs) { const os = xs.map((x) => ({ x })); const hit = os.find((o) => o.x > 2); hit.x = 100; return os }
export const input = () => [1, 2, 3, 4, 5]`,
    shards: 'some',
  },
  {
    name: 'a search that counts how far it got',
    source: `export default function (xs) { let tried = 0; const at = xs.findIndex((x) => { tried++; return x === 3 }); return [at, tried] }
export const input = () => [1, 2, 3, 4, 5]`,
    shards: 'none',
  },
  {
    name: 'the first and the last of equal bests, with what goes with them',
    source: `${heavy}export default function (xs) { let low = Infinity, first = null; for (const x of xs) { const k = x.k; if (k < low) { low = k; first = x } } let last = null; for (const x of xs) if (last === null || x.k <= last.k) last = x; let at = 0; for (let i = 1; i < xs.length; i++) if (xs[i].k > xs[at].k) at = i; let top = -Infinity; xs.forEach((x) => { top = heavy(x.k) < top ? top : heavy(x.k) }); first.k = 99; return [low, first, last, at, top, xs, xs.indexOf(first), xs.indexOf(last)] }
export const input = () => [3, 1, 2, 1, 3, 0, 0, 3].map((k, id) => ({ k, id }))`,
    shards: 'some',
  },
  {
    name: 'bests among NaN, -0, text and nothing',
    source: `export default function (xs) { const out = []; for (const list of xs) { let a = Infinity; for (const x of list) if (x < a) a = x; let b = NaN; for (const x of list) b = b <= x ? b : x; let c = null; for (const x of list) if (c === null || x > c) c = x; let d; for (const x of list) { if (!(d > x)) d = x } out.push(a, b, c, d) } return out }
export const input = () => [[3, NaN, 1, 2], [NaN, NaN, 4], ['b', 'a', 'c'], [0, -0, 0], [-0, 0], [undefined, 2, null, 1], [5n, 3n, 4]]`,
    shards: 'some',
  },
  {
    name: 'a best whose test asks for more than is set',
    source: `export default function (xs) { let best = 0, rounds = 0; for (const x of xs) { rounds++; if (x > best + rounds) best = x } let at = 0; const ys = [...xs]; for (let i = 0; i < ys.length; i++) { ys[i] = ys[i] * 2; if (ys[i] > ys[at]) at = i } let low = 9, trail = []; for (const x of xs) if (x < low) { low = x; trail.push(x) } return [best, at, low, trail] }
export const input = () => [3, 1, 4, 1, 5, 9, 2, 6]`,
    shards: 'none',
  },
  {
    name: 'a best that does not have the key it was chosen for',
    source: `export default function (xs) { let best = 10; for (const x of xs) if (x * 2 < best) best = x; let i = 0, near = { d: 50 }; for (const x of xs) { const d = Math.abs(x - 4); if (d < near.d) near = { d: d + 1, x } } return [best, near] }
export const input = () => [3, 1, 4, 1, 5, 9, 2, 6]`,
    shards: 'any',
  },
  {
    name: 'extremes of one item, and of none',
    source: `export default (xs) => [[...xs, [undefined], ['7'], []].map((list) => { try { return list.reduce((a, b) => Math.max(a, b)) } catch (error) { return error.message } }), xs[0].reduce((a, b) => Math.min(b, a), -0), ['4'].reduce((a, b) => Math.max(a, b)), [1, NaN, 2].reduce((a, b) => Math.max(a, b))]
export const input = () => [[0, -0, 3], ['1', '22']]`,
    shards: 'some',
  },
  {
    name: 'builtin callbacks that would look at the whole array',
    source: `export default (xs) => [xs.map(Math.max), xs.map(Array), xs.map(Math.hypot), xs.filter(Array)]
export const input = () => [1, 2, 3]`,
    shards: 'none',
  },
  {
    name: 'builtin callbacks that look at the index',
    source: `export default (xs) => [xs.map(parseInt), xs.map(Math.pow), xs.map(Number), xs.filter(Boolean), xs.map(String)]
export const input = () => ['10', '11', '', '0x12', 'x']`,
    shards: 'some',
  },
  {
    name: 'a sum of integers that meets a fraction',
    source: `export default function ({ xs, rows }) { let total = 0; for (const x of xs) total += x; let n = 3; for (const r of rows) n -= r.ms; return [total, n, xs.reduce((a, b) => a + b, 0), rows.reduce((a, r) => a + r.ms, 0)] }
export const input = () => ({ xs: JSON.parse('[3, 5, 7, 1, 2, 0.1, 0.7, 9, 1e16, 1, 1]'), rows: JSON.parse('[{"ms":3},{"ms":7},{"ms":11},{"ms":0}]') })`,
    shards: 'some',
  },
  {
    name: 'a sum of integers that leaves the safe ones on the way, and comes back',
    source: `export default function (xs) { let total = 5; for (const x of xs) total += x; let other = 9007199254740990; for (const x of xs) other += x; return [total, other, xs.reduce((a, b) => a - b, 1)] }
export const input = () => [3, 9007199254740991, 1, 1, -9007199254740991, 3, -2, 1, 1]`,
    shards: 'some',
  },
  {
    name: 'sums that start from -0, from text, from nothing',
    source: `export default function (xs) { let a = -0, b = '', c; for (const x of xs) a += x; for (const x of xs) b += x; for (const x of xs) c -= x; return [a, b, c] }
export const input = () => JSON.parse('[-0, -0, -0]')`,
    shards: 'any',
  },
  {
    name: 'the start of a fold of nothing is not evaluated',
    source: `${heavy}export default function (xs) { let n = 0; const next = () => { n++; return {} }; const told = []
for (const list of [undefined, null, {}, xs]) { try { told.push(list.reduce((a, x) => { a[x] = (a[x] ?? 0) + 1; return a }, next())) } catch (error) { told.push(error.message) } }
try { (xs.none).reduce((a, x) => a + heavy(x) / 3, ++n) } catch (error) { told.push(error.message) }
return [told, n] }
export const input = () => [3, 1, 3, 2]`,
    shards: 'some',
  },
]
