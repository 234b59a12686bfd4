/** Programs that fold into a container by `reduce`: keys, starts and steps that a shard's own container does not show. */
import type { Attack } from './attacks.ts'

function attack(name: string, shards: Attack['shards'], body: string, input: string): Attack {
  return { name, shards, source: `export default function (xs) { ${body} }\nexport const input = () => ${input}` }
}

const WORDS = `['b', 'constructor', 'b', '7', '__proto__', 'a', '07', '7', 'toString', 'constructor', '-1', 'b']`
const PLAIN = `['b', 'x', 'b', '7', 'a', '07', '3', '7', '-1', 'b', '4294967295', '1.5']`
const RECORDS = `[3, 1, 3, 2, 1, 3, 9, 2].map((k, id) => ({ k, id, n: id * 7 - 20 }))`

const COUNTS = ['(acc[x] || 0) + 1', '(acc[x] ?? 0) + 1', 'acc[x] ? acc[x] + 1 : 1', 'acc[x] + 1 || 1']

/** Ways to begin a count or a sum where there is none, which find what every object has under some names. */
const BEGUN = [
  'if (!acc[x]) acc[x] = 0; acc[x]++',
  'if (!acc[x]) acc[x] = 1; else acc[x]++',
  'if (acc[x]) acc[x]++; else acc[x] = 1',
  'if (x in acc) acc[x]++; else acc[x] = 1',
  'if (acc[x] === undefined) acc[x] = 0; acc[x]++',
  'acc[x] ||= 0; acc[x] += 2',
  'if (!acc[x]) acc[x] = 0; acc[x] -= x.length',
]

export const collectAttacks: readonly Attack[] = [
  ...BEGUN.map((count) =>
    attack(
      `keys of prototypes where \`${count}\``,
      'any',
      `const acc = {}; for (const x of xs) { ${count} } return Object.entries(acc).map(([x, n]) => [x, String(n)])`,
      `${WORDS}.flatMap((word) => [word, word, word])`,
    ),
  ),
  ...COUNTS.flatMap((count) => [
    attack(
      `keys of prototypes among counts by ${count}`,
      'any',
      `return xs.reduce((acc, x) => { acc[x] = ${count}; return acc }, {})`,
      WORDS,
    ),
    attack(
      `keys of no prototype among counts by ${count}`,
      'any',
      `return { ...xs.reduce((acc, x) => { acc[x] = ${count}; return acc }, Object.create(null)) }`,
      WORDS,
    ),
    attack(
      `the order of keys among counts by ${count}`,
      'some',
      `return Object.entries(xs.reduce((acc, x) => { acc[x] = ${count}; return acc }, {}))`,
      PLAIN,
    ),
    attack(
      `copies by ${count}`,
      'some',
      `return Object.entries(xs.reduce((acc, x) => ({ ...acc, [x]: ${count} }), {}))`,
      PLAIN,
    ),
    attack(
      `copies with keys of prototypes by ${count}`,
      'any',
      `const r = xs.reduce((acc, x) => ({ ...acc, [x]: ${count} }), {}); return [Object.entries(r), Object.getPrototypeOf(r) === Object.prototype]`,
      WORDS,
    ),
  ]),
  attack(
    'lists under keys of prototypes',
    'any',
    `const lists = xs.reduce((acc, x) => { if (!Object.hasOwn(acc, x)) acc[x] = []; acc[x].push(x); return acc }, {}); return [Object.keys(lists), Object.hasOwn(lists, '__proto__')]`,
    WORDS,
  ),
  attack(
    'lists under keys of prototypes that throw',
    'any',
    `try { return xs.reduce((acc, x) => { (acc[x] ??= []).push(x); return acc }, {}) } catch (error) { return error.message }`,
    WORDS,
  ),
  attack(
    'copied lists',
    'some',
    `return Object.entries(xs.reduce((acc, x) => ({ ...acc, [x]: [...(acc[x] ?? []), x + '!'] }), {}))`,
    PLAIN,
  ),
  attack(
    'copied lists under keys of prototypes',
    'any',
    `try { return xs.reduce((acc, x) => ({ ...acc, [x]: [...(acc[x] ?? []), x] }), {}) } catch (error) { return error.message }`,
    WORDS,
  ),
  attack(
    'an index by key, the last one wins',
    'some',
    `const by = xs.reduce((acc, x) => { acc[x.k] = x; return acc }, {}); return [by, xs.map((x) => by[x.k] === x)]`,
    RECORDS,
  ),
  attack(
    'an index by key with __proto__',
    'any',
    `const by = xs.reduce((acc, x) => ({ ...acc, [x]: { x } }), {}); return [Object.keys(by), Object.getPrototypeOf(by) === Object.prototype]`,
    WORDS,
  ),
  attack(
    'a start that is an item',
    'any',
    `return xs.reduce((acc, x) => { acc[x.k] = x.id; return acc }, xs[2])`,
    RECORDS,
  ),
  attack(
    'a start that the callback reads under another name',
    'any',
    `const seen = {}; return xs.reduce((acc, x) => { acc[x.k] = Object.keys(seen).length; return acc }, seen)`,
    RECORDS,
  ),
  attack(
    'a start that goes on elsewhere',
    'some',
    `const seen = { 3: 4 }; const same = xs.reduce((acc, x) => { acc[x.k] = (acc[x.k] ?? 0) + 1; return acc }, seen); same.z = 1; return [seen, same === seen]`,
    RECORDS,
  ),
  attack(
    'copies of a start that is seen elsewhere',
    'none',
    `const seen = { 3: 4 }; const other = xs.reduce((acc, x) => ({ ...acc, [x.k]: (acc[x.k] ?? 0) + 1 }), seen); return [seen, other]`,
    RECORDS,
  ),
  attack(
    'a start that is frozen',
    'any',
    `try { return xs.reduce((acc, x) => { acc[x.k] = (acc[x.k] ?? 0) + 1; return acc }, Object.freeze({})) } catch (error) { return error.message }`,
    RECORDS,
  ),
  attack(
    'a start with a setter',
    'any',
    `let n = 0; const acc = { set 3(v) { n += v } }; xs.reduce((acc, x) => { acc[x.k] = x.id; return acc }, acc); return n`,
    RECORDS,
  ),
  attack(
    'a start that is a list of counts',
    'some',
    `return xs.reduce((acc, x) => { acc[x.k]++; return acc }, new Array(12).fill(0))`,
    RECORDS,
  ),
  attack(
    'a start that is a list too short',
    'any',
    `return xs.reduce((acc, x) => { acc[x.k]++; return acc }, [0, 0, 0])`,
    RECORDS,
  ),
  attack(
    'a histogram in bytes that cuts',
    'any',
    `return xs.reduce((acc, x) => { acc[x.k % 4] += x.n; return acc }, new Uint8ClampedArray(4).fill(120))`,
    RECORDS,
  ),
  attack(
    'a histogram in bytes that wraps',
    'some',
    `return xs.reduce((acc, x) => { acc[x.k % 4] += x.n; return acc }, new Uint8Array(4).fill(250))`,
    RECORDS,
  ),
  attack(
    'sums of integers, one of which is none',
    'any',
    `return xs.reduce((acc, x) => { acc[x.k] = (acc[x.k] ?? 0) + x.n; return acc }, {})`,
    `[...${RECORDS}, { k: 3, n: 0.1 }, { k: 3, n: 0.2 }, { k: 1, n: 7 }]`,
  ),
  attack(
    'sums of integers, one of which is -0',
    'any',
    `const t = xs.reduce((acc, x) => { if (x.k in acc) acc[x.k] += x.n; else acc[x.k] = x.n; return acc }, {}); return Object.values(t).map((v) => Object.is(v, -0))`,
    `[{ k: 1, n: -0 }, { k: 2, n: 0 }, { k: 1, n: -0 }, { k: 3, n: 3 }]`,
  ),
  attack(
    'sums beyond the safe integers',
    'any',
    `return xs.reduce((acc, x) => { acc[x.k] = (acc[x.k] ?? 0) + x.n; return acc }, {})`,
    `[1, 2, 3, 4, 5, 6].map((i) => ({ k: i % 2, n: i % 3 ? 9007199254740991 : -9007199254740990 }))`,
  ),
  attack(
    'sums that start from a fraction',
    'any',
    `return xs.reduce((acc, x) => { acc[x.k] += x.n; return acc }, { 1: 0.1, 2: 1e-9, 3: 1, 9: 5 })`,
    RECORDS,
  ),
  attack(
    'sums that start from text',
    'any',
    `return xs.reduce((acc, x) => { acc[x.k] += x.n; return acc }, { 1: 'a', 2: 0, 3: null, 9: 5 })`,
    RECORDS,
  ),
  attack(
    'sums of text',
    'any',
    `return xs.reduce((acc, x) => { acc[x.k] = (acc[x.k] || 0) + x.t; return acc }, {})`,
    `[1, 2, 1].map((k) => ({ k, t: 't' + k }))`,
  ),
  attack(
    'sums beside values of other kinds',
    'some',
    `return xs.reduce((acc, x) => { acc.total += x.n; acc.n++; return acc }, { title: 'orders', total: 5, n: -3, rate: 0.5 })`,
    RECORDS,
  ),
  attack(
    'sums in a Map',
    'some',
    `return xs.reduce((acc, x) => acc.set(x.k, (acc.get(x.k) ?? 0) + x.n), new Map([[9, 4], ['a', 0.5]]))`,
    RECORDS,
  ),
  attack(
    'sums in a Map that start from a fraction',
    'any',
    `return xs.reduce((acc, x) => acc.set(x.k, (acc.get(x.k) ?? 0) + x.n), new Map([[9, 0.4], [3, -0]]))`,
    RECORDS,
  ),
  attack(
    'what a step returns is not always what it got',
    'none',
    `return xs.reduce((acc, x) => { acc.push(x.id); return x.k === 9 ? [] : acc }, [])`,
    RECORDS,
  ),
  attack(
    'a step that may return nothing',
    'none',
    `try { return xs.reduce((acc, x) => { acc[x.k] = 1; if (x.k !== 9) return acc }, {}) } catch (error) { return error.message }`,
    RECORDS,
  ),
  attack(
    'a step that throws half-way',
    'some',
    `const acc = {}; try { xs.reduce((acc, x) => { acc[x.k] = (acc[x.k] ?? 0) + 1; if (x.id === 6) throw new Error('at ' + x.id); return acc }, acc) } catch (error) { return [acc, error.message] }`,
    RECORDS,
  ),
  attack(
    'lists of records that are changed afterwards',
    'some',
    `const g = xs.reduce((acc, x) => { (acc[x.k] ??= []).push(x); return acc }, {}); for (const list of Object.values(g)) list[0].first = true; return [g, xs]`,
    RECORDS,
  ),
  attack('no items', 'none', `return xs.reduce((acc, x) => { acc[x] = 1; return acc }, {})`, '[]'),
  attack('a set', 'some', `return xs.reduce((acc, x) => acc.add(x.k), new Set([9]))`, RECORDS),
  attack(
    'a class that counts',
    'any',
    `class Bag { set(k, v) { this[k] = v; return this } get(k) { return this[k] } }\nreturn { ...xs.reduce((acc, x) => acc.set(x.k, (acc.get(x.k) ?? 0) + 1), new Bag()) }`,
    RECORDS,
  ),
  attack(
    'a sum in the body of an arrow',
    'any',
    `const t = {}; xs.forEach((x) => t[x.k] = (t[x.k] ?? 0) + x.n); const u = { n: 0 }; xs.forEach(x => u.n += x.n); return [t, u]`,
    RECORDS,
  ),
]
