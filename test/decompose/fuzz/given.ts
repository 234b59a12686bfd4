/** Statements that hand functions to helpers, and compose functions of others. */
import { type Kind, made, numeric } from './parts.ts'
import type { Choices } from './random.ts'

export const givenKinds: Readonly<Record<string, Kind>> = {
  handed: (c, n) =>
    made(n, 'any', (v) => {
      const list = (): string => c.one([...n.nums, 'recs', 'words'])
      const helper = c.one([
        'const h = (xs, f) => xs.map(f)',
        'function h(xs, f) { return xs.map((x, i) => f(x, i)) }',
        'function h(xs, f) { const out = []; for (const x of xs) out.push(f(x)); return out }',
        'function h(xs, f) { const out = {}; for (const x of xs) { (out[f(x)] ??= []).push(x) } return out }',
        'function h(xs, f) { let s = 0; for (const x of xs) s += f(x) ?? 0; return s }',
        'function h(xs, f) { let best = null; let low = Infinity; for (const x of xs) { const w = f(x); if (w < low) { low = w; best = x } } return best }',
        'const h = (xs, f) => xs.filter((x) => f(x)).map((x) => [x, f(x)])',
        'const h = (xs, f) => xs.reduce((a, x) => Math.max(a, f(x)), 0)',
        'const h = (xs, f) => xs.find(f)',
        'function h(xs, f) { const g = (x) => f(x); return xs.map(g) }',
        'function h(xs, f) { return k(xs, (x) => [f(x), x]) } function k(xs, f) { return xs.map(f) }',
        'function h(xs, f) { return xs.map((x) => [f, f(x)].length) }',
        'function h(xs, f) { f.seen = (f.seen ?? 0) + 1; return xs.map((x) => f(x) + f.seen) }',
        'function h(xs, f) { if (xs.length > 4) f = heavy; return xs.map(f) }',
        'function h(xs, f = heavy) { return xs.map((x) => f(x)) }',
      ])
      const calls = Array.from({ length: 1 + c.below(3) }, () => `h(${list()}, ${given(c, v)})`)
      return `let ${v} = null; { ${helper}; let n = 0; const d = ${c.one(['limit', '3', 'box'])}; const beside = (x) => heavy(x?.v ?? x) + (d.k ?? d); try { ${v} = [${calls.join(', ')}, n] } catch (error) { ${v} = error.message } }`
    }),
  composed: (c, n) =>
    made(n, 'any', (v) => {
      const part = (): string =>
        c.below(9) > 0
          ? c.one(['twice', 'heavy', '(x) => x + limit', '(x) => x * d', 'beside', 'c0'])
          : c.one(['(x) => x + n++', 'Math.sqrt', 'RULES[1]'])
      const compose = c.one([
        '(f, g) => (x) => f(g(x))',
        '(f, g) => (x, i) => g(f(x)) + i',
        '(f, g) => { const both = (x) => [f(x), g(x)]; return both }',
      ])
      const composed = `const c0 = (x) => x - 1; const c1 = compose(${part()}, ${part()}); const c2 = compose(${part()}, ${c.one(['c1', part()])})`
      const use = c.one([
        `${c.one(n.nums)}.map(c1)`,
        `${c.one(n.nums)}.map((x, i) => [c1(x, i), c2(x, i)])`,
        `${c.one(n.nums)}.filter((x) => c2(x, 0)).map(c1)`,
        `[...${c.one(n.nums)}].map((x) => c2(c1(x, 1), 2))`,
        `${c.one(n.nums)}.${c.one(['map', 'filter', 'flatMap', 'find'])}(compose(${part()}, ${part()}))`,
        `${c.one(['Array', 'Float64Array'])}.from(${c.one(n.nums)}, ${c.one([`compose(${part()}, ${part()})`, 'counter(3)', 'scale(d)'])})`,
        `${c.one(n.nums)}.map(pipe(${Array.from({ length: c.below(4) }, part).join(', ')}))`,
        `${c.one(n.nums)}.map(${c.one(['counter(n)', 'scale(limit)', 'scale(d + 1)', 'scale(n++)'])}).map(scale(2))`,
      ])
      return `let ${v} = null; { let n = 0; const d = ${c.one(['limit', '7'])}; const beside = (x) => x % d; const pipe = ${c.one(['(...fs) => (x) => fs.reduce((v, f) => f(v), x)', '(...fs) => (x) => { for (const f of fs) x = f(x); return x }', '(...fs) => (x) => fs.map((f) => f(x))', '(g, ...fs) => (x) => [g(x), fs.length, ...fs.map((f) => f(x))]', '(...fs) => (x) => { fs.reverse(); return fs[0]?.(x) }'])}; const scale = (k) => (x, i) => x * k + (i ?? 0); const compose = ${compose}; ${composed}; ${v} = [${use}, n] }`
    }),
}

function given(c: Choices, name: string): string {
  return c.below(5) > 0 ? harmless(c) : doubtful(c, name)
}

function harmless(c: Choices): string {
  return c.one([
    `(x) => ${numeric(c, '(x?.v ?? x)')}`,
    '(x) => x?.v ?? x',
    '(x) => (x?.v ?? x) * (d.k ?? d)',
    '(x) => beside(x) % 4',
    'beside',
    'heavy',
    '({ v, inner }) => [v, inner]',
    '(x) => { if (x === 9 || x?.v === 9) throw new Error("nine"); return 1 }',
    '(x, i) => i ?? 0',
    '(x) => recs[0]',
    'function (x) { return [x, d] }',
  ])
}

function doubtful(c: Choices, name: string): string {
  return c.one([
    '(x) => n++',
    '(x) => { n += 1; return x }',
    '(x) => { history.push(1); return history.length }',
    `(x) => ${name} ?? x`,
    'function (x) { return this === undefined ? x : 0 }',
    'RULES[2]',
    '(x) => h === undefined',
    '(x) => typeof beside',
  ])
}
