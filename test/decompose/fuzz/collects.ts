/** Folds into containers. */
import { type Kind, keyCalls, made, numeric } from './parts.ts'

export const collectKinds: Readonly<Record<string, Kind>> = {
  collectCounts: (c, n) =>
    made(n, 'any', (v) => {
      const k = c.one([
        'x % 3',
        'x',
        '"k" + (x % 4)',
        'Math.abs(x | 0)',
        '["a", "constructor", "__proto__", "7"][x & 3]',
      ])
      const step = c.one([
        `acc[${k}] = (acc[${k}] || 0) + 1; return acc`,
        `acc[${k}] = (acc[${k}] ?? 0) + 2; return acc`,
        `if (!acc[${k}]) acc[${k}] = 0; acc[${k}]++; return acc`,
        `if (${k} in acc) acc[${k}]++; else acc[${k}] = 1; return acc`,
        `if (!Object.hasOwn(acc, ${k})) acc[${k}] = 0; if (x > 4) return acc; acc[${k}] += 1; return acc`,
        `return { ...acc, [${k}]: (acc[${k}] ?? 0) + 1 }`,
        `return x > 8 ? acc : { ...acc, [${k}]: ${k} in acc ? acc[${k}] + 1 : 1 }`,
        `acc.n++; acc[${k}] -= -1; return acc`,
      ])
      const start = c.one([
        '{}',
        '{}',
        'Object.create(null)',
        '{ 1: 4, n: 0 }',
        '{ k1: 0, 2: -0, n: "s" }',
        '[]',
        'new Array(12).fill(0)',
        'new Uint8Array(12)',
        '{ 2: 0.5 }',
        'Object.freeze({})',
        'history',
      ])
      return `let ${v} = null; try { ${v} = ${c.one([...n.nums, 'words'])}.reduce((acc, x) => { ${step} }, ${start}) } catch (error) { ${v} = error.name }`
    }),
  collectMaps: (c, n) =>
    made(n, 'any', (v) => {
      const k = c.one(['r.k', 'r.inner', 'r', 'r.name', 'Math.floor(r.v / 3)'])
      const step = c.one([
        `acc.set(${k}, (acc.get(${k}) ?? 0) + ${c.one(['1', 'r.v', 'r.k', 'heavy(r.v)', '-r.v'])})`,
        `acc.set(${k}, acc.has(${k}) ? acc.get(${k}) + r.v : r.v)`,
        `acc.set(${k}, r)`,
        `(acc.set(${k}, twice(r.v)), acc)`,
      ])
      const start = c.one(['new Map()', 'new Map([[1, 4], [recs[0], 2]])', 'new Map([[2, -0], [0.5, 0.5]])'])
      return `const ${v} = ${c.one(n.recs)}.reduce((acc, r) => ${step}, ${start})`
    }),
  collectLists: (c, n) =>
    made(n, 'any', (v) => {
      const k = c.one(['r.k', 'r.name', 'r.v % 3', '"toString"', '"__proto__"'])
      const e = c.one(['r', 'r.v', 'heavy(r.v)', 'r.inner', '[r.v]', 'box'])
      const step = c.one([
        `(acc[${k}] ??= []).push(${e}); return acc`,
        `if (!acc[${k}]) acc[${k}] = []; acc[${k}].push(${e}); return acc`,
        `return { ...acc, [${k}]: [...(acc[${k}] || []), ${e}] }`,
        `return { ...acc, [${k}]: (acc[${k}] ?? []).concat([${e}]) }`,
        `acc[${k}] = ${e}; return acc`,
        `return { ...acc, [${k}]: ${e} }`,
      ])
      const start = c.one(['{}', '{}', '{ 1: [7] }', 'Object.create(null)', '{ 0: recs, 1: recs }'])
      return `let ${v} = null; try { ${v} = ${c.one(n.recs)}.reduce((acc, r) => { ${step} }, ${start}) } catch (error) { ${v} = error.message } ${c.one(['', `; if (${v}?.[0]) ${v}[0].seen = 1`])}`
    }),
  collectArrays: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = ${c.one(n.nums)}.reduce((acc, x${c.one(['', ', i'])}) => ${c.one([`[...acc, ${numeric(c, 'x')}]`, `x > 4 ? [...acc, x] : acc`, '{ acc.push(x); return acc }', '{ if (x > 2) acc.push([x], x); return acc }', '[...acc, ...[x, twice(x)]]', '(acc.push(x), acc)', '[...acc, acc.length]'])}, ${c.one(['[]', '[]', 'history', '[1]'])})`,
    ),
  keyedSums: (c, n) =>
    made(n, 'any', (v) => {
      const k = c.one(['r.k', 'r.name', 'r.v % 3', '"x"', ...keyCalls('r.v')])
      const e = c.one([
        'r.v',
        'r.v - 6',
        'r.name.length',
        'heavy(r.v)',
        'r.v * 1e15',
        '-0 * r.v',
        'r.k',
        'limit',
        'r.v > 5 ? r.v : -r.v',
      ])
      const keys = [
        `${v}[${k}] = (${v}[${k}] ?? 0) + (${e})`,
        `${v}[${k}] = (${e}) + (${v}[${k}] || 0)`,
        `if (!(${k} in ${v})) ${v}[${k}] = 0; ${v}[${k}] += ${e}`,
        `${v}[${k}] ??= 0; ${v}[${k}] -= ${e}`,
        `if (${v}[${k}]) ${v}[${k}] += ${e}; else ${v}[${k}] = ${e}`,
        `${v}[${k}] = ${k} in ${v} ? ${v}[${k}] + (${e}) : ${e}`,
        `${v}[${k}] += ${e}`,
        `${v}.sum += ${e}; ${v}.count++`,
        `${v}.sum = ${v}.sum + (${e}); ${v}.count += 2; ${v}[${k}] = (${v}[${k}] ?? 0) + 1`,
      ]
      const map = [
        `${v}.set(${k}, (${v}.get(${k}) || 0) + (${e}))`,
        `if (!${v}.has(${k})) ${v}.set(${k}, 0); ${v}.set(${k}, ${v}.get(${k}) + (${e}))`,
        `if (${v}.has(${k})) ${v}.set(${k}, ${v}.get(${k}) + (${e})); else ${v}.set(${k}, ${e})`,
      ]
      const byMap = c.chance(30)
      const start = byMap
        ? c.one(['new Map()', 'new Map([[1, 4], ["x", -0]])', 'new Map([[0, 0.5]])'])
        : c.one([
            '{}',
            '{ sum: 0, count: 0 }',
            '{ sum: 0.5, count: -0, name: "s" }',
            'Object.create(null)',
            '[]',
            'new Array(5).fill(0)',
            'new Float32Array(5)',
            'new Int8Array(5)',
            'new Float64Array(5).fill(0.1)',
            'new Uint8ClampedArray(5)',
          ])
      return `const ${v} = ${start}; for (const r of ${c.one(n.recs)}) { ${c.one(byMap ? map : keys)} }`
    }),
  shortCircuits: (c, n) =>
    made(n, 'any', (v) => {
      const one = (): string =>
        c.one([
          `${v}.list.push(x)`,
          `list.push(x, i)`,
          `list.push(list.length)`,
          `(sum += x)`,
          `(sum -= heavy(x))`,
          `count++`,
          `(counts[x % 3] = (counts[x % 3] ?? 0) + 1)`,
          `(groups[x % 2] ??= []).push(x)`,
          `set.add(x)`,
          `(last = x)`,
          `(low = Math.min(low, x))`,
        ])
      const test = c.one([
        'x > 3',
        'x % 2',
        'i % 3 === 0',
        'list.length < 4',
        'counts[x % 3]',
        '!set.has(x)',
        'sum < 20',
      ])
      const text = c.one([
        `${test} && ${one()}`,
        `${test} || ${one()}`,
        `${test} ? ${one()} : ${one()}`,
        `void ${one()}`,
        `(${one()}, ${one()})`,
        `${one()} && ${one()}`,
      ])
      const loop = c.one([
        `{ let i = 0; for (const x of nums) { ${text}; i++ } }`,
        `nums.forEach((x, i) => ${text})`,
        `nums.forEach((x, i) => { ${text}; ${one()} })`,
        `for (let i = 0; i < nums.length; i++) { const x = nums[i]; ${text} }`,
      ])
      return `const ${v} = { list: [] }; { const list = [], counts = {}, groups = {}, set = new Set(); let sum = ${c.one(['0', '0.5'])}, count = 0, last = null, low = 99; ${loop}; ${v}.all = [list, counts, groups, set, sum, count, last, low] }`
    }),
}
