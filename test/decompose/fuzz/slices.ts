/** Statements that read lists near their own index, or take the whole list. */
import { type Kind, made } from './parts.ts'

export const sliceKinds: Readonly<Record<string, Kind>> = {
  near: (c, n) =>
    made(n, 'any', (v) => {
      const list = c.one([...n.nums, 'words', 'recs'])
      const at = (): string =>
        c.one([
          'i',
          'i - 1',
          'i + 2',
          'limit - 3 + i',
          'Math.max(0, i - 2)',
          `Math.min(${list}.length - 1, i + limit)`,
          `Math.min(Math.max(i - 3, 0), ${list}.length - 1)`,
          '2 * i + 1',
          'i * limit - 4',
          `${list}.length - 1 - i`,
          'i > 2 ? i - 2 : i',
          'i * i',
          'i % 3',
          '0',
          'i / 2',
          'Math.max(3, 9 - i)',
          '-i',
        ])
      const read = c.one([
        `${list}[${at()}]`,
        `[${list}[${at()}], ${list}[${at()}]]`,
        `${list}[${at()}] === ${list}[${at()}]`,
        `${list}[${at()}]?.inner ?? ${list}.length`,
      ])
      return c.one([
        `const ${v} = ${c.one(n.nums)}.map((x, i) => ${read})`,
        `const ${v} = []; for (let i = 0; i < ${c.one(['9', `${list}.length`, 'limit * 2'])}; i${c.one(['++', ' += 2'])}) ${v}.push(${read})`,
        `const ${v} = []; for (let i = 7; i >= -2; i--) ${v}.push(${read})`,
        `const ${v} = []; for (let i = 0; i < 9; i++) { let s = 0; for (let j = ${c.one(['i - limit', 'Math.max(0, i - 2)', '0', '-2'])}; j ${c.one(['<=', '<'])} ${c.one(['i', 'i + 1', 'limit'])}; j++) s += ${c.one(n.nums)}[${c.one(['j', 'i + j', 'i * 2 + j', 'j * limit'])}] ?? 0.5; ${v}.push(s) }`,
        `const ${v} = []; for (let i = 0; i < 9; i++) { ${v}[i] = ${read}; ${c.one(['', `${list}[i] = 0`, `${v}[i - 1] = 7`])} }`,
        `const ${v} = ${list}; for (let i = 0; i < 7; i++) ${v}[i] = ${list}[${at()}]`,
      ])
    }),
  whole: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `let ${v} = null; try { ${v} = ${c.one([...n.nums, 'recs', 'words'])}.${c.one(['map', 'filter', 'flatMap', 'find', 'findIndex', 'some', 'every'])}((x, i, all) => ${c.one(['all[i - 1]', 'all.indexOf(x) === i', 'all', '[all[0], all[i + 1]]', 'all.length > i + 2', 'all.push(x)', 'all.filter((y) => y === x).length', '{ all[i] = 1; return all[i + 1] }', 'all[i + 1]?.v > x.v', 'all.lastIndexOf(x)', 'Math.max(...all)'])}) } catch (error) { ${v} = error.message }`,
    ),
  wholeFold: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = ${c.one(n.nums)}.reduce((a, x, i, all) => ${c.one(['a + x / all.length', 'a + all[i]', '{ a[x] = (a[x] ?? 0) + all.length; return a }', 'Math.max(a, all[i] - x)', 'x < a ? x : a'])}, ${c.one(['0', '0.5', '{}', '[0]'])})`,
    ),
  stepped: (c, n) =>
    made(n, 'any', (v) => {
      const list = c.one([...n.nums, 'recs', 'words', `s${v}`])
      const loop = c.one([
        `for (const [i, x] of ${list}.entries()) { ${c.one([`${v}.push(x, i)`, `${v}.push([i, x])`, `if (i < 20) ${list}${list.startsWith('s') ? '.add' : '.push'}(x)`, `${v}[i] = x`])} }`,
        `for (const x of ${list}.values()) ${v}.push(x)`,
        `for (const k of ${list}.keys()) { ${v}.push(k); ${c.one(['', 'total += 1'])} }`,
      ])
      const from = c.one(['Array', 'Float64Array', 'Uint8Array', 'Int16Array', 'BigInt64Array'])
      const source = c.one(['nums', 'floats', `s${v}`, '{ length: 9 }', 'words', '"text"', 'new Map([[1, 2]])'])
      const made = `try { ${v}.push(${from}.from(${source}, (x, i) => ${c.one(['i * 3', 'x', 'heavy(x)', 'x / 3', 'BigInt(i)', 'i - limit', '[x]'])})) } catch (error) { ${v}.push(error.message) }`
      return `const s${v} = new Set(nums); const ${v} = []; ${c.one([loop, made])}`
    }),
  chains: (c, n) =>
    made(n, 'any', (v) => {
      const object = c.one([
        'box',
        '{ a: { list: nums }, list: recs }',
        '{}',
        'null',
        '{ a: null, list: nums }',
        '{ a: {} }',
      ])
      const receiver = c.one([
        'o?.list',
        'o?.list?',
        'o?.a.list',
        'o?.a?.list',
        'o?.a?.list?',
        '(o?.list)',
        '(o?.a ?? o)?.list?',
      ])
      const call = c.one([
        'map((x) => heavy(x?.v ?? x))',
        'filter((x) => x)',
        'some((x) => x === 3)',
        'reduce((a, x) => a + heavy(x?.v ?? x), 0)',
        'reduce((a, x) => a + (x?.v ?? x), ++total)',
        'find((x) => heavy(x) > 5)',
        'forEach((x) => history.push(x))',
        'map(heavy)',
      ])
      const rest = c.one(['', '', '.length', '?.length', '.map((x) => [x])', '?.filter(Boolean)'])
      return `let ${v} = null; { const o = ${object}; try { ${v} = ${receiver}.${call}${rest} } catch (error) { ${v} = error.name } }`
    }),
}
