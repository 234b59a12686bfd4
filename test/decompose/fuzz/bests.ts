/** Statements that keep the best item so far, in all the forms that people write. */
import { type Kind, made, numeric } from './parts.ts'

const OPERATORS = ['<', '<=', '>', '>=']
const KEYS = ['x', 'heavy(x)', 'x % 3', '-x', 'x / 0', 'Math.sqrt(x - 3)', 'String(x)', 'x > 4 ? 1 : NaN', 'x ? x : -0']
const STARTS = ['Infinity', '-Infinity', '0', 'NaN', 'null', 'undefined', '"5"', '3', '-0', '2n']

export const bestKinds: Readonly<Record<string, Kind>> = {
  bestItem: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `let ${v} = null; { let best = null, key = ${c.one(STARTS)}; for (const x of ${c.one([...n.nums, 'odd'])}) { const k = ${c.one(KEYS)}; if (${c.one([`k ${c.one(OPERATORS)} key`, `key ${c.one(OPERATORS)} k`, `best === null || k ${c.one(OPERATORS)} key`, `!best || k ${c.one(OPERATORS)} key`, `x > 2 && k ${c.one(OPERATORS)} key`, `k ${c.one(OPERATORS)} key && x !== 4`])}) { key = ${c.one(['k', 'k', 'k', 'x', 'k + 1'])}; best = ${c.one(['x', '[x]', 'recs[0]', '{ x, k }', 'best'])}${c.one(['', '', '; history.push(k)'])} } } ${v} = [best, key] }`,
    ),
  bestRecord: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `let ${v} = ${c.one(['null', 'recs[0]', '{ v: 9, k: 1 }', 'undefined'])}; try { ${c.one([
          `for (const r of ${c.one(n.recs)}) if (${c.one([`r.v < ${v}.v`, `${v} === null || r.k > ${v}.k`, `!${v} || ${v}.v >= r.v`, `heavy(r.v) < heavy(${v}.v)`, `${v} == null || r.name < ${v}.name`])}) ${v} = ${c.one(['r', 'r', '{ ...r }'])}`,
          `${c.one(n.recs)}.forEach((r) => { ${v} = ${c.one([`r.v < ${v}.v ? r : ${v}`, `r.v >= ${v}.v ? ${v} : r`, `${v}.k < r.k ? r : ${v}`, `${v} == null || r.k < ${v}.k ? r : ${v}`])} })`,
        ])} } catch (error) { ${v} = error.message }`,
    ),
  bestIndex: (c, n) => {
    const xs = c.one([...n.nums, 'odd'])
    return made(
      n,
      'any',
      (v) =>
        `let ${v} = ${c.one(['0', '-1', 'null'])}; { let sum = 0; for (let i = ${c.below(2)}; i < ${xs}.length; i++) { ${c.one(['sum += heavy(i) / 3; ', `if (i === ${c.below(7)}) continue; `, '', `if (heavy(i) % 7 === 5) break; `])}if (${c.one([`${v} < 0 || `, '', `${v} === null || `])}${xs}[i] ${c.one(OPERATORS)} ${xs}[${v}]) ${v} = i } ${v} = [${v}, sum] }`,
    )
  },
  bestPairs: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `let ${v} = { at: null, score: ${c.one(STARTS)} }; let worst${v} = -Infinity, seen${v} = 0; for (const x of ${c.one(n.nums)}.slice(0, 4)) for (let y = 0; y < ${2 + c.below(3)}; y++) { const score = ${numeric(c, 'x')} * ${c.one(['1', 'y', '(1 - y)'])}; ${c.one([`seen${v}++; `, ''])}if (score ${c.one(OPERATORS)} ${v}.score) ${v} = { at: [x, y], score }; ${c.one([`if (score > worst${v}) worst${v} = score`, `worst${v} = worst${v} > score ? worst${v} : score`, `else if (score > worst${v}) worst${v} = score`])} } ${v} = [${v}, worst${v}, seen${v}]`,
    ),
}
