/** Programs that hand functions to functions: which one it is, and what it reads, must be right in every shard. */
import type { Attack } from './attacks.ts'

function attack(name: string, shards: Attack['shards'], helpers: string, body: string): Attack {
  return {
    name,
    shards,
    source: `${HEAVY}${helpers}\nexport default async function ({ xs, rows, k }) {\n${body}\n}\nexport const input = () => (${INPUT})`,
  }
}

const HEAVY = 'function heavy(x) { let h = x; for (let i = 0; i < 4; i++) h = (h * 31 + i) % 1009; return h }\n'
const INPUT =
  '{ xs: Array.from({ length: 23 }, (_, i) => (i * 37) % 11), rows: Array.from({ length: 19 }, (_, i) => ({ v: (i * 29) % 13, g: i % 3 })), k: 2 }'
const MAP = 'function mapAll(xs, f) { return xs.map(f) }'
const COMPOSE = 'const compose = (f, g) => (x) => f(g(x))'

export const givenAttacks: readonly Attack[] = [
  attack('a function that is handed over', 'some', MAP, 'return mapAll(xs, (x) => x * 2)'),
  attack('what it reads', 'some', MAP, 'const d = k + 1; return mapAll(xs, (x) => [x * k, d, rows.length])'),
  attack(
    'several, from several calls',
    'some',
    `${MAP}\nconst half = (x) => x / 2`,
    'return [mapAll(xs, (x) => x * k), mapAll(rows, (row) => row.v), mapAll(xs, half), mapAll(xs, heavy)]',
  ),
  attack(
    'the same function with other values each time',
    'some',
    MAP,
    'const out = []; for (let round = 0; round < 3; round++) { const d = round * 10; out.push(mapAll(xs, (x) => x + d)) } return out',
  ),
  attack(
    'a counter of the loop around is read',
    'any',
    MAP,
    'const out = []; for (let round = 0; round < 3; round++) out.push(mapAll(xs, (x) => x + round)); return out',
  ),
  attack('a function that counts', 'none', MAP, 'let n = 0; const out = mapAll(xs, (x) => x + n++); return [out, n]'),
  attack(
    'a function that keeps a list',
    'none',
    MAP,
    'const seen = []; const out = mapAll(xs, (x) => { seen.push(x); return seen.length }); return [out, seen]',
  ),
  attack(
    'a variable that is set between calls',
    'none',
    MAP,
    'let d = 1; const a = mapAll(xs, (x) => x + d); d = 5; return [a, mapAll(xs, (x) => x * d)]',
  ),
  attack(
    'a loop that calls what it is given',
    'some',
    'function each(xs, f) { const out = []; for (const x of xs) { if (x > 3) out.push(f(x, out.length)); else out.push(f(x)) } return out }\nfunction all(xs, f) { const out = []; for (const x of xs) out.push(f(x)); return out }',
    'return [all(xs, heavy), all(rows, ({ v }) => heavy(v) * k)]',
  ),
  attack(
    'groups, sums and bests by a key that is given',
    'some',
    `function groupBy(xs, key) { const groups = {}; for (const x of xs) { const g = key(x); (groups[g] ??= []).push(x) } return groups }
function sumBy(xs, f) { let sum = 0; for (const x of xs) sum += f(x); return sum }
function minBy(xs, f) { let best = null; let low = Infinity; for (const x of xs) { const v = f(x); if (v < low) { low = v; best = x } } return best }`,
    'const groups = groupBy(rows, (row) => row.g); return [groups, sumBy(rows, (row) => row.v / 3), sumBy(xs, (x) => heavy(x)), minBy(rows, (row) => (row.v * 7) % 10), groups[1].map((row) => rows.indexOf(row)), rows]',
  ),
  attack(
    'filters and searches that are given',
    'some',
    'const keep = (xs, test) => xs.filter(test)\nconst first = (xs, test) => xs.find((x) => test(x))',
    'return [keep(xs, (x) => x > k), first(rows, (row) => row.v > 9), keep(rows, (row) => row.g === 1).length]',
  ),
  attack(
    'a helper within the function',
    'some',
    '',
    'const each = (f) => xs.map(f); const d = 3; return [each((x) => x * d), each(heavy)]',
  ),
  attack(
    'a helper within, and a function of a function within',
    'some',
    '',
    'const each = (list, f) => list.map((x) => f(x)); const d = 3; const twice = (x) => x * d; return each(xs, twice)',
  ),
  attack(
    'handed on by another helper',
    'some',
    `${MAP}\nfunction pairs(xs, key) { return mapAll(xs, (x) => [key(x), x]) }`,
    'return [pairs(rows, (row) => row.v * k), pairs(xs, heavy)]',
  ),
  attack(
    'handed on as it is',
    'some',
    `${MAP}\nfunction again(xs, f) { return mapAll(xs, f) }`,
    'return [again(xs, (x) => x - k), mapAll(xs, (x) => x + k)]',
  ),
  attack('composed of two', 'some', COMPOSE, 'const h = compose((x) => x + k, (x) => x * 3); return xs.map(h)'),
  attack(
    'composed of named ones, at the top',
    'some',
    `${COMPOSE}\nconst inc = (x) => x + 1\nconst both = compose(inc, heavy)`,
    'return [xs.map(both), xs.map((x) => both(x) * k)]',
  ),
  attack(
    'composed twice, in both orders',
    'some',
    `${COMPOSE}\nconst inc = (x) => x + 1\nconst dbl = (x) => x * 2`,
    'const a = compose(inc, dbl); const b = compose(dbl, inc); return [xs.map(a), xs.map(b), xs.map((x) => a(b(x)))]',
  ),
  attack(
    'composed with what counts',
    'none',
    COMPOSE,
    'let n = 0; const h = compose((x) => x + n++, (x) => x); return [xs.map(h), n]',
  ),
  attack(
    'composed of what it composed',
    'any',
    `${COMPOSE}\nconst inc = (x) => x + 1\nconst dbl = (x) => x * 2`,
    'const a = compose(inc, dbl); const b = compose(a, heavy); return xs.map(b)',
  ),
  attack(
    'the function is used as a value as well',
    'any',
    MAP,
    'const again = mapAll; return [mapAll(xs, (x) => x + 1), again(xs, (x) => x + 2), again(xs, (x, i) => i)]',
  ),
  attack(
    'the function that is handed over is given back',
    'any',
    'function tagged(xs, f) { return xs.map((x) => [f, x, f(x)]) }',
    'const f = (x) => x + 1; return tagged(xs, f).map(([g, x, y]) => [g === f, x, y])',
  ),
  attack(
    'properties of the function are read',
    'any',
    'function tagged(xs, f) { return xs.map((x) => f(x) + f.extra + f.length) }',
    'const f = (x) => x + 1; f.extra = 7; return tagged(xs, f)',
  ),
  attack(
    'identity of two functions',
    'any',
    'function compare(xs, f, g) { return xs.map((x) => [f === g, f(x), g(x)]) }',
    'const f = (x) => x + 1; return [compare(xs, f, f), compare(xs, f, (x) => x)]',
  ),
  attack(
    'a parameter that is set again',
    'any',
    'function pick(xs, f) { if (xs.length > 3) f = heavy; return xs.map(f) }',
    'return pick(xs, (x) => x + 1)',
  ),
  attack(
    'a parameter with a default',
    'any',
    'function pick(xs, f = heavy) { return xs.map((x) => f(x)) }',
    'return [pick(xs), pick(xs, (x) => x + 1)]',
  ),
  attack(
    'a function that may be missing',
    'any',
    'function pick(xs, f) { return xs.map((x) => (f ? f(x) : x)) }',
    'return [pick(xs), pick(xs, (x) => x + 1)]',
  ),
  attack(
    'functions in a rest',
    'any',
    'const pipe = (...fs) => (x) => fs.reduce((v, f) => f(v), x)',
    'const h = pipe((x) => x + 1, (x) => x * k); return xs.map(h)',
  ),
  attack('functions that are spread', 'any', MAP, 'const given = [xs, (x) => x + 1]; return mapAll(...given)'),
  attack(
    'a function that uses this',
    'any',
    MAP,
    'return mapAll(xs, function (x) { return x + (this === undefined ? 1 : 2) })',
  ),
  attack('a function that takes the whole list', 'any', MAP, 'return mapAll(xs, (x, i, all) => x - (all[i - 1] ?? 0))'),
  attack(
    'a function that waits',
    'any',
    'async function mapAll(xs, f) { return Promise.all(xs.map(f)) }',
    'return await mapAll(xs, async (x) => x + k)',
  ),
  attack(
    'a class that is handed over',
    'any',
    'class P { constructor(x) { this.x = x } }\nfunction make(xs, C) { return xs.map((x) => new C(x).x) }',
    'return make(xs, P)',
  ),
  attack('a builtin that is handed over', 'any', MAP, 'return [mapAll(xs, String), mapAll(xs, Math.sqrt)]'),
  attack(
    'names that hide others',
    'some',
    `${MAP}\nconst half = (x) => x / 2`,
    'const d = 5; { const half = (x) => x * d; return [mapAll(xs, half), mapAll(rows, (row) => half(row.v))] }',
  ),
  attack(
    'a name at the call that hides what is read',
    'any',
    MAP,
    'const d = 5; const f = (x) => x + d; const out = []; for (const d of [1, 2]) out.push(mapAll(xs, f), d); return out',
  ),
  attack(
    'a local name like that of the function',
    'any',
    'const half = (x) => x / 2\nfunction scaled(xs, f, half) { return xs.map((x) => f(x) + half) }',
    'return scaled(xs, half, k)',
  ),
  attack(
    'the output is what the function reads',
    'none',
    'function into(out, xs, f) { for (const x of xs) out.push(f(x)); return out }',
    'const out = [0]; return into(out, xs, (x) => x + out.length)',
  ),
  attack(
    'the output is within what the function reads',
    'none',
    'function into(out, xs, f) { for (const x of xs) out.push(f(x)); return out }',
    'const o = { out: [0], k }; return into(o.out, xs, (x) => x + o.out.length + o.k)',
  ),
  attack(
    'cells of what the function reads by a path',
    'any',
    'function fill(out, f) { for (let i = 0; i < out.length; i++) out[i] = f(i); return out }',
    'const o = { out: [...xs], k }; return fill(o.out, (i) => (o.out[i - 1] ?? 0) + o.k)',
  ),
  attack(
    'what made functions read of objects',
    'some',
    'const scaler = (o) => (x) => x * o.k + o.deep.w.length + (o.none ?? 1)',
    'const h = scaler({ k, deep: { w: xs }, rows }); return xs.map(h)',
  ),
  attack(
    'what made functions read of objects with getters and proxies',
    'any',
    'const scaler = (o, p) => (x) => x * o.k + p.k',
    'let n = 0; const h = scaler(Object.defineProperty({}, "k", { get: () => ++n }), new Proxy({ k }, { get: () => ++n })); return [xs.map(h), n]',
  ),
  attack(
    'instances that given functions read',
    'some',
    `${MAP}\nclass Box { constructor(k) { this.k = k; this.list = [k] } get twice() { return this.k * 2 } }`,
    'const box = new Box(k); return [mapAll(xs, (x) => x + box.k + box.list.length), mapAll(xs, (x) => x + box.twice)]',
  ),
  attack(
    'given functions where a loop goes over what they make',
    'any',
    `${MAP}\nfunction all(xs, f) { const out = []; for (const x of mapAll(xs, f)) out.push(f(x)); return out }`,
    'const out = []; for (const x of mapAll(xs, (y) => y + k)) out.push(heavy(x)); return [out, all(xs, (y) => y * k), all(rows, (r) => r.v ?? r)]',
  ),
  attack(
    'piped through several',
    'some',
    'const pipe = (...fs) => (x) => fs.reduce((v, f) => f(v), x)\nconst inc = (x) => x + 1',
    'const h = pipe(inc, heavy, (x) => x * k); return [xs.map(h), xs.map(pipe(inc, inc)), xs.map(pipe()), xs.map((x) => pipe((y) => y - 1)(x))]',
  ),
  attack(
    'piped by loops and by places',
    'some',
    'function pipe(...fs) { return (x) => { for (const f of fs) x = f(x); return [x, fs.length, fs[0](x)] } }\nfunction all(x, ...fs) { return fs.map((f) => f(x)) }\nfunction each(xs, ...fs) { return xs.map((x) => fs.map((f) => f(x))) }',
    'const h = pipe((x) => x + k, heavy); return [xs.map(h), xs.map((x) => all(x, heavy, (y) => y + k)), each(xs, heavy, (x) => x - k)]',
  ),
  attack(
    'piped through what counts',
    'none',
    'const pipe = (...fs) => (x) => fs.reduce((v, f) => f(v), x)',
    'let n = 0; return [xs.map(pipe((x) => x + n++, heavy)), n]',
  ),
  attack(
    'lists of functions that are looked at',
    'any',
    'const pipe = (...fs) => (x) => [fs.includes(heavy), fs.indexOf(heavy), fs.filter((f) => f === heavy).length, x]\nconst rot = (...fs) => (x) => { fs.push(fs.shift()); return fs[0](x) }\nconst tell = (...fs) => (x) => fs.map((f) => f)[0](x)\nconst last = (...fs) => (x) => fs.reduce((f, g) => g)(x)',
    'return [xs.map(pipe(heavy, (x) => x)), xs.map(rot(heavy, (x) => -x)), xs.map(tell(heavy)), xs.map(last((x) => x, heavy))]',
  ),
  attack(
    'lists of functions that are spread, or handed on',
    'any',
    'const pipe = (...fs) => (x) => fs.reduce((v, f) => f(v), x)\nconst both = (...fs) => pipe(...fs)',
    'const fs = [heavy, (x) => x + k]; return [xs.map(pipe(...fs)), xs.map(both(heavy, (x) => x + 1))]',
  ),
  attack('an item that the function changes', 'none', MAP, 'return mapAll(rows, (row) => { row.v += k; return row })'),
  attack(
    'objects that the function gives back keep their identity',
    'some',
    MAP,
    'const item = { k }; const out = mapAll(xs, (x) => (x > 4 ? item : rows[0])); return [out.map((o) => [o === item, o === rows[0]]), out, rows]',
  ),
  attack(
    'functions beside a given one',
    'some',
    MAP,
    'const d = 5; const half = (x) => x / d; function both(x) { return half(x) + half(k) }; return [mapAll(xs, (x) => both(x)), mapAll(rows, ({ v }) => half(v) + d)]',
  ),
  attack(
    'functions beside each other that call each other',
    'any',
    MAP,
    'const even = (x) => (x <= 0 ? true : odd(x - 1)); const odd = (x) => (x <= 0 ? false : even(x - 1)); return mapAll(xs, (x) => even(x))',
  ),
  attack(
    'a function beside a given one that counts',
    'none',
    MAP,
    'let n = 0; const next = () => ++n; return [mapAll(xs, (x) => x + next()), n]',
  ),
  attack(
    'given functions as keys of a Map',
    'any',
    'function tagged(xs, f, seen) { return xs.map((x) => [seen.has(f), f(x)]) }',
    'const f = (x) => x; return tagged(xs, f, new Map([[f, 1]]))',
  ),
  attack(
    'errors of a given function',
    'some',
    MAP,
    'return mapAll(xs, (x) => { if (x > 8) throw new RangeError(x + " is more than 8 by " + k); return x })',
  ),
  attack(
    'a method of an object takes a function',
    'any',
    'const lists = { map(xs, f) { return xs.map(f) } }',
    'return lists.map(xs, (x) => x * k)',
  ),
  attack(
    'a recursive helper',
    'any',
    'function walk(xs, f, depth) { return depth === 0 ? xs.map(f) : walk(xs.map(f), f, depth - 1) }',
    'return walk(xs, (x) => x + k, 2)',
  ),
  attack(
    'random numbers in a given function',
    'any',
    MAP,
    'const out = mapAll(xs, (x) => Math.random() < 2); return out',
  ),
  attack(
    'pipelines of given functions',
    'some',
    'function pick(xs, test, f) { return xs.filter((x) => test(x)).map((x) => f(x)) }',
    'return [pick(xs, (x) => x > k, heavy), pick(rows, (row) => row.g, (row) => row.v)]',
  ),
  attack(
    'folds of given functions',
    'some',
    'function total(xs, f) { return xs.reduce((sum, x) => sum + f(x), 0) }\nfunction most(xs, f) { return xs.reduce((top, x) => Math.max(top, f(x)), -Infinity) }',
    'return [total(rows, (row) => heavy(row.v) / k), most(rows, (row) => row.v * k)]',
  ),
  attack(
    'cells by a given function',
    'some',
    'function fill(n, f) { const out = new Float64Array(n); for (let i = 0; i < n; i++) out[i] = f(i); return out }',
    'return [fill(21, (i) => i * k), fill(9, (i) => xs[i] / 3)]',
  ),
]
