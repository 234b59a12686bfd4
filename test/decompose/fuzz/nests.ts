/** Nests of two loops, alike for all outer items or not. */
import { type Kind, made } from './parts.ts'

export const nestKinds: Readonly<Record<string, Kind>> = {
  nestOf: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = ${c.one(['[]', '[0]'])}; const inner${v} = ${c.one(['[1, 2, 3, 4, 5]', 'new Set([1, 2, 3])', 'new Float32Array(4)', '[]', 'nums'])}; for (const x of ${c.one([`${c.one(n.nums)}.slice(0, 3)`, '[1, 2]', 'words'])}) { for (const y of ${c.one([`inner${v}`, `inner${v}`, '[x, x]', `input.nums`])}) ${c.one([`${v}.push([x, heavy(y)])`, `{ if (y === 2) continue; ${v}.push(y) }`, `{ if (y === 3) break; ${v}.push(y) }`, `{ if (${v}.length > 30) throw new Error('long'); ${v}.push([x, y]) }`])} }`,
    ),
  nestRange: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = []; let hits${v} = 0, sum${v} = 0.5; for (let y = ${c.below(3)}; y < ${3 + c.below(3)}; y += ${1 + c.below(2)}) for (let x = ${c.one(['0', '-2', '1', 'y', '0.5'])}; x ${c.one(['<', '<='])} ${c.one(['4', 'limit', 'nums.length - 2', `${v}.length + 1 - ${v}.length`, 'y', '-1'])}; x += ${1 + c.below(2)}) { ${c.one([`${v}.push(heavy(x + y * 7))`, `if (heavy(x) % 3 === 1) hits${v}++`, `sum${v} += heavy(y + x) / 3`, `if (x > 1) continue; ${v}.push([y, x])`])} } ${v}.push(hits${v}, sum${v})`,
    ),
  nestMixed: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = new Map(); for (const r of ${c.one(n.recs)}.slice(0, ${1 + c.below(4)})) { for (let k = 0; k < ${2 + c.below(4)}; k++) { ${c.one([`${v}.set(r.v + k, heavy(k))`, `${v}.set(k, (${v}.get(k) ?? 0) + 1)`, `if (r.v > ${c.below(14)}) throw new RangeError('at ' + r.name + k); ${v}.set(r, k)`])} } }`,
    ),
}
