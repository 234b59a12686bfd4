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
}
