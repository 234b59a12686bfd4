/** Programs whose iterations read properties of captured objects: what shards get of these must not show. */
import type { Attack } from './attacks.ts'

function attack(name: string, shards: Attack['shards'], body: string, extra = ''): Attack {
  return {
    name,
    shards,
    source: `${extra}\nexport default function (input) { const { xs } = input; ${body} }\nexport const input = () => (${INPUT})`,
  }
}

const INPUT =
  '{ xs: Array.from({ length: 23 }, (_, i) => (i * 37) % 11), ys: Float64Array.from({ length: 31 }, (_, i) => i / 3), k: 2, deep: { rows: Array.from({ length: 19 }, (_, i) => ({ v: (i * 29) % 13 })), w: 3, item: { n: 1 } } }'

export const excerptAttacks: readonly Attack[] = [
  attack(
    'lists within the input, near an index',
    'some',
    'const out = []; for (let i = 0; i < input.deep.rows.length; i++) out.push(input.deep.rows[i].v + (input.deep.rows[i - 1]?.v ?? input.k)); return out',
  ),
  attack(
    'lists within the input that a callback reads by its index',
    'some',
    'return input.xs.map((x, i) => x * input.ys[i + 2] + input.ys[Math.max(0, i - input.k)] + input.xs[i])',
  ),
  attack('a number of the input', 'some', 'return input.deep.rows.map((row) => row.v * input.k + input.deep.w)'),
  attack(
    'the length of a list within the input',
    'some',
    'return xs.map((x) => x + input.ys.length + input.deep.rows.length)',
  ),
  attack(
    'objects of the input keep their identity',
    'some',
    'const out = xs.map((x) => (x > 4 ? input.deep.item : input.deep)); return [out.map((o) => [o === input.deep, o === input.deep.item]), input]',
  ),
  attack(
    'elements of a list within the input keep their identity',
    'some',
    'const out = xs.map((x, i) => input.deep.rows[i]); return [out.map((o) => input.deep.rows.indexOf(o)), input, out]',
  ),
  attack(
    'one list under two paths',
    'some',
    'const o = { a: input.deep.rows, b: input.deep.rows }; return xs.map((x, i) => [o.a[i], o.b[i], o.a[i] === o.b[i]])',
  ),
  attack(
    'an object that is its own property',
    'some',
    'const o = { k: 3 }; o.o = o; return xs.map((x) => x + o.o.o.k)',
  ),
  attack(
    'properties that are not there',
    'some',
    'const o = { k: 1 }; return xs.map((x) => [o.nothing, o.k + x, o.nothing?.more])',
  ),
  attack(
    'properties that every object has',
    'any',
    'const o = { k: 1 }; return xs.map((x) => [o.constructor === Object, typeof o.toString, o.k])',
  ),
  attack(
    'a missing property is asked for more',
    'any',
    'const o = { k: 1 }; return xs.map((x) => (x > 9 ? o.nothing.more : o.k))',
  ),
  attack('a property of nothing', 'any', 'const o = null; return xs.map((x) => (x > 20 ? o.k : x))'),
  attack(
    'inherited properties',
    'any',
    'const o = Object.create({ k: 5 }); o.xs = xs; return xs.map((x, i) => o.xs[i] + o.k)',
  ),
  attack(
    'a getter by defineProperty',
    'any',
    'let n = 0; const o = Object.defineProperty({ a: 1 }, "k", { get: () => ++n }); return [xs.map((x) => x + o.k + o.a), n]',
  ),
  attack(
    'a proxy',
    'any',
    'const asked = []; const o = new Proxy({ k: 1 }, { get: (t, name) => { asked.push(name); return t[name] } }); return [xs.map((x) => x + o.k), asked.length]',
  ),
  attack(
    'a proxy within',
    'any',
    'const asked = []; const o = { k: 2, p: new Proxy({ k: 1 }, { get: (t, name) => { asked.push(name); return t[name] } }) }; return [xs.map((x) => x + o.p.k + o.k), asked.length]',
  ),
  attack(
    'fields and getters of an instance',
    'some',
    'const box = new Box(xs, 2); return xs.map((x, i) => box.list[i] + box.k + box.size)',
    'class Box { constructor(list, k) { this.list = list; this.k = k } get size() { return this.list.length } }',
  ),
  attack(
    'fields of an instance',
    'some',
    'const box = new Box(xs, 2); return xs.map((x, i) => box.list[i] + box.k + box.more)',
    'class Box { constructor(list, k) { this.list = list; this.k = k } size() { return this.list.length } }',
  ),
  attack(
    'a method of an instance reads its fields',
    'some',
    'const box = new Box(xs, 2); return xs.map((x, i) => box.at(i) + box.k)',
    'class Box { constructor(list, k) { this.list = list; this.k = k } at(i) { return this.list[i] } }',
  ),
  attack(
    'a function of an object is called on it',
    'any',
    'const o = { k: 2, f() { return this.k } }; return xs.map((x) => x + o.f() + o.k)',
  ),
  attack(
    'sizes of Maps and texts',
    'some',
    'const o = { m: new Map([[1, 2]]), t: "text" }; return xs.map((x) => x + o.m.size + o.t.length)',
  ),
  attack(
    'properties of a list',
    'any',
    'const list = [1, 2, 3]; list.note = 7; const o = { list }; return xs.map((x, i) => [o.list.note, o.list.length, x])',
  ),
  attack(
    'an output within an object that is read',
    'any',
    'const o = { out: [], k: 1 }; const { out } = o; for (const x of xs) out.push(x + o.out.length); return out',
  ),
  attack(
    'cells within an object whose length is read',
    'any',
    'const o = { out: [], k: 1 }; const { out } = o; for (let i = 0; i < xs.length; i++) out[i] = xs[i] + o.out.length; return out',
  ),
  attack(
    'cells of a list whose neighbours are read by another path',
    'any',
    'const o = { zs: [...xs] }; const { zs } = o; for (let i = 0; i < zs.length; i++) zs[i] = (o.zs[i - 1] ?? 0) + 1; return zs',
  ),
  attack(
    'cells of a list whose memory is read by another path',
    'any',
    'const o = { ys: input.ys }; const view = new Float64Array(input.ys.buffer); for (let i = 0; i < 20; i++) view[i] = (o.ys[i - 1] ?? 0) + 1; return view',
  ),
  attack(
    'counts of an object that is read under another name',
    'any',
    'const o = { n: 0, k: 2 }; const stats = o; for (const x of xs) { stats.n += x > 3 ? 1 : 0; stats[x % 3] = o.n } return o',
  ),
  attack(
    'counts in an object, and what is read of it',
    'any',
    'const counts = { a: 1 }; const same = counts; for (const x of xs) counts[x % 3] = (counts[x % 3] ?? 0) + same.a; return counts',
  ),
  attack(
    'rows of a grid of which one is read by a path',
    'any',
    'const grid = [[1, 2], [3, 4], [5, 6], [7, 8]]; const o = { row: grid[2] }; for (let y = 0; y < 4; y++) for (let x = 0; x < 2; x++) grid[y][x] = o.row[x] + y; return grid',
  ),
  attack(
    'an object that is set anew before each loop',
    'some',
    'let o = { k: 1 }; const a = xs.map((x) => x + o.k); o = { k: 5, xs }; const b = xs.map((x, i) => o.xs[i] + o.k); return [a, b]',
  ),
  attack(
    'a property that changes between loops',
    'some',
    'const o = { k: 1 }; const a = xs.map((x) => x + o.k); o.k = 7; const b = xs.map((x) => x + o.k); return [a, b, o]',
  ),
  attack(
    'properties that the iteration changes',
    'none',
    'const o = { k: 1, in: { n: 0 } }; return [xs.map((x) => { o.in.n += x; return o.in.n + o.k }), o]',
  ),
  attack(
    'what is unpacked in the iteration',
    'some',
    'return xs.map((x) => { const { k, deep: { w } } = input; return x * k + w })',
  ),
  attack(
    'all that is left',
    'some',
    'return xs.map((x) => { const { k, ...rest } = input; return [x * k, Object.keys(rest)] })',
  ),
  attack('keys of the object itself', 'some', 'return xs.map((x) => [Object.keys(input).length, input.k, x])'),
  attack('a name that is computed', 'some', 'return xs.map((x) => [input[x > 3 ? "k" : "deep"], input.k])'),
  attack(
    'what may be missing',
    'some',
    'return xs.map((x) => [input?.k, input.deep?.w, input.none?.w, input.deep.rows?.[x]?.v])',
  ),
  attack(
    'a function around reads the object',
    'some',
    'const rate = (x) => x * input.k + input.deep.w; return xs.map((x, i) => rate(x) + input.ys[i])',
  ),
  attack(
    'a function around takes the object',
    'some',
    'const rate = (o, x) => x * o.k; return xs.map((x, i) => rate(input, x) + input.ys[i])',
  ),
  attack(
    'an object that a function unpacks by default',
    'some',
    'const rate = (x, k = input.k) => x * k; return xs.map((x, i) => rate(x) + input.deep.w)',
  ),
  attack(
    'pipelines that read the object',
    'some',
    'return input.deep.rows.map((row) => row.v * input.k).filter((v) => v > input.deep.w).map((v) => [v, input.k])',
  ),
  attack(
    'searches that read the object',
    'some',
    'return [xs.find((x, i) => input.ys[i + 1] > input.k), xs.some((x) => x === input.deep.w)]',
  ),
  attack(
    'folds that read the object',
    'some',
    'return [xs.reduce((a, x, i) => a + x * input.ys[i], 0), xs.reduce((a, x) => Math.max(a, x * input.k), 0)]',
  ),
  attack(
    'a nest that reads the object',
    'some',
    'const o = { h: 3, w: 4, px: [...xs] }; const out = new Array(12).fill(0); for (let y = 0; y < o.h; y++) for (let x = 0; x < o.w; x++) out[y * o.w + x] = o.px[y * o.w + x] * 2; return out',
  ),
  attack(
    'an image within an object',
    'some',
    'const img = { w: 4, h: 5, px: [...xs] }; const out = new Array(20).fill(0); for (let y = 0; y < img.h; y++) { for (let x = 0; x < img.w; x++) { let s = 0; for (let d = -1; d <= 1; d++) s += img.px[(y + d) * img.w + x] ?? 0.5; out[y * img.w + x] = s } } return out',
  ),
  attack(
    'groups and bests that read the object',
    'some',
    'const groups = {}; let best = null; for (const row of input.deep.rows) { (groups[row.v % input.k] ??= []).push(row) } for (const row of input.deep.rows) { if (best === null || row.v * input.deep.w > best.v * input.deep.w) best = row } return [groups, best]',
  ),
  attack(
    'an own property by the name of the prototype',
    'any',
    'const o = JSON.parse(\'{"__proto__": {"k": 4}, "k": 1}\'); return xs.map((x) => [o.k, o.__proto__.k])',
  ),
  attack('a frozen object', 'any', 'const o = Object.freeze({ k: 2, xs }); return xs.map((x, i) => o.xs[i] * o.k)'),
  attack(
    'functions beside what is read',
    'some',
    'const o = { k: 2, log: console.log, xs }; return xs.map((x, i) => o.xs[i] * o.k)',
  ),
  attack(
    'elements that are called',
    'none',
    'const o = { fs: [() => 1, () => 2, () => 3] }; return [0, 1, 2].map((i) => o.fs[i]())',
  ),
  attack(
    'a list within that is iterated over, too',
    'some',
    'return xs.map((x, i) => { let s = 0; for (const y of input.ys) s += y; return s + input.ys[i - 1] })',
  ),
  attack(
    'errors of items, with paths',
    'some',
    'return xs.map((x, i) => { if (input.ys[i] > 5) throw new RangeError("at " + i + input.k); return x })',
  ),
]
