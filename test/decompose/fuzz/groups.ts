/** Lists per key. */
import { type Kind, keyCalls, made, numeric } from './parts.ts'

export const groupKinds: Readonly<Record<string, Kind>> = {
  groupForms: (c, n) =>
    made(n, 'any', (v) => {
      const k = c.one(['x % 3', 'x', '"k" + (x % 4)', 'Math.abs(x | 0)', '"toString"', ...keyCalls('x')])
      const e = c.one(['x', '[x]', numeric(c, 'x'), '{ x, box }', 'box', 'recs[0]', `${v}.size`])
      const map = [
        `if (!${v}.has(${k})) ${v}.set(${k}, []); ${v}.get(${k}).push(${e})`,
        `if (${v}.has(${k})) ${v}.get(${k}).push(${e}); else ${v}.set(${k}, [${e}])`,
        `if (!${v}.has(${k})) { ${v}.set(${k}, [${e}]) } else { ${v}.get(${k}).push(${e}) }`,
        `if (!${v}.has(${k})) ${v}.set(${k}, []); if (x > 3) ${v}.get(${k}).push(${e})`,
        `${v}.get(${k}).push(${e})`,
        `if (!${v}.has(${k})) ${v}.set(${k}, []); ${v}.get(${k}).push(${e}, x)`,
      ]
      const keys = [
        `(${v}[${k}] ??= []).push(${e})`,
        `(${v}[${k}] ||= []).push(${e})`,
        `if (!${v}[${k}]) ${v}[${k}] = []; ${v}[${k}].push(${e})`,
        `if (!(${k} in ${v})) ${v}[${k}] = []; ${v}[${k}].push(${e})`,
        `${v}[${k}] = ${v}[${k}] || []; ${v}[${k}].push(${e})`,
        `if (${v}[${k}]) ${v}[${k}].push(${e}); else ${v}[${k}] = [${e}]`,
        `if (${v}[${k}] === undefined) ${v}[${k}] = []; if (x % 2) ${v}[${k}].push(${e})`,
        `${v}[${k}].push(${e})`,
      ]
      const byMap = c.chance(50)
      const start = byMap
        ? c.one([
            'new Map()',
            'new Map()',
            'new Map([[1, [7]], ["k1", history]])',
            'new Map([[0, undefined]])',
            'new Map([[0, recs], [1, recs]])',
            'new Map([[2, 5]])',
          ])
        : c.one([
            '{}',
            '{}',
            'Object.create(null)',
            '{ 1: [7], k1: history }',
            '{ 0: undefined, 2: null }',
            '{ 0: recs, 1: recs }',
            '[]',
            '{ k2: 0, 3: "s" }',
          ])
      return `const ${v} = ${start}; try { for (const x of ${c.one([...n.nums, 'words'])}) { ${c.one(byMap ? map : keys)} } } catch (error) { total += 1 } ${c.one(['', `; history.push(${v})`])}`
    }),
  groupRecords: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = new Map(); for (const r of ${c.one(n.recs)}) { ${c.one([`if (!${v}.has(r.inner)) ${v}.set(r.inner, []); ${v}.get(r.inner).push(r)`, `if (${v}.has(r.name)) { ${v}.get(r.name).push(heavy(r.v)) } else { ${v}.set(r.name, [heavy(r.v)]) }`, `if (!${v}.has(r)) ${v}.set(r, []); ${v}.get(r).push(${v})`])} } ${c.one(['', `for (const list of ${v}.values()) list.push('end')`])}`,
    ),
  groupSets: (c, n) =>
    made(n, 'any', (v) => {
      const k = c.one(['r.k', 'r.name', 'r.v % 3', '"toString"', '"__proto__"', 'r.inner', ...keyCalls('r.v')])
      const e = c.one(['r', 'r.v % 4', '-0', 'r.inner', 'heavy(r.v)', '[r.v]', `${v}`])
      const map = [
        `if (!${v}.has(${k})) ${v}.set(${k}, new Set()); ${v}.get(${k}).add(${e})`,
        `if (${v}.has(${k})) ${v}.get(${k}).add(${e}); else ${v}.set(${k}, new Set([${e}]))`,
        `if (!${v}.has(${k})) { ${v}.set(${k}, new Set([${e}])) } else { ${v}.get(${k}).add(${e}) }`,
        `${v}.get(${k})?.add(${e})`,
      ]
      const keys = [
        `(${v}[${k}] ??= new Set()).add(${e})`,
        `if (!${v}[${k}]) ${v}[${k}] = new Set(); ${v}[${k}].add(${e})`,
        `${v}[${k}] ||= new Set(); if (r.v > 3) ${v}[${k}].add(${e})`,
        `if (!(${k} in ${v})) ${v}[${k}] = new Set(); for (const t of [r.v, 1]) ${v}[${k}].add(t)`,
      ]
      const byMap = c.chance(50)
      const start = byMap
        ? c.one([
            'new Map()',
            'new Map()',
            'new Map([[1, new Set([9])], [0.5, new Set()]])',
            'new Map([[1, []]])',
            'new Map([[1, recs]])',
          ])
        : c.one(['{}', '{}', 'Object.create(null)', '{ 1: new Set([9]), 0: [] }', '{ n1: new Set(recs) }'])
      const text = c.one(byMap ? map : keys)
      const loop = c.one([
        `for (const r of ${c.one(n.recs)}) { ${text} }`,
        `${c.one(n.recs)}.forEach((r) => { ${text} })`,
      ])
      return `const ${v} = ${start}; try { ${loop} } catch (error) { total += 1 } ${c.one(['', `; for (const s of ${byMap ? `${v}.values()` : `Object.values(${v})`}) history.push([...s])`])}`
    }),
}
