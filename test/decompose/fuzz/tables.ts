/** Statements that call functions through tables and getters. */
import { type Kind, made } from './parts.ts'

export const tableKinds: Readonly<Record<string, Kind>> = {
  operators: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = ${c.one(n.nums)}.map((x) => OPERATORS[${c.one([`'+'`, `x % 2 ? '+' : 'max'`, `['max', '*'][x % 2]`, `x > 8 ? 'none' : '*'`])}]?.(x, ${c.one(['limit', 'x', 'heavy(x)'])}))`,
    ),
  rules: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = []; { ${c.one(['', `const RULES = [(x) => x + ${c.one(['1', 'limit', 'total', 'box.k'])}, twice]; `, 'const RULES = [(x) => { total += 1; return x }, twice]; ', 'const RULES = [twice, (x) => x]; RULES.push(heavy); '])}for (const x of ${c.one(n.nums)}) { let y = x; ${c.one(['for (const rule of RULES) y = rule(y)', 'y = RULES.reduce((s, rule) => s + rule(x), 0)', 'y = RULES[x % 2](x)', 'y = RULES.map((rule) => rule(x))', 'RULES[0] = twice; y = RULES[0](x)', 'y = Object.values(OPERATORS).length'])}; ${v}.push(y) }${c.one(['', '; total += 1'])} }`,
    ),
  getters: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const boxes${v} = ${c.one(n.recs)}.map((r) => new Crate(r.v, ${c.one(['r', '[r.v]', 'r.inner'])})); const ${v} = []; for (const b of boxes${v}) { ${c.one([`${v}.push(b.size)`, `const { size, parts } = b; ${v}.push(size, parts)`, `b.parts.push(1); ${v}.push(b.parts.length)`, `b.inside.seen = 1; ${v}.push(b.size)`, `${v}.push(b['size'], b.inside)`, `if (b.size > (${v}[0] ?? 0)) ${v}[0] = b.size`])} } ${v}.push(boxes${v}.reduce((a, b) => (b.size > a.size ? b : a)).size)`,
    ),
  madeFunctions: (c, n) =>
    made(n, 'any', (v) => {
      const given = c.one(['limit', 'box', 'recs', 'nums', 'history', 'total', '3', 'twice'])
      const body = c.one([
        '(x) => heavy(x) + String(a).length',
        '(x) => a?.k ?? x',
        '(x, i) => a?.[i] ?? x',
        '(x) => { total += x; return x }',
        '(x) => { if (a?.length < 40) a.push?.(x); return x }',
        '(x) => { b.n += 1; return b.n + x }',
        '(x) => b.n * x',
        'step',
        '(x) => step(x) - step(1)',
        'function (x) { return this === undefined ? x : a }',
        '(x) => (c += x)',
        '(x) => c + x',
      ])
      const maker = `const make${v} = (a, c = 2) => { const b = { n: 3, a }; const step = (x) => x * ${c.one(['2', 'c', 'b.n', 'limit'])}; return ${c.one([body, body, `{ f: ${body}, g: (x) => c + x }`])} }`
      const isSet = maker.includes('{ f: ')
      const call = c.one([`f${v}(x${c.one(['', ', i'])})`, `f${v}(f${v}(x))`, `[f${v}(x), make${v}(x)(x)]`])
      const nums = c.one(n.nums)
      const use = c.one([
        `const ${v} = ${nums}.map(f${v})`,
        `const ${v} = ${nums}.map((x, i) => ${call})`,
        `const ${v} = []; { let i = 0; for (const x of ${nums}) ${v}.push(${call}) }`,
        `const ${v} = ${nums}.filter((x, i) => ${call}).map(f${v})`,
      ])
      const target = isSet ? c.one([`{ f: f${v} }`, `{ f: f${v}, g: g${v} }`]) : `f${v}`
      return `${maker}; ${c.one(['const', 'const', 'let'])} ${target} = make${v}(${given}); ${c.one(['', 'box.k += 1; ', 'total += 1; '])}${use}`
    }),
}
