/** Loops as they were written for a long time: var counters, while with an index, for...in, variables used again. */
import { type Kind, made, numeric } from './parts.ts'

export const oldLoopKinds: Readonly<Record<string, Kind>> = {
  fixedEnd: (c, n) => {
    const xs = c.one(n.nums)
    return made(
      n,
      'nums',
      (v) =>
        `const ${v} = ${c.one(['[]', '[1, 2, 3]'])}; for (let i = 0, n = ${c.one([`${xs}.length`, `${v}.length`, 'limit', 'input.limit'])}${c.one(['', `, list = input.nums`, `, k = ${xs}.length - 1`])}; i < n; i++) ${c.one([`${v}.push(heavy(i + n))`, `${v}[i] = ${xs}[i]`, `${xs}.push(i)`, `{ if (i > 3) n--; ${v}.push(i) }`])}`,
    )
  },
  varCounter: (c, n) => {
    const xs = c.one(n.nums)
    return made(
      n,
      'any',
      (v) =>
        `const ${v} = []; for (var i${v} = ${c.below(3)}; i${v} ${c.one(['<', '<='])} ${xs}.length ${c.one(['', '- 1'])}; i${v}${c.one(['++', ' += 2'])}) { var t${v} = ${xs}[i${v}] * 2; ${c.one(['', `if (t${v} > 9) continue; `, `if (heavy(t${v}) % 9 === 1) break; `])}${v}.push(t${v}) } ${v}.push(i${v}${c.one(['', `, t${v}`])})`,
    )
  },
  outerCounter: (c, n) => {
    const xs = c.one(n.nums)
    return made(
      n,
      'any',
      (v) =>
        `const ${v} = []; let i${v}${c.one([' = 0', ' = -1', ' = 0.5', '', ' = null'])}; ${c.one([`for (i${v} = 0; `, `for (; `])}i${v} < ${xs}.length; i${v}++) { ${c.one([`${v}.push(${numeric(c, `${xs}[i${v}]`)})`, `${v}[i${v}] = heavy(i${v})`, `if (heavy(i${v}) % 7 === 3) break; ${v}.push(i${v})`])} } ${v}.push(i${v})`,
    )
  },
  whileIndex: (c, n) => {
    const xs = c.one(n.nums)
    return made(
      n,
      'any',
      (v) =>
        `const ${v} = []; let i${v} = ${c.one(['0', '1', '-2', '20', '0.5'])}; while (i${v} ${c.one(['<', '<='])} ${c.one([`${xs}.length`, '12'])}) { ${c.one([`${v}.push(heavy(i${v})); `, `if (heavy(i${v}) % 9 === 1) break; ${v}.push(i${v}); `, `${v}.push(${xs}[i${v}]); `, `if (i${v} > 9) { i${v}++; continue } ${v}.push(i${v}); `])}${c.one([`i${v}++`, `i${v} += 2`, `++i${v}`, `i${v} = i${v} + 1`])} } ${v}.push(i${v})`,
    )
  },
  scratch: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = []; let a${v} = 1, b${v}; for (const x of ${c.one(n.nums)}) { ${c.one([`a${v} = x + 1; `, `if (x > 3) a${v} = x; `, ''])}b${v} = a${v} * 2; ${v}.push(b${v} + heavy(x)) } ${v}.push(${c.one(['0', `a${v}`, `b${v}`])})`,
    ),
  scratchEach: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `let d${v}; const ${v} = ${c.one([`${c.one(n.nums)}.map((x) => { d${v} = x * 2; return d${v} + 1 })`, `await Promise.all(${c.one(n.nums)}.map(async (x) => { d${v} = x; await later(x); return d${v} }))`, `${c.one(n.nums)}.map((x) => { const f = () => d${v}; d${v} = x; return f() })`])}; ${c.one(['', `${v}.push(d${v})`])}`,
    ),
  nestedVars: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = new Array(12).fill(0); for (var y${v} = 0; y${v} < 4; y${v}++) { for (var x${v} = 0; x${v} < 3; x${v}++) { ${c.one([`${v}[y${v} * 3 + x${v}] = heavy(x${v} + y${v})`, `${v}[y${v} * 2 + x${v}] += y${v}`, `var at${v} = y${v} * 3 + x${v}; ${v}[at${v}] = heavy(at${v})`])} } ${c.one(['', `${v}[y${v} * 3 + x${v}] = 7`])} } ${v}.push(x${v})`,
    ),
  forKeys: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = {}; const from${v} = ${c.one(['box', 'recs[0]', 'input', 'nums', "{ b: 1, 2: 2, a: 3, 1: 4, '': 5 }", 'Object.create({ inherited: 1 })', 'null', "'text'", 'new Map([[1, 2]])'])}; for (const k in from${v}) ${c.one([`${v}[k] = heavy(k.length)`, `{ ${v}[k + '!'] = typeof from${v}[k]; }`, `{ if (k.length > 3) { ${v}.found = k; break } ${v}[k] = heavy(k.length) }`])}`,
    ),
  forKeysGrowing: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = { a: 1, b: 2 }; for (const k in ${v}) { ${c.one([`${v}[k + k] = heavy(k.length)`, `delete ${v}.b`, `${v}[k] = 0`])} }`,
    ),
}
