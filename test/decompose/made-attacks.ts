/** Functions that other functions make: what they were made with goes along, and what they keep for themselves keeps them in order. */
import type { Attack } from './attacks.ts'

const TOP = `function heavy(x) { let h = Number(x) || 1; for (let i = 0; i < 5; i++) h = (h * 31 + i) % 1009; return h }
class Model { constructor(w) { this.w = w } predict(r) { return this.w[0] * r.v + this.w[1] } }
const curry = (a) => (b) => heavy(a) + b
const add5 = curry(5)
const minLength = (n) => (s) => s.length >= n
const isLong = minLength(3)
function valid(s) { return isLong(s) && s !== 'w12!' }
const twice = minLength
`

function attack(name: string, shards: Attack['shards'], body: string): Attack {
  return {
    name: `made functions: ${name}`,
    shards,
    source: `${TOP}\nexport default function ({ xs, rows, words }) {\n${body}\n}
export const input = () => ({ xs: Array.from({ length: 19 }, (_, i) => (i * 7) % 11), rows: Array.from({ length: 13 }, (_, i) => ({ id: 'r' + i, v: i % 5 })), words: ['a', 'abc', 'w12!', 'xyzzy', 'no'] })`,
  }
}

export const madeAttacks: readonly Attack[] = [
  attack('a constant of the module', 'some', 'return xs.map(add5)'),
  attack('two of one maker', 'some', 'const add7 = curry(7); return xs.map((x) => add5(x) - add7(x))'),
  attack('called by a function of the module', 'some', 'return [words.filter(valid), words.map((w) => valid(w))]'),
  attack('the maker is called in the iteration, too', 'any', 'return words.map((w) => isLong(w) && minLength(2)(w))'),
  attack('a maker under another name', 'any', 'const long = twice(3); return words.map((w) => long(w))'),
  attack(
    'functions beside it',
    'some',
    'function train(rows) { const w = rows.map((r) => heavy(r.v)); function dot(v, i) { return v * w[i] }\nconst bias = w[0]; return function predict(r, i) { return dot(r.v, i) + bias } }\nconst predict = train(rows); return rows.map(predict)',
  ),
  attack(
    'a name for it',
    'some',
    'const make = (k) => { const table = new Map(rows.map((r) => [r.id, r.v * k])); const get = (id) => table.get(id) ?? 0; return get }\nconst value = make(3); const out = []; for (const r of rows) out.push(value(r.id) + heavy(r.v)); return out',
  ),
  attack(
    'a counter',
    'none',
    'const counter = (n) => () => ++n; const next = counter(5); return xs.map((x) => next() + x)',
  ),
  attack(
    'a counter in an object',
    'none',
    'const counter = (o) => () => { o.n += 1; return o.n }; const o = { n: 0 }; const next = counter(o); return [xs.map((x) => next() + x), o]',
  ),
  attack(
    'a memo',
    'none',
    'const memo = (f) => { const seen = new Map(); return (x) => { if (!seen.has(x)) seen.set(x, seen.size); return seen.get(x) } }; const h = memo(heavy); return xs.map((x) => h(x))',
  ),
  attack(
    'a log',
    'none',
    'const logger = (log) => (x) => { log.push(x); return x }; const log = []; const tell = logger(log); const ys = xs.map((x) => tell(x)); return [ys, log]',
  ),
  attack(
    'what it was made with keeps its identity',
    'some',
    'const pick = (list) => (i) => list[i % list.length]; const row = pick(rows); const out = xs.map((x) => row(x)); return [out, out.map((o) => rows.indexOf(o)), rows]',
  ),
  attack(
    'what it was made with is changed in between',
    'some',
    'const adder = (o) => (x) => o.n + x; const o = { n: 1 }; const add = adder(o); o.n = 5; const ys = xs.map((x) => add(x)); o.n = 9; return [ys, xs.map((x) => add(x))]',
  ),
  attack(
    'what it reads is what the loop writes',
    'any',
    'const out = []; const has = (list) => (x) => list.includes(x); const h = has(out); for (const x of xs) { if (!h(x)) out.push(x) } return out',
  ),
  attack(
    'what it writes is what the loop writes',
    'none',
    'const out = []; const put = (list) => (x) => { list.push(x) }; const p = put(out); for (const x of xs) { p(x); out.push(-x) } return out',
  ),
  attack(
    'a variable of the maker that is set again',
    'none',
    'const mk = (n) => { let m = n; m += 1; return (x) => x * m }; const g = mk(2); return xs.map((x) => g(x))',
  ),
  attack(
    'a constant that is none',
    'none',
    'let f = curry(2); const ys = xs.map((x) => f(x)); f = curry(3); return [ys, xs.map((x) => f(x))]',
  ),
  attack(
    'defaults and patterns',
    'some',
    'const mk = (n = 4, { k } = { k: 2 }, ...more) => (x) => x * n + k + more.length; const g = mk(); const h = mk(1, { k: 3 }, 5, 6); return xs.map((x) => g(x) + h(x))',
  ),
  attack(
    'arguments and this',
    'none',
    'const weird = (n) => function () { return arguments.length + n }; const own = (n) => function () { return this === undefined ? n : this.n }; const g = weird(2), h = own(3); return xs.map((x) => [g(x, x), h()])',
  ),
  attack(
    'a maker within a function',
    'any',
    'const outer = (a) => { const inner = (b) => (x) => x + a + b; const f = inner(2); return xs.map((x) => f(x)) }; return [outer(1), outer(5)]',
  ),
  attack(
    'a maker of the function that is called in a row',
    'any',
    'const outer = (a) => (b) => (x) => x + a + b; const mid = outer(1); const f = mid(2); return xs.map((x) => f(x))',
  ),
  attack(
    'a function as what it is made with',
    'any',
    'const after = (f, g) => (x) => g(f(x)); const h = after(heavy, (x) => -x); return xs.map((x) => h(x))',
  ),
  attack(
    'the same names as in the loop',
    'some',
    'const mk = (x) => (y) => { const xs = [x, y]; return xs[0] * 10 + xs[1] }; const g = mk(3); const x = 4; return xs.map((y) => g(y) + x)',
  ),
  attack(
    'an instance of a class',
    'some',
    'const by = (m) => (r) => m.predict(r); const f = by(new Model([1, 3])); return rows.map((r) => f(r))',
  ),
  attack(
    'one that throws',
    'some',
    'const must = (n) => (x) => { if (x > n) throw new RangeError(x + " is above " + n); return x }; const check = must(8); try { return xs.map((x) => check(x)) } catch (error) { return [error.name, error.message] }',
  ),
  attack(
    'one whose name is asked for',
    'any',
    'const mk = (n) => (x) => x + n; const g = mk(1); return [g.name, g.length, xs.map((x) => g(x))]',
  ),
  attack(
    'one that is given properties',
    'any',
    'const mk = (n) => (x) => x + n; const g = mk(1); g.extra = 5; return xs.map((x) => g(x) + g.extra)',
  ),
  attack(
    'a generator made of state',
    'any',
    'const rng = (seed) => { let s = seed; return () => (s = (s * 16807) % 2147483647) }; const own = xs.map((x) => { const next = rng(x + 1); next(); return next() }); const shared = rng(7); return [own, xs.map(() => shared())]',
  ),
  attack(
    'a set of them',
    'some',
    'const makeModel = (w) => ({ predict(r) { return r.v * w + heavy(r.v) }, bias: () => w }); const model = makeModel(3); return rows.map((r) => model.predict(r) - model.bias())',
  ),
  attack(
    'picked out of a set',
    'some',
    'const makeModel = (w) => { const predict = (r) => r.v * w; const twice = (r) => predict(r) * 2; return { predict, twice } }; const { predict, twice: two } = makeModel(3); return rows.map((r) => predict(r) - two(r))',
  ),
  attack(
    'a set with names of builtin methods',
    'some',
    'const make = (k) => ({ get(x) { return x * k }, add: (x) => x + k, map: (x) => -x, push: (x) => [x] }); const m = make(3); return xs.map((x) => [m.get(x), m.add(x), m.map(x), m.push(x)])',
  ),
  attack(
    'a set with a state',
    'none',
    'const bag = () => { let n = 0; return { next: () => ++n } }; const b = bag(); return xs.map((x) => b.next() + x)',
  ),
  attack(
    'a set with a list',
    'none',
    'const bag = () => { const items = []; return { add(x) { items.push(x) }, all: () => items } }; const b = bag(); for (const x of xs) b.add(heavy(x)); return b.all()',
  ),
  attack(
    'a set with a value',
    'any',
    'const make = (k) => ({ k, times: (x) => x * k }); const m = make(3); return xs.map((x) => m.times(x) + m.k)',
  ),
  attack(
    'a set of which one is set again',
    'any',
    'const make = (k) => ({ times: (x) => x * k }); const m = make(3); m.times = (x) => -x; return xs.map((x) => m.times(x))',
  ),
  attack(
    'a set that has a second name',
    'any',
    'const make = (k) => ({ times: (x) => x * k }); const m = make(3); const list = [m]; list[0].times = (x) => -x; return xs.map((x) => m.times(x))',
  ),
  attack(
    'a set that is given back',
    'any',
    'const make = (k) => ({ times: (x) => x * k }); const m = make(3); const n = make(4); return xs.map((x) => (x > 5 ? m : n).times(x))',
  ),
  attack(
    'a set whose functions use each other',
    'any',
    'const make = (k) => ({ n: () => k, me() { return this.n() } }); const m = make(3); return xs.map((x) => m.me() + x)',
  ),
  attack(
    'a set that hands out what it was made with',
    'some',
    'const make = (o) => ({ see: () => o }); const o = { n: 1 }; const m = make(o); const seen = xs.map(() => m.see()); o.n = 2; return [seen, seen.map((x) => x === o)]',
  ),
]
