/** Loops as they were written for a long time: var counters, while with an index, for...in, variables used again. */
import { type Kind, made, numeric } from './parts.ts'

const UP = ['i += size', 'i += 2', 'i++', 'i = i + size', 'i += limit - 3', 'i += box.k', 'i += 4']
const BELOW = [
  'i < to',
  'i <= to',
  'to > i',
  'i + 2 <= to',
  'i - 1 < to',
  'size + i < to',
  'to >= i + limit',
  'i + 0.5 < to',
]
const DOWN = ['i--', 'i -= 2', '--i', 'i = i - 1']
const ABOVE = ['i >= 0', 'i > -2', '0 <= i', 'i - size >= 0']

export const oldLoopKinds: Readonly<Record<string, Kind>> = {
  steps: (c, n) => {
    const xs = c.one(n.nums)
    const [tests, steps] = c.chance(70) ? [BELOW, UP] : [ABOVE, DOWN]
    return made(
      n,
      'any',
      (v) =>
        `const ${v} = []; { const size = ${c.one(['2', '3', '1', '0.5', 'limit'])}; const to = ${c.one([`${xs}.length`, '7', '8.5', 'Math.min(9, limit * 2)'])}; const cells = new Array(12).fill(0); let at = -1; for (let i = ${c.one(['0', '1', '9', '7', 'to', '-1'])}; ${c.one(tests)}; ${c.one(steps)}) { if (${v}.length > 60 || at > 99) break; ${c.one([`${v}.push(heavy(i) + i)`, `cells[i] = i * 2; at++`, `cells[i] = heavy(i); cells[i + 1] = i; at++`, `${v}.push(...${xs}.slice(i, i + size)); at++`, `at = Math.max(at, i)`, `cells[i] += cells[i + 2] ?? 1; at++`, `if (heavy(i) > at) at = heavy(i)`])} } ${v}.push(at, cells) }`,
    )
  },
  stepsFree: (c, n) => {
    const xs = c.one(n.nums)
    return made(
      n,
      'any',
      (v) =>
        `const ${v} = []; { const size = ${c.one(['2', '3', '1', 'limit'])}; const cells = new Float64Array(16); for (let i = ${c.one(['0', '1', '2'])}; ${c.one([`i < ${xs}.length`, `i + size <= ${xs}.length`, `${xs}.length >= i + 1`, 'i <= 8'])}; i += ${c.one(['size', 'size', '2', '1', '4'])}) { ${c.one([`${v}.push(heavy(i) + i)`, `cells[i] = i * 2`, `cells[i] = heavy(i); cells[i + 1] = i`, `for (let k = 0; k < size; k++) cells[i + k] = i * k`, `${v}.push(${xs}.slice(i, i + size))`])} } for (let i = ${xs}.length - 1; i >= 0; i${c.one(['--', ' -= 1', ' -= 2'])}) { ${c.one([`${v}.push(heavy(i))`, `cells[i] += i`, `cells[i] = cells[i + 1] + i`, `if (${xs}[i] > 3) ${v}.push(i)`])} } ${v}.push(cells) }`,
    )
  },
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
  drains: (c, n) =>
    made(n, 'any', (v) => {
      const k = `k${v}`
      const from = c.one([
        '9',
        'limit',
        `${c.one(n.nums)}.length`,
        '0',
        '1',
        '-2',
        '2.5',
        'limit * 3',
        '"4"',
        'recs.length',
      ])
      const test = c.one([`${k}--`, `${k}-- > 0`, `${k}--`, `--${k} > 0`, `${k}-- >= 1`])
      const body = c.one([
        `${v}.push(heavy(${k}))`,
        `${v}.push(${c.one(n.nums)}[${k}], ${k})`,
        `${v}[${k}] = heavy(${k})`,
        `{ if (${k} % 3 === 0) continue; ${v}.push(${k}) }`,
        `{ if (heavy(${k}) > 900) break; ${v}.push(${k}) }`,
        `{ ${v}.push(${k}); if (${k} > 6) ${k}-- }`,
        `{ ${v}[0] = (${v}[0] ?? 0) + ${k} }`,
        `{ const f = () => ${k}; ${v}.push(f()) }`,
        `for (let j = 3; j--; ) ${v}.push(heavy(${k} + j))`,
      ])
      const safe = `if (${v}.length > 99 || ${k} < -99) break; `
      const inner = body.startsWith('{') ? `{ ${safe}${body.slice(1)}` : `{ ${safe}${body} }`
      return c.one([
        `const ${v} = []; let ${k} = ${from}; while (${test}) ${body.includes('break') || c.below(3) === 0 || !/^(9|limit|recs|nums|floats|v|1)/.test(from) ? inner : body}; ${v}.push(${k})`,
        `const ${v} = []; for (let ${k} = ${from}; ${test}; ) ${inner}`,
        `const ${v} = []; for (var ${k} = ${from}; ${test}; ) ${inner}; ${v}.push(${k})`,
      ])
    }),
  movingEnds: (c, n) =>
    made(n, 'any', (v) => {
      const top = c.one([
        'a.length',
        'a.length + 3',
        '2 * a.length',
        'b.length',
        'o.list.length + 2',
        'm.size + 4',
        'n + 4',
        'o.n + 5',
        'f.length',
        'same.length + 1',
      ])
      const end = c.one([`Math.min(11, ${top})`, `Math.min(${top}, 11)`, `Math.max(4, Math.min(11, ${top}))`])
      const body = Array.from({ length: 1 + c.below(2) }, () =>
        c.one([
          'a[i] = heavy(i)',
          'a[i + 1] = heavy(i)',
          'b[i] = i',
          'a.push(i)',
          'b.push(heavy(i))',
          'f[i] = heavy(i)',
          'o.list.push(i)',
          'o.list[i] = i',
          'm.set(i, heavy(i))',
          'm.set(1, i)',
          'n++',
          'o.n++',
          'a.length = 3',
          'a.pop()',
          `${v}.push(i)`,
          `${v}.push(heavy(i))`,
        ]),
      ).join('; ')
      const loop = c.one([
        `for (let i = 0; i < ${end}; i++) { ${body} }`,
        `for (let i = 0; i <= ${end}; i += ${c.one(['1', '2'])}) { ${body} }`,
        `for (let i = 2; i < ${end}; i++) { ${body} }`,
        `let i = 0; while (i < ${end}) { ${body}; i++ }`,
        `for (let i = 0, stop = ${end}; i < stop; i++) { ${body} }`,
        `for (let i = ${end}; i--; ) { ${body} }`,
        `for (let i = ${end}; i >= 0; i--) { ${body} }`,
      ])
      return `const ${v} = []; { const a = ${c.one(['[]', '[1, 2, 3]', '[...nums]'])}, b = ${c.one(['[]', 'a', '[5]'])}, f = new Float64Array(7), m = new Map([[1, 1]]), o = { list: ${c.one(['[]', 'a', '[1]'])}, n: 0 }, same = ${c.one(['a', 'b', 'o.list', '[1]'])}; let n = 0; ${loop}; ${v}.push(a, b, f, m, o, n) }`
    }),
}
