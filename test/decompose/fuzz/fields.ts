/** Statements whose loops collect into fields of a record. */
import { type Kind, keyCalls, made, numeric } from './parts.ts'

export const fieldKinds: Readonly<Record<string, Kind>> = {
  fields: (c, n) =>
    made(n, 'any', (v) => {
      const list = c.one([...n.nums, 'words'])
      const start = c.one([
        '{ a: [], b: [], n: 0, m: {}, s: new Set(), t: 0.5 }',
        '{ a: [], b: [1], n: 0, m: { 1: 2 }, s: new Set([3]), t: "" }',
        '{ a: [], b: odd, n: 2, m: Object.create(null), s: new Set(), t: 1n }',
        '{ a: history, b: [], n: 0, m: {}, s: new Set(), t: 0 }',
        '{ a: [], b: [], n: 0, m: box, s: new Set(), t: total, size: 1 }',
      ])
      const k = c.one(['x', 'x % 3', '"k"', ...keyCalls('x')])
      const step = (): string =>
        c.one([
          `o.a.push(${numeric(c, 'x')})`,
          'o.a.push(x)',
          'o.b.push([x, i])',
          'if (x > 3) o.a.push(x); else o.b.push(x)',
          'o.n++',
          'o.n += 2',
          'o.n = Math.max(o.n, heavy(x))',
          'o.t += heavy(x)',
          'o.t += x',
          'o.t = o.t + heavy(x)',
          `o.m[${k}] = heavy(x)`,
          `o.m[${k}] = (o.m[${k}] ?? 0) + 1`,
          'o.s.add(x)',
          'o.a[i] = heavy(x)',
          'if (x < o.n) o.n = x',
        ])
      const doubtful = (): string =>
        c.one([
          'o.n = x',
          'o.a.push(o.n)',
          'o.a.push(o.a.length)',
          'o.a = [x]',
          'o.b.push(same.n)',
          'o.b.push(same.a.length)',
          'o.z = x',
          'o[c] = x',
          'o.a.pop()',
          'history.push(o)',
          'if (o.n > 5) break',
          'o.b.push(o.size ?? 0)',
          'o.s.clear()',
        ])
      const body = Array.from({ length: 1 + c.below(3) }, () => (c.below(5) > 0 ? step() : doubtful())).join('; ')
      const loop = c.one([
        `{ const i = 0; for (const x of ${list}) { ${body} } }`,
        `for (let i = 0; i < ${c.one(['9', `${list}.length`, 'Math.min(12, o.a.length + 5)'])}; i++) { const x = ${list}[i]; ${body} }`,
        `for (const [i, x] of ${list}.entries()) { ${body} }`,
        body.includes('break') ? '' : `${list}.forEach((x, i) => { ${body} })`,
        `for (let i = 0; i < 4; i++) for (const x of [1, 2, 5]) { ${body} }`,
      ])
      const between = c.one([
        '',
        '',
        'o.n = 1;',
        'o.a = [];',
        'Object.freeze(o);',
        'history.push(o.a);',
        'const { a } = o; a.push(0);',
      ])
      const same = c.one(['{ n: 0, a: [] }', '{ n: 0, a: [] }', 'o', '{ n: 1, a: o.a }'])
      return `let ${v} = null; { const c = 'a'; const o = ${start}; const same = ${same}; try { ${loop}; ${between} ${c.one(['', loop])} } catch (error) { history.push(error.name) } ${v} = [o, o.a === history] }`
    }),
}
