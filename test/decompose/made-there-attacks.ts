/** Programs that make the function of an array call where they hand it over: it is made once, by the root. */
import type { Attack } from './attacks.ts'

function attack(name: string, shards: Attack['shards'], helpers: string, body: string): Attack {
  return {
    name,
    shards,
    source: `function heavy(x) { let h = x; for (let i = 0; i < 4; i++) h = (h * 31 + i) % 1009; return h }\n${helpers}\nexport default async function ({ xs, rows, k }) { ${body} }\nexport const input = () => ({ xs: Array.from({ length: 23 }, (_, i) => (i * 37) % 11), rows: Array.from({ length: 19 }, (_, i) => ({ v: (i * 29) % 13, g: i % 3 })), k: 2 })`,
  }
}

const COUNTER = 'function counter(from) { let n = from; return () => ++n }'

export const madeThereAttacks: readonly Attack[] = [
  attack(
    'a curried function',
    'some',
    'const scale = (k) => (x) => x * k',
    'return [xs.map(scale(3)), xs.map(scale(k))]',
  ),
  attack(
    'a property by its name',
    'some',
    'const prop = (name) => (o) => o[name]',
    'return [rows.map(prop("v")), rows.filter(prop("g")), rows.find(prop("g"))]',
  ),
  attack(
    'composed there',
    'some',
    'const compose = (f, g) => (x) => f(g(x))\nconst inc = (x) => x + 1',
    'return [xs.map(compose(inc, heavy)), xs.map(compose((x) => x * k, inc))]',
  ),
  attack(
    'not a test',
    'some',
    'const not = (test) => (x) => !test(x)',
    'return [xs.filter(not((x) => x > 4)), rows.every(not((row) => row.v > 99))]',
  ),
  attack('a counter', 'none', COUNTER, 'return xs.map(counter(0))'),
  attack(
    'a counter for Array.from',
    'none',
    COUNTER,
    'return [Array.from(xs, counter(0)), Array.from({ length: 20 }, counter(5))]',
  ),
  attack('a counter for typed arrays', 'none', COUNTER, 'return Float64Array.from(xs, counter(0))'),
  attack(
    'a function that is made and called at once',
    'none',
    '',
    'return Array.from(xs, (() => { let n = 0; return () => n++ })())',
  ),
  attack(
    'a choice of functions',
    'any',
    COUNTER,
    'return [Array.from(xs, k > 1 ? counter(0) : heavy), xs.map(k > 1 ? counter(0) : heavy)]',
  ),
  attack('a sequence', 'any', '', 'let c = 0; return [Array.from(xs, (c++, (x) => x + c)), c]'),
  attack(
    'a memo there',
    'none',
    'const memo = (f) => { const seen = new Map(); return (x) => { if (!seen.has(x)) seen.set(x, seen.size); return seen.get(x) } }',
    'return xs.map(memo(heavy))',
  ),
  attack(
    'indices and the whole list',
    'some',
    'const near = (d) => (x, i, all) => x - (all[i - d] ?? 0)',
    'return xs.map(near(1))',
  ),
  attack(
    'for Array.from, by index',
    'some',
    'const times = (k) => (_, i) => i * k',
    'return [Array.from({ length: 21 }, times(k)), Float64Array.from(xs, times(0.5))]',
  ),
  attack(
    'each',
    'some',
    'const into = (out) => (x) => { out.push(x) }',
    'const out = []; xs.forEach((x) => out.push(x * 2)); return out',
  ),
  attack(
    'each into what the maker holds',
    'none',
    'const into = (out) => (x) => { out.push(x) }',
    'const out = []; xs.forEach(into(out)); return out',
  ),
  attack(
    'what the maker was given changes',
    'none',
    'const rising = (o) => (x) => { o.n += 1; return x + o.n }',
    'const o = { n: 0 }; return [xs.map(rising(o)), o]',
  ),
  attack(
    'in a pipeline',
    'some',
    'const scale = (k) => (x) => x * k',
    'return xs.map(scale(3)).filter((x) => x > 3).map(scale(k)).map((x) => x + 1)',
  ),
  attack(
    'twice at one place',
    'some',
    'const scale = (k) => (x) => x * k',
    'const out = []; for (let round = 0; round < 3; round++) out.push(xs.map(scale(round + k))); return out',
  ),
  attack(
    'in a loop whose body is sharded',
    'some',
    'const scale = (k) => (x) => x * k',
    'return rows.map((row) => xs.map(scale(row.v)))',
  ),
  attack(
    'in a helper that shards call',
    'some',
    'const scale = (k) => (x) => x * k\nfunction all(xs, k) { return xs.map(scale(k)) }',
    'return rows.map((row) => all(xs, row.v))',
  ),
  attack('flat', 'some', 'const twice = (k) => (x) => [x, x * k]', 'return xs.flatMap(twice(k))'),
  attack(
    'in an optional chain',
    'any',
    'const scale = (k) => (x) => x * k',
    'return [xs?.map(scale(3)), rows.none?.map(scale(2))]',
  ),
  attack(
    'with an error',
    'some',
    'const checked = (top) => (x) => { if (x > top) throw new RangeError(x + " is above " + top); return x }',
    'return xs.map(checked(9))',
  ),
  attack(
    'an argument that is evaluated once',
    'some',
    'const scale = (k) => (x) => x * k',
    'let n = 0; const next = () => ++n; const out = xs.map(scale(next())); return [out, n]',
  ),
  attack(
    'objects that it gives back',
    'some',
    'const pick = (a, b) => (x) => (x > 4 ? a : b)',
    'const a = { k }; const out = xs.map(pick(a, rows[0])); return [out.map((o) => [o === a, o === rows[0]]), rows]',
  ),
  attack(
    'a maker that is set again',
    'any',
    'let scale = (k) => (x) => x * k',
    'scale = (k) => (x) => x + k; return xs.map(scale(3))',
  ),
  attack(
    'a maker of the function',
    'some',
    '',
    'const scale = (f) => (x) => x * f; return [xs.map(scale(3)), xs.map(scale(k))]',
  ),
  attack('a trailing comma', 'some', 'const scale = (k) => (x) => x * k', 'return xs.map(\n scale(\n3,\n),\n)'),
]
