/** Statements that reduce many items to few values: sums, counts, extremes. */
import { type Kind, keyCalls, made } from './parts.ts'

const STARTS = ['0', '7', '-3', '0.5', '-0', '9007199254740990', '-9007199254740970', '"s"', '0n', '4503599627370496']

export const reductionKinds: Readonly<Record<string, Kind>> = {
  integerSum: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `let ${v} = ${c.one(STARTS)}; for (const x of ${c.one([...n.nums, 'odd'])}) ${v} ${c.one(['+=', '-='])} ${c.one(['x', 'x | 0', 'Math.floor(x)', 'x * 3', '-x', 'x % 3', 'x * 1e15', 'BigInt(Math.floor(x) || 0)', 'limit'])}`,
    ),
  integerSums: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `let ${v} = null; { let a = ${c.one(STARTS)}, b = 0, m = -Infinity; for (const r of ${c.one(n.recs)}) { a += r.v; if (r.v ${c.one(['>', '<', '==='])} ${c.below(9)}) b -= ${c.one(['r.v', 'r.name.length', 'r.inner.tags.length'])}; m = Math.max(m, r.v) } ${v} = [a, b, m] }`,
    ),
  integerReduce: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = ${c.one([...n.nums, 'odd'])}.reduce((a, x) => a ${c.one(['+', '-'])} ${c.one(['x', 'x * 2', '(x | 0)', 'x * 1e15', 'limit'])}, ${c.one(STARTS)})`,
    ),
  reduceExtreme: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `let ${v} = null; try { ${v} = ${c.one([...n.nums, 'odd', 'words', 'nums.slice(0, 1)'])}.reduce((a, x) => Math.${c.one(['max', 'min'])}(${c.one(['a, x', 'x, a', 'a, heavy(x)', 'x * 2, a, x', 'a, (x)', 'a, x / 0', 'a, BigInt(x)'])})${c.one(['', ', 4', ', -0', ', NaN', ', "7"', ', 1n'])}) } catch (error) { ${v} = error.message }`,
    ),
  textSum: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `let ${v} = ${c.one(['""', '"s"', '0', '0n', '`t`', 'null'])}; for (const r of ${c.one(n.recs)}) ${c.one([`${v} += ${c.one(['r.name', 'r.v', 'r.name + r.v', 'r.v > 4 ? r.name : r.v', '(r.k / 3).toFixed(1)', 'heavy(r.v) + ";"', 'r.v > 9 ? r.inner : r.name', 'BigInt(r.v)'])}`, `${v} = ${v} + ${c.one(['r.name', 'r.v', 'heavy(r.v) / 3', 'r.k'])}`, `${v} = ${c.one([`r.v + ${v}`, `${v} - heavy(r.v) / 7`, `${v} * r.k`])}`])}`,
    ),
  textReduce: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = ${c.one(n.recs)}.reduce((a, r) => a + ${c.one(['r.name', 'r.v', '(r.v > 5 ? r.name : r.v)', 'heavy(r.v)', 'twice(r.v) + ","'])}, ${c.one(['""', '"x"', '``', '0', '1n'])})`,
    ),
  tallyForms: (c, n) =>
    made(n, 'any', (v) => {
      const k = c.one(['x % 3', 'x', '"k" + (x % 4)', 'Math.abs(x | 0)', ...keyCalls('x')])
      const map = [
        `${v}.set(${k}, ${v}.has(${k}) ? ${v}.get(${k}) + 1 : 1)`,
        `if (${v}.has(${k})) { ${v}.set(${k}, ${v}.get(${k}) + 2) } else { ${v}.set(${k}, 2) }`,
        `if (!${v}.has(${k})) ${v}.set(${k}, 1); else ${v}.set(${k}, ${v}.get(${k}) + 1)`,
        `if (!${v}.has(${k})) ${v}.set(${k}, 0); ${v}.set(${k}, ${v}.get(${k}) + 1)`,
        `${v}.set(${k}, ${v}.get(${k}) + 1)`,
        `${v}.set(${k}, ${v}.has(${k}) ? ${v}.get(x) + 1 : 1)`,
      ]
      const keys = [
        `${v}[${k}] = ${v}[${k}] ? ${v}[${k}] + 1 : 1`,
        `${v}[${k}] = ${v}[${k}] + 1 || 1`,
        `if (${v}[${k}]) ${v}[${k}]++; else ${v}[${k}] = 1`,
        `if (${k} in ${v}) ${v}[${k}] += 1; else ${v}[${k}] = 1`,
        `if (!${v}[${k}]) ${v}[${k}] = 0; ${v}[${k}]++`,
        `${v}[${k}] ??= 0; ${v}[${k}] += 3`,
        `if (!(${k} in ${v})) ${v}[${k}] = 0; if (x > 4) ${v}[${k}]++`,
        `if (!${v}[${k}]) ${v}[${k}] = 1; else ${v}[${k}]++`,
      ]
      const byMap = c.chance(50)
      const start = byMap
        ? c.one([
            'new Map()',
            'new Map([[1, 4], [0, undefined]])',
            'new Map([["k1", 2], [2, -0]])',
            'new Map([[1, 0.5]])',
          ])
        : c.one([
            '{}',
            '{ 1: 4, 0: undefined }',
            '{ k1: 0, 2: -0 }',
            '[]',
            'new Array(12).fill(0)',
            'new Uint8Array(12)',
            '{ 2: 0.5 }',
          ])
      return `const ${v} = ${start}; for (const x of ${c.one([...n.nums, 'words'])}) { ${c.one(byMap ? map : keys)} }`
    }),
  countNear: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `let ${v} = ${c.one(STARTS)}; for (const x of ${c.one(n.nums)}) { if (x % 2) ${v} += ${1 + c.below(3)}; else ${v}++ }`,
    ),
}
