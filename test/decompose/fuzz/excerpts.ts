/** Statements that read properties of captured objects, and lists within them near their own index. */
import { type Kind, made } from './parts.ts'

export const excerptKinds: Readonly<Record<string, Kind>> = {
  property: (c, n) =>
    made(n, 'any', (v) => {
      const list = c.one([...n.nums, 'recs', 'words'])
      const object = c.one([
        'input',
        'box',
        `{ list: ${list}, k: limit, inner: { list: ${list}, box } }`,
        `{ list: ${list}, k: 0.5, inner: input, f() { return this.k } }`,
        `new Crate(limit, { list: ${list}, k: 2 })`,
        `Object.freeze({ list: ${list}, inner: { k: 3 } })`,
        `Object.create({ k: 4, inner: box }, { list: { value: ${list} } })`,
        `Object.defineProperty({ list: ${list} }, 'k', { get: () => limit })`,
        '[7, 8, 9]',
        '"text"',
        'new Map([["k", 1]])',
      ])
      const at = (): string =>
        c.one(['i', 'i - 1', 'i + 2', 'Math.max(0, i - 2)', 'i % 3', 'o.k', 'i + (o.k ?? 0)', '0'])
      const path = (): string =>
        c.one(['o.list', 'o.inner.list', 'o.nums', 'o.recs', 'o.box', 'o.inner.box', 'o.inner', 'o.none', 'o'])
      const read = (): string =>
        c.one([
          `${path()}[${at()}]`,
          `${path()}[${at()}]`,
          `${path()}?.[${at()}]?.v`,
          `${path()}.length`,
          `${path()}?.k`,
          'o.k',
          'o.limit * 2',
          'o.inner.k',
          'o.size',
          'o.a',
          'o.list.length',
          path(),
          `${path()} === ${path()}`,
          `typeof ${path()}`,
          'o.f()',
          'Object.keys(o).length',
          '(({ k, list }) => [k, list.length])(o)',
        ])
      const body = c.one([read(), `[${read()}, ${read()}]`, `heavy(x?.v ?? i) + ${read()}`])
      const way = c.one([
        `${v} = ${list}.map((x, i) => ${body})`,
        `${v} = ${list}.filter((x, i) => ${read()}).map((x) => [x, ${c.one(['o.k', 'o.inner.k', 'o.list.length'])}])`,
        `for (let i = 0; i < ${c.one(['9', 'o.list.length', 'o.k * 3', 'o.inner.list.length'])}; i++) { const x = i; ${v}.push(${body}) }`,
        `for (const [i, x] of ${list}.entries()) ${v}.push(${body})`,
        `for (let i = 0; i < 7; i++) { const x = i; ${v}[i] = ${body} }`,
        `for (let i = 0; i < 7; i++) { const x = i; const { k, list } = o; ${v}.push([k, list?.[i], ${read()}]) }`,
        `{ const list = o.list; for (let i = 0; i < 7; i++) { const x = i; list[i] = ${body} } }`,
        `{ const list = o.list ?? []; for (let i = 0; i < 7; i++) { const x = i; list.push(${body}) } }`,
        `${v} = ${list}.find((x, i) => ${read()})`,
        `${v} = [${list}.reduce((s, x, i) => s + (${c.one(['o.k', 'o.list[i]?.v', 'o.inner.k', 'heavy(i) * o.k'])} ?? 0), 0)]`,
      ])
      return `let ${v} = []; { const o = ${object}; try { ${way} } catch (error) { ${v} = error.message } }`
    }),
}
