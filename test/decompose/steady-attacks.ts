/** Programs that count and list by keys that functions give: evaluated twice, they must give the same, or stay in order. */
import type { Attack } from './attacks.ts'

function attack(name: string, shards: Attack['shards'], helpers: string, body: string): Attack {
  return {
    name,
    shards,
    source: `${helpers}\nexport default function ({ xs, rows, k }) { ${body} }\nexport const input = () => ({ xs: Array.from({ length: 23 }, (_, i) => (i * 37) % 11), rows: Array.from({ length: 29 }, (_, i) => ({ v: (i * 29) % 13, g: i % 3, t: '2024-0' + (1 + (i % 4)) + '-01T00', tags: ['a' + (i % 2), 'b'] })), k: 2 })`,
  }
}

const COUNT = (key: string): string =>
  `const g = {}; for (const r of rows) { g[${key}] = (g[${key}] ?? 0) + 1 } return g`
const LIST = (key: string): string => `const g = {}; for (const r of rows) { (g[${key}] ??= []).push(r) } return g`

export const steadyAttacks: readonly Attack[] = [
  attack('counts by a function of the module', 'some', 'const keyOf = (r) => r.v % 3', COUNT('keyOf(r)')),
  attack(
    'lists by a function of the module',
    'some',
    'function month(t) { const [y, m] = t.split("-"); return y + "/" + m }',
    LIST('month(r.t)'),
  ),
  attack(
    'counts of a Map by a function',
    'some',
    'const keyOf = (r) => r.tags.map((t) => t + r.g).join()',
    'const g = new Map(); for (const r of rows) g.set(keyOf(r), (g.get(keyOf(r)) ?? 0) + 1); return g',
  ),
  attack(
    'lists of a Map by a function',
    'some',
    'const keyOf = (r) => (r.v > 5 ? "many" : "few")',
    'const g = new Map(); for (const r of rows) { if (!g.has(keyOf(r))) g.set(keyOf(r), []); g.get(keyOf(r)).push(r) } return g',
  ),
  attack('by a function within', 'some', '', `const keyOf = (r) => r.v % k; ${LIST('keyOf(r)')}`),
  attack(
    'by functions that call others',
    'some',
    'const mod = (n, d) => ((n % d) + d) % d\nfunction keyOf(r) { let n = 0; for (const t of r.tags) n += t.length; return mod(r.v - n, 4) }',
    COUNT('keyOf(r)'),
  ),
  attack(
    'by a given function',
    'some',
    'function groupBy(xs, key) { const g = {}; for (const x of xs) (g[key(x)] ??= []).push(x); return g }',
    'return [groupBy(rows, (r) => r.v % k), groupBy(xs, (x) => x % 3)]',
  ),
  attack('by a function that counts', 'none', 'let n = 0; const keyOf = (r) => (r.v + n++) % 3', COUNT('keyOf(r)')),
  attack(
    'by a function that counts in its argument',
    'any',
    'const keyOf = (o) => (o.n = (o.n ?? 0) + 1) % 3',
    'const g = {}; for (const r of rows) { const o = { n: r.v }; g[keyOf(o)] = (g[keyOf(o)] ?? 0) + 1 } return g',
  ),
  attack(
    'by a function that takes from its argument',
    'any',
    'const keyOf = (list) => list.pop()',
    'const g = {}; for (const r of rows) { const list = [r.v % 3, r.g, 7]; g[keyOf(list)] = (g[keyOf(list)] ?? 0) + 1 } return g',
  ),
  attack(
    'by a function with a variable of the iteration',
    'any',
    '',
    'const g = {}; for (const r of rows) { let c = r.v; const keyOf = () => c++ % 3; g[keyOf()] = (g[keyOf()] ?? 0) + 1 } return g',
  ),
  attack(
    'by a function that reads a variable of the iteration',
    'any',
    '',
    'const g = {}; for (const r of rows) { let c = r.v; const keyOf = () => c % 3; if (!g[keyOf()]) g[keyOf()] = []; g[keyOf()].push(c++) } return g',
  ),
  attack(
    'by a pattern that remembers',
    'any',
    'const keyOf = (re, t) => re.test(t)',
    'const g = {}; for (const r of rows) { const re = /0/g; g[keyOf(re, r.t)] = (g[keyOf(re, r.t)] ?? 0) + 1 } return g',
  ),
  attack(
    'by a pattern that sticks',
    'any',
    'const keyOf = (re, t) => t.replace(re, "-")',
    'const g = {}; for (const r of rows) { const re = /2/y; g[keyOf(re, r.t)] = (g[keyOf(re, r.t)] ?? 0) + 1 } return g',
  ),
  attack(
    'by an iterator',
    'any',
    'const keyOf = (it) => it.next().value',
    'const g = {}; for (const r of rows) { const it = [r.v % 3, 1, 2].values(); g[keyOf(it)] = (g[keyOf(it)] ?? 0) + 1 } return g',
  ),
  attack(
    'by objects made anew',
    'some',
    'const keyOf = (r) => ({ v: r.v % 3 })',
    'const g = new Map(); for (const r of rows) g.set(keyOf(r), (g.get(keyOf(r)) ?? 0) + 1); return [...g.values()]',
  ),
  attack('by lists made anew', 'some', 'const keyOf = (r) => [r.v % 3, r.g]', COUNT('keyOf(r)')),
  attack(
    'by symbols',
    'any',
    'const keyOf = (r) => Symbol(r.v)',
    'const g = new Map(); for (const r of rows) g.set(keyOf(r), (g.get(keyOf(r)) ?? 0) + 1); return g.size',
  ),
  attack(
    'by what is held so far',
    'none',
    'const keyOf = (g, r) => Object.keys(g).length % 3 + r.g',
    COUNT('keyOf(g, r)'),
  ),
  attack(
    'by another output',
    'none',
    'const keyOf = (n) => n % 3',
    'const g = {}; let n = 0; for (const r of rows) { g[keyOf(n)] = (g[keyOf(n)] ?? 0) + 1; n += r.v } return [g, n]',
  ),
  attack('by a recursive function', 'any', 'const depth = (n) => (n <= 1 ? 0 : 1 + depth(n / 2))', COUNT('depth(r.v)')),
  attack('by random numbers', 'none', 'const keyOf = (r) => (r.v * Math.random() > 99 ? 1 : 2)', COUNT('keyOf(r)')),
  attack(
    'by a function that throws',
    'some',
    'const keyOf = (r) => { if (r.v === 11) throw new Error("eleven"); return r.v % 3 }',
    COUNT('keyOf(r)'),
  ),
  attack(
    'by a function of a variable that is set',
    'any',
    'let shift = 0\nconst keyOf = (r) => (r.v + shift) % 3',
    `shift = k; ${COUNT('keyOf(r)')}`,
  ),
  attack(
    'sums by a function',
    'some',
    'const keyOf = (r) => r.v % 3',
    'const g = {}; for (const r of rows) { g[keyOf(r)] = (g[keyOf(r)] ?? 0) + r.g } return g',
  ),
  attack(
    'sets by a function',
    'some',
    'const keyOf = (r) => r.v % 3',
    'const g = {}; for (const r of rows) { (g[keyOf(r)] ??= new Set()).add(r.g) } return g',
  ),
  attack(
    'cells by a function',
    'any',
    'const at = (i) => (i * 7) % 29',
    'const out = new Array(29).fill(0); for (let i = 0; i < 29; i++) out[at(i)] += rows[i].v; return out',
  ),
  attack(
    'folds by a function',
    'some',
    'const keyOf = (r) => r.v % 3',
    'return rows.reduce((g, r) => { g[keyOf(r)] = (g[keyOf(r)] ?? 0) + 1; return g }, {})',
  ),
]
