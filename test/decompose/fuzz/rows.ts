/** Statements that write arrays of arrays, alone or through second names. */
import { type Kind, made } from './parts.ts'

const GRIDS = [
  'Array.from({ length: 5 }, () => new Array(3).fill(0))',
  'Array.from({ length: 5 }, () => new Float64Array(3))',
  'Array.from({ length: 5 }, (_, i) => [i, i * 2, i * 3])',
  'new Array(5).fill(nums)',
  'new Array(5).fill([0, 0, 0])',
  'Array.from({ length: 5 }, () => [])',
  '[[1, 2, 3], floats, nums, [0, , 2], [recs[0], 1, 2]]',
  '[]',
  '(() => { const all = new Uint8Array(20); return Array.from({ length: 5 }, (_, i) => all.subarray(i * 4, i * 4 + 4)) })()',
]

export const rowKinds: Readonly<Record<string, Kind>> = {
  rows: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `let ${v} = ${c.one(GRIDS)}; try { for (let y = ${c.below(2)}; y < 5; y++) { ${c.one(['', `const row = ${v}[y]; `, `${v}[y] = ${v}[y] ?? []; `, `${v}[y] = []; `, `if (y === 3) continue; `])}for (let x = 0; x < ${3 + c.below(2)}; x++) ${c.one([`${v}[y][x] = heavy(x + y)`, `${v}[y][x] += x * y`, `${v}[y][x]++`, `${v}[y][x] = ${v}[${c.one(['y', '0', 'y - 1', 'x'])}]?.[x]`, `${v}[y].push(x)`, `${v}[y][${v}[y].length] = x`, `{ const row = ${v}[y]; row[x] = row[0] + heavy(x) }`, `${v}[x][y] = x`])} } } catch (error) { ${v} = [error.name, ${v}] }`,
    ),
  rowNames: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = Array.from({ length: 4 }, (_, i) => [i, 1, 2]); const other${v} = ${c.one([`${v}[2]`, `${v}.slice()`, `{ deep: [${v}[1]] }`, `[[9]]`, `${v}`])}; for (let y = 0; y < 4; y++) { ${v}[y][0] = ${c.one([`${v}[y][1] + 5`, `(other${v}[0]?.[0] ?? other${v}.deep?.[0][0] ?? 7) + 1`, `JSON.stringify(other${v}).length`])}; ${c.one(['', `${v}[y][1] = recs[y]; `, `${v}[y][2] = box; ${v}[y][2].k += 1; `, `const o = ${v}[y]; o[1] = heavy(y); `])} }`,
    ),
  rowPairs: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = Array.from({ length: 4 }, (_, i) => [i, 1]); { const b = ${c.one([`${v}.map((r) => [...r])`, v, `[...${v}].reverse()`, `[[1], [2], [3], [4]]`])}; for (let y = 0; y < 4; y++) { ${v}[y][0] = heavy(y); b[y][0] = ${v}[y][1] + y } ${v}.push(b) }`,
    ),
  rowsToTheEnd: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = nums.map((x, i) => ${c.one(['[x, i, 0.5]', 'Float64Array.of(x, i, 2)', 'i % 2 ? [x] : i'])}); for (let y = 0; y < ${v}.length; y++) { ${c.one([`for (let x = 0; x < (${v}[y].length ?? 0); x++) ${v}[y][x] = heavy(y + x)`, `${v}[y][${c.one(['0', 'y', '1'])}] = heavy(y)`, `${v}[y][0] += 1; if (y === 4 && ${v}.length < 30) ${v}.push([y])`, `${v}[y + ${c.below(2)}] = [y]; if (y > 12) ${v}.length = 3`, `${v}[y] = [heavy(y)]; ${v}[y][1] = ${v}.length`])} } ${c.one(['', `; history.push(${v}[0])`])}`,
    ),
}
