/** Programs whose iterations read lists near their own index, or take the whole list: what a part of it must not show. */
import type { Attack } from './attacks.ts'

function attack(name: string, shards: Attack['shards'], body: string, input = NUMBERS): Attack {
  return {
    name,
    shards,
    source: `export default function ({ xs, ys, k }) { ${body} }\nexport const input = () => (${input})`,
  }
}

const NUMBERS =
  '{ xs: Array.from({ length: 29 }, (_, i) => (i * 37) % 11), ys: Float64Array.from({ length: 31 }, (_, i) => i / 3), k: 2 }'
const RECORDS = '{ xs: Array.from({ length: 17 }, (_, i) => ({ v: (i * 37) % 11 })), ys: [], k: 2 }'

export const sliceAttacks: readonly Attack[] = [
  attack('differences of neighbours', 'some', 'return xs.map((x, i) => x - xs[i - 1])'),
  attack(
    'neighbours on both sides',
    'some',
    'const out = []; for (let i = 0; i < xs.length; i++) out.push([xs[i - 1], xs[i], xs[i + 1]]); return out',
  ),
  attack('the whole list in a callback', 'some', 'return xs.map((x, i, all) => x - (all[i - 1] ?? 0) + all.length)'),
  attack('the first of equals', 'some', 'return xs.filter((x, i, all) => all.indexOf(x) === i)'),
  attack(
    'the whole list is given back',
    'some',
    'const out = xs.map((x, i, all) => (x > 4 ? all : i)); return out.map((o) => o === xs)',
  ),
  attack(
    'items of the whole list keep their identity',
    'some',
    'const out = xs.map((x, i, all) => all[(i * 5) % all.length]); return [out, out.map((o) => xs.indexOf(o)), xs]',
    RECORDS,
  ),
  attack(
    'items near by keep their identity',
    'some',
    'const out = xs.map((x, i, all) => all[i + 2]); return [out.map((o) => xs.indexOf(o)), xs, out]',
    RECORDS,
  ),
  attack(
    'the whole list is changed',
    'none',
    'return xs.map((x, i, all) => { all[i] = 0; return x + (all[i - 1] ?? 5) })',
  ),
  attack(
    'an item of the whole list is changed',
    'none',
    'xs.forEach((x, i, all) => { all[0].v += x.v }); return xs',
    RECORDS,
  ),
  attack(
    'the whole list is handed to a function',
    'some',
    'const last = (list) => list[list.length - 1]; return xs.map((x, i, all) => x + last(all))',
  ),
  attack(
    'a callback by name that takes the whole list',
    'some',
    'function share(x, i, list) { return x / list.length }\nreturn xs.map(share)',
  ),
  attack(
    'searches with the whole list',
    'some',
    'return [xs.find((x, i, all) => x > 0 && all[i - 1] > 9), xs.findIndex((x, i, all) => all[i + 1] < x), xs.some((x, i, all) => all.length < i), xs.every((x, i, all) => all[i] === x)]',
  ),
  attack(
    'folds with the whole list',
    'some',
    'return [xs.reduce((a, x, i, all) => a + x / all.length, 0.5), xs.reduce((a, x, i, all) => { a[x] = (a[x] ?? 0) + 1; return a }, {})]',
  ),
  attack(
    'typed lists with the whole list',
    'some',
    'return [ys.map((y, i, all) => y + (all[i - 1] ?? 0)), ys.filter((y, i, all) => all[i + 1] > 3)]',
  ),
  attack(
    'a pipeline of which a later call takes its whole list',
    'some',
    'return xs.map((x) => x * 2).filter((x, i, all) => all.indexOf(x) === i).map((x, i, all) => x / all.length)',
  ),
  attack(
    'clamped neighbours',
    'some',
    'const n = xs.length; return xs.map((x, i) => xs[Math.max(0, i - 1)] + 2 * x + xs[Math.min(n - 1, i + 1)])',
  ),
  attack(
    'clamped neighbours by the length',
    'some',
    'return xs.map((x, i) => xs[Math.max(i - k, 0)] + xs[Math.min(xs.length - 1, i + k)] + ys[Math.min(ys.length - 1, Math.max(0, i - 3))])',
  ),
  attack(
    'moving windows',
    'some',
    'const out = new Float64Array(ys.length); for (let i = 0; i < ys.length; i++) { let s = 0; const lo = Math.max(0, i - k); for (let j = lo; j <= i; j++) s += ys[j]; out[i] = s / (i - lo + 1) } return out',
  ),
  attack(
    'windows around',
    'some',
    'return xs.map((_, i) => { let s = 0; for (let d = -k; d <= k; d++) s += xs[i + d] ?? 0; return s })',
  ),
  attack('a window of a negative width', 'some', 'const w = k - 5; return xs.map((_, i) => xs[i + w])'),
  attack('a window that is no integer', 'any', 'const w = k / 4; return xs.map((_, i) => [xs[i + w], xs[i + 2 * w]])'),
  attack('a window that is a text', 'any', 'const w = "1"; return xs.map((_, i) => [xs[i + w], xs[i - w]])'),
  attack(
    'rows of an image',
    'some',
    'const w = 5, h = 5; const out = new Array(25).fill(0); for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) { let s = 0; for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) s += xs[(y + dy) * w + x + dx] ?? 0.5; out[y * w + x] = s } return out',
  ),
  attack(
    'a list that is written under another name',
    'any',
    'const twice = (from, to) => { for (let i = 0; i < 20; i++) to[i] = from[i] * 2 + (from[i - 1] ?? 0); return to }; return [twice(xs, []), twice(xs, xs)]',
  ),
  attack(
    'a list on the memory that is written',
    'any',
    'const view = new Float64Array(ys.buffer); for (let i = 1; i < 20; i++) view[i] = ys[i - 1] + 1; return ys',
  ),
  attack(
    'a list of which something else is read',
    'any',
    'xs.note = 7; return xs.map((x, i) => xs[i - 1] + xs.note)',
    RECORDS,
  ),
  attack(
    'a list with holes',
    'some',
    'const zs = [1, , 3, , 5, 6, , 8]; return zs.map((z, i) => [i in zs, zs[i - 1]]).concat(xs.map((_, i) => zs[i - 1]))',
  ),
  attack(
    'a list that is none',
    'any',
    'const zs = { 0: "a", 1: "b", 5: "c", length: 9 }; return [xs.map((_, i) => zs[i - 1]), xs.map((_, i) => "text of some length"[i - 1])]',
  ),
  attack(
    'elements that are called and changed',
    'none',
    'const fs = [{ n: 1 }, { n: 2 }, { n: 3 }]; return [0, 1, 2].map((i) => { fs[i].n++; return fs[i] })',
  ),
  attack(
    'a list by a counter that goes down',
    'some',
    'const out = []; for (let i = xs.length - 2; i >= 1; i--) out.push(xs[i + 1] - xs[i - 1]); return out',
  ),
  attack(
    'a list by a counter that goes on by more',
    'some',
    'const out = []; for (let i = 0; i + 3 <= xs.length; i += 3) out.push(xs[i] + xs[i + 1] * xs[i + 2]); return out',
  ),
  attack('a list that is read from its end', 'some', 'return xs.map((x, i) => x * xs[xs.length - 1 - i])'),
  attack(
    'a list in several strides',
    'some',
    'return xs.slice(0, 9).map((x, i) => xs[i] + xs[2 * i] + (xs[3 * i + 1] ?? 0))',
  ),
  attack('a list with a square of the index', 'some', 'return xs.map((x, i) => xs[i * i] ?? x)'),
  attack('a choice of neighbours', 'some', 'return xs.map((x, i) => xs[i > 3 ? i - 3 : i + 1])'),
  attack(
    'an end that reads the list',
    'any',
    'const out = []; for (let i = 0; i < xs[2] + 6; i++) out.push(xs[i] * 2); return out',
  ),
  attack(
    'an inner list of the same name',
    'some',
    'const out = []; for (let i = 0; i < xs.length; i++) { const zs = [xs[i]]; { const xs = zs; out.push(xs[0] + xs.length) } } return out',
  ),
  attack(
    'a spread and a for of the list',
    'some',
    'return xs.map((x, i) => { let s = 0; for (const y of xs) s += y; return s + xs[i - 1] + Math.max(...xs) })',
  ),
  attack('entries of a list', 'some', 'const out = []; for (const [i, x] of xs.entries()) out.push(i * x); return out'),
  attack(
    'entries that are given back',
    'some',
    'const out = []; for (const pair of xs.entries()) out.push(pair, pair); return [out, out[0] === out[1]]',
  ),
  attack(
    'entries of a list that grows',
    'any',
    'const zs = [1, 2, 3]; for (const [i, z] of zs.entries()) { if (zs.length < 9) zs.push(i + z) } return zs',
  ),
  attack(
    'entries of a Map that grows',
    'any',
    'const m = new Map([[1, 1]]); for (const [k] of m.entries()) { if (k < 9) m.set(k + 1, k) } return m',
  ),
  attack(
    'keys of a Set',
    'some',
    'const out = []; for (const k of new Set(xs).values()) out.push(k); const s = new Set(xs); for (const k of s.keys()) out.push(-k); return out',
  ),
  attack(
    'entries made by the user',
    'any',
    'const bag = { entries: () => [[1, 2], [3, 4]] }; const out = []; for (const [a, b] of bag.entries()) out.push(a * b); return out',
  ),
  attack(
    'typed lists from functions',
    'some',
    'return [Float64Array.from({ length: 9 }, (_, i) => i / k), Uint8Array.from(xs, (x) => x * 99), Int32Array.from(new Set(xs), (x, i) => x - i), BigInt64Array.from(xs, (x) => BigInt(x)), Float32Array.from(ys, (y) => y + 0.1)]',
  ),
  attack(
    'typed lists from what does not fit',
    'any',
    'const told = []; for (const f of [() => BigInt64Array.from(xs, (x) => x), () => Uint8Array.from(xs, (x) => BigInt(x)), () => Int8Array.from({ length: -1 }, (_, i) => i), () => Uint8Array.from(null, (x) => x)]) { try { told.push(f()) } catch (error) { told.push(error.message) } } return told',
  ),
  attack(
    'lists from Sets and Maps',
    'some',
    'return [Array.from(new Set(xs), (x) => x * 2), Array.from(new Map(xs.map((x, i) => [x, i])), ([a, b]) => a + b)]',
  ),
  attack(
    'elements in front of the first',
    'any',
    'const held = [...xs]; held[-1] = 77; return [xs.map((x, i) => held[i - 1] + x), held.map((x, i, all) => all[i - 1])]',
  ),
]
