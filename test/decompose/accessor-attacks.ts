/** Modules in which getters, setters and special methods change something: where iterations cannot meet them, they may be sharded. */
import type { Attack } from './attacks.ts'

function attack(name: string, shards: Attack['shards'], extra: string, body: string): Attack {
  return {
    name: `accessors: ${name}`,
    shards,
    source: `let seen = 0\n${extra}\nexport default function (input) { const { xs } = input; ${body} }\nexport const input = () => (${INPUT})`,
  }
}

const INPUT = '{ xs: Array.from({ length: 23 }, (_, i) => (i * 37) % 11), o: { n: 3, rows: [1, 2, 3, 4, 5, 6, 7] } }'
const COUNTER = 'class Counter { #n = 0; set step(by) { seen += by } get next() { seen++; return seen } }'
const SHOWN =
  'class Shown { constructor(v) { this.v = v } get twice() { seen++; return 2 * this.v } valueOf() { return ++seen } }'
const RANGE =
  'class Range { constructor(n) { this.n = n } *[Symbol.iterator]() { for (let i = 0; i < this.n; i++) { seen++; yield i } } }'
const DEFINED =
  "class Odd { constructor(v) { this.v = v } }\nObject.defineProperty(Odd.prototype, 'k', { get() { return ++seen } })"
const BUILT =
  "function Old(v) { this.v = v }\nObject.defineProperty(Old.prototype, 'k', { get() { return ++seen + this.v } })"
const HELPER = "const mark = (object) => Object.defineProperty(object, 'k', { get: () => ++seen, enumerable: true })"

export const accessorAttacks: readonly Attack[] = [
  attack(
    'a setter that no iteration meets',
    'some',
    COUNTER,
    'return [xs.map((x) => x * 3 + 1), new Counter().next, seen]',
  ),
  attack(
    'an iterator that no iteration meets',
    'some',
    RANGE,
    'return [xs.map((x) => x - 1), [...new Range(3)], seen]',
  ),
  attack(
    'accessors that a call defines elsewhere',
    'some',
    HELPER,
    'const a = xs.map((x) => x + 1); return [a, mark({}).k, seen]',
  ),
  attack(
    'a loop over items beside them',
    'some',
    HELPER,
    'const out = []; for (const x of xs) out.push(x * x); return [out, mark([]).k, seen]',
  ),
  attack(
    'made in the iteration',
    'none',
    COUNTER,
    'const out = xs.map((x) => { const c = new Counter(); c.step = x; return c.next }); return [out, seen]',
  ),
  attack(
    'made by a function of the iteration',
    'none',
    `${COUNTER}\nconst make = () => new Counter()`,
    'const out = xs.map((x) => x + make().next); return [out, seen]',
  ),
  attack(
    'a literal of the iteration',
    'none',
    '',
    'const out = xs.map((x) => ({ get k() { return ++seen } }).k + x); return [out, seen]',
  ),
  attack(
    'a literal of a called function',
    'none',
    'const make = (v) => ({ get k() { return v + ++seen } })',
    'const out = xs.map((x) => make(x).k); return [out, seen]',
  ),
  attack(
    'items of a class with a getter',
    'any',
    SHOWN,
    'const all = xs.map((x) => x); const made = []; for (const x of all) made.push(new Shown(x)); return [made.map((m) => m.twice), made.map((m) => m + 1), seen]',
  ),
  attack(
    'a captured object of such a class',
    'any',
    SHOWN,
    'const s = new Shown(4); return [xs.map((x) => x + s.twice), xs.map((x) => x * s), seen]',
  ),
  attack(
    'a subclass of it',
    'none',
    `${SHOWN}\nclass More extends Shown {}`,
    'return [xs.map((x) => new More(x).twice), seen]',
  ),
  attack(
    'an iterator of the iteration',
    'none',
    RANGE,
    'return [xs.map((x) => { let sum = 0; for (const i of new Range(x)) sum += i; return sum }), seen]',
  ),
  attack(
    'an object that is iterated over',
    'any',
    RANGE,
    'const out = []; for (const i of new Range(9)) out.push(i + 1); return [out, seen]',
  ),
  attack(
    'a captured object that iterations iterate over',
    'any',
    RANGE,
    'const r = new Range(3); return [xs.map((x) => { let sum = x; for (const i of r) sum += i; return sum }), seen]',
  ),
  attack(
    'the end of a loop',
    'any',
    'const limit = { get n() { seen++; return 11 } }',
    'const out = []; for (let i = 0; i < limit.n; i++) out.push(i * 2); return [out, seen]',
  ),
  attack(
    'the length of an own list',
    'any',
    'const list = { get length() { seen++; return 9 } }',
    'const out = []; for (let i = 0; i < list.length; i++) out.push(i + 5); return [out, seen]',
  ),
  attack(
    'a local end of a loop',
    'any',
    '',
    'const limit = { get n() { seen++; return 8 } }; const out = []; for (let i = 0; i < limit.n; i++) out.push(i); return [out, seen]',
  ),
  attack(
    'the test of a while loop',
    'any',
    'const limit = { get n() { seen++; return 8 } }',
    'const out = []; let i = 0; while (i < limit.n) { out.push(i); i++ } return [out, seen]',
  ),
  attack('defined on a class that iterations make', 'none', DEFINED, 'return [xs.map((x) => new Odd(x).k), seen]'),
  attack(
    'defined on the class of the items',
    'any',
    DEFINED,
    'const made = []; for (const x of xs) made.push(new Odd(x)); return [made.map((m) => m.k + m.v), seen]',
  ),
  attack(
    'defined on the class of a captured object',
    'any',
    DEFINED,
    'const odd = new Odd(2); return [xs.map((x) => x + odd.k), seen]',
  ),
  attack(
    'defined on the prototype of a function',
    'any',
    BUILT,
    'const old = new Old(1); return [xs.map((x) => x + old.k), xs.map((x) => new Old(x).k), seen]',
  ),
  attack(
    'defined on a captured object',
    'any',
    HELPER,
    'const o = mark({ a: 1 }); return [xs.map((x) => x + o.k), seen]',
  ),
  attack(
    'defined on items',
    'any',
    HELPER,
    'const made = xs.map((x) => ({ x })); for (const m of made) mark(m); return [made.map((m) => m.k + m.x), seen]',
  ),
  attack(
    'defined on what is within the input',
    'any',
    HELPER,
    'mark(input.o); return [xs.map((x) => x + input.o.k), xs.map((x) => x + input.o.n), seen]',
  ),
  attack('defined in the iteration', 'none', HELPER, 'return [xs.map((x) => mark({ x }).k), seen]'),
  attack(
    'defined on a builtin',
    'any',
    "Object.defineProperty(Array.prototype, 'last', { get() { return this[this.length - 1] + ++seen }, configurable: true })",
    'try { return [xs.map((x) => [x].last), seen] } finally { delete Array.prototype.last }',
  ),
  attack(
    'defined on a function',
    'any',
    "function f(x) { return x }\nObject.defineProperty(f, 'k', { get: () => ++seen })",
    'return [xs.map((x) => f(x) + f.k), seen]',
  ),
  attack(
    'a changed prototype',
    'any',
    'const base = { get k() { return ++seen } }',
    'const o = Object.setPrototypeOf({ a: 1 }, base); return [xs.map((x) => x + o.k), seen]',
  ),
  attack(
    'a prototype of a literal',
    'any',
    'const base = { get k() { return ++seen } }',
    'return [xs.map((x) => ({ __proto__: base, x }).k), seen]',
  ),
  attack(
    'a made object',
    'any',
    'const base = { get k() { return ++seen } }',
    'return [xs.map((x) => Object.create(base).k + x), seen]',
  ),
  attack(
    'a setter of what is filled',
    'any',
    '',
    'const out = { set a(v) { seen += v }, b: 0 }; for (const x of xs) out.a = x; return [out.b, seen]',
  ),
  attack(
    'a setter that a key names',
    'any',
    '',
    "const out = { set k3(v) { seen += v } }; for (const x of xs) out['k' + x] = x; return [Object.keys(out), seen]",
  ),
  attack(
    'a getter of the receiver',
    'some',
    '',
    'const o = { get list() { seen++; return xs } }; return [o.list.map((x) => x + 1), seen]',
  ),
  attack(
    'a value with a method that plus calls',
    'any',
    '',
    'const v = { valueOf() { return ++seen } }; return [xs.map((x) => x + v), seen]',
  ),
  attack(
    'what a promise of its own does',
    'any',
    'class Late { then(done) { seen++; done(seen) } }',
    'return xs.map((x) => x + seen)',
  ),
]
