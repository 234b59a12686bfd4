/** Kinds of statements that generated programs are made of: what shards well, and what looks as if it did. */
import { type Kind, made, numeric, recordly } from './parts.ts'

export const plainKinds: Readonly<Record<string, Kind>> = {
  map: (c, n) => made(n, 'nums', (v) => `const ${v} = ${c.one(n.nums)}.map((x, i) => ${numeric(c, 'x')} + i)`),
  mapRecords: (c, n) => made(n, 'any', (v) => `const ${v} = ${c.one(n.recs)}.map((r) => ${recordly(c, 'r')})`),
  filter: (c, n) => made(n, 'nums', (v) => `const ${v} = ${c.one(n.nums)}.filter((x) => ${numeric(c, 'x')} > 3)`),
  filterRecords: (c, n) => made(n, 'recs', (v) => `const ${v} = ${c.one(n.recs)}.filter((r) => heavy(r.v) % 2 < 1)`),
  flatMap: (c, n) =>
    made(n, 'nums', (v) => `const ${v} = ${c.one(n.nums)}.flatMap((x) => (x > 4 ? [x, ${numeric(c, 'x')}] : []))`),
  chain: (c, n) =>
    made(
      n,
      'nums',
      (v) => `const ${v} = ${c.one(n.nums)}.map((x) => ${numeric(c, 'x')}).filter((x) => x > 1).map((x) => x + 1)`,
    ),
  push: (c, n) =>
    made(n, 'nums', (v) => `const ${v} = []; for (const x of ${c.one(n.nums)}) ${v}.push(${numeric(c, 'x')})`),
  pushRecords: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = []; for (const r of ${c.one(n.recs)}) { if (r.v % 3 === 1) continue; ${v}.push(${recordly(c, 'r')}) }`,
    ),
  cells: (c, n) => {
    const xs = c.one(n.nums)
    return made(
      n,
      'nums',
      (v) => `const ${v} = []; for (let i = 0; i < ${xs}.length; i++) ${v}[i] = ${numeric(c, `${xs}[i]`)}`,
    )
  },
  ownCells: (c, n) => {
    const xs = c.one(n.nums)
    return `for (let i = ${c.below(2)}; i < ${xs}.length; i += ${1 + c.below(2)}) ${xs}[i] = ${xs}[i] * 2 + i`
  },
  nestedCells: (c, n) =>
    made(
      n,
      'nums',
      (v) =>
        `const ${v} = new Array(12).fill(0); for (let y = 0; y < 4; y++) for (let x = 0; x < 3; x++) ${v}[y * 3 + x] = heavy(x + y * ${1 + c.below(5)})`,
    ),
  overlappingCells: (c, n) =>
    made(
      n,
      'nums',
      (v) =>
        `const ${v} = new Array(12).fill(1); for (let y = 0; y < 5; y++) for (let x = 0; x < 3; x++) ${v}[y * ${1 + c.below(3)} + x] += y + x`,
    ),
  neighbours: (c, n) => {
    const xs = c.one(n.nums)
    return `for (let i = 1; i < ${xs}.length; i++) ${xs}[i] += ${xs}[i - 1]`
  },
  halo: (c, n) => {
    const xs = c.one(n.nums)
    return made(
      n,
      'nums',
      (v) =>
        `const ${v} = ${xs}.slice(); for (let i = 1; i < ${xs}.length - 1; i++) ${v}[i] = (${xs}[i - 1] + ${xs}[i + 1]) / 2`,
    )
  },
  count: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `let ${v} = ${c.one(['0', '3', '0.5', '-0', '9007199254740990'])}; for (const x of ${c.one(n.nums)}) if (heavy(x) % 2 < 1) ${v}${c.one(['++', ' += 2', ' -= 1'])}`,
    ),
  extreme: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `let ${v} = ${c.one(['-Infinity', '0', 'NaN', '-0'])}; for (const x of ${c.one(n.nums)}) ${v} = Math.${c.one(['max', 'min'])}(${v}, ${numeric(c, 'x')})`,
    ),
  tallyMap: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = new Map(${c.one(['', '[[1, 5]]', '[[0, 0.5]]'])}); for (const x of ${c.one(n.nums)}) ${v}.set(x % 3, (${v}.get(x % 3) ?? 0) + 1)`,
    ),
  tallyObject: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = ${c.one(['{}', '{ a: 2 }', 'Object.create(null)'])}; for (const w of words) ${v}[w] = (${v}[w] ${c.one(['??', '||'])} 0) + 1`,
    ),
  tallyArray: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = new ${c.one(['Array(5).fill(0)', 'Uint8Array(5)', 'Float32Array(3)'])}; for (const x of ${c.one(n.nums)}) ${v}[Math.abs(Math.floor(x)) % ${3 + c.below(3)}]++`,
    ),
  sum: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `let ${v} = ${c.one(['0', '0.1', '""', '0n'])}; for (const x of ${c.one(n.nums)}) ${v} ${c.one(['+=', '+=', '-=', '*='])} ${c.one(['heavy(x)', 'twice(x) / 3', 'x'])}`,
    ),
  twoSums: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `let ${v} = [0, 0]; { let a = 0, b = 1; for (const x of ${c.one(n.nums)}) { const h = heavy(x) / 7; a += h; ${c.one(['b += h * h', 'b = b + h', 'b *= 1 + h / 100'])} } ${v} = [a, b] }`,
    ),
  sumEach: (c, n) =>
    made(n, 'any', (v) => `let ${v} = 0.5; ${c.one(n.recs)}.forEach((r) => { ${v} += heavy(r.v) / 3 })`),
  reduceAdd: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = ${c.one(n.nums)}.reduce((a, x, i) => a ${c.one(['+', '-', '*'])} ${c.one(['heavy(x)', '(heavy(x) / 3)', 'heavy(x) + i', 'heavy(x) * 2'])}, ${c.one(['0', '0.1', '"s"', '1n'])})`,
    ),
  reduceBig: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = ${c.one(n.recs)}.reduce((a, r) => a + BigInt(${c.one(['r.v', 'Math.floor(heavy(r.v))'])}), ${c.one(['0n', '5n'])})`,
    ),
  reducePick: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = ${c.one(n.recs)}.reduce((a, b) => (${c.one(['b.k < a.k ? b : a', 'a.k <= b.k ? a : b', 'b.k >= a.k ? b : a', 'a.v > b.v ? a : b'])})${c.one(['', ', { k: 5, v: 5 }'])})`,
    ),
  reduceNumbers: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = ${c.one([...n.nums, 'odd'])}.reduce((a, b) => (${c.one(['a < b ? a : b', 'a > b ? a : b'])})${c.one(['', ', 4'])})`,
    ),
  reduceChain: (c, n) =>
    made(n, 'any', (v) => `const ${v} = ${c.one(n.nums)}.reduce((a, x) => (a * 3 + heavy(x)) % 97, 1)`),
  find: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = ${c.one(n.recs)}.${c.one(['find', 'findIndex', 'some', 'every', 'findLast'])}((r) => heavy(r.v) % 3 === ${c.below(4)}) ?? null`,
    ),
  breaks: (c, n) =>
    made(
      n,
      'any',
      (v) => `let ${v} = -1; for (const x of ${c.one(n.nums)}) { if (heavy(x) % 5 > 3) { ${v} = x; break } }`,
    ),
  aliasRead: (c, n) => {
    const xs = c.one(n.nums)
    return made(
      n,
      'nums',
      (v) =>
        `const ${v} = ${xs}; for (const x of ${c.one(n.nums)}) { ${xs}.push(${v}.length + x); if (${xs}.length > 60) break }`,
    )
  },
  aliasCells: (c, n) => {
    const xs = c.one(n.nums)
    return made(
      n,
      'nums',
      (v) =>
        `const ${v} = ${c.one([xs, `${xs}.slice()`])}; for (let i = 1; i < ${xs}.length; i++) ${xs}[i] = ${v}[i - 1] + 1`,
    )
  },
  aliasMaybe: (c, n) => {
    const xs = c.one(n.nums)
    return made(
      n,
      'nums',
      (v) => `const ${v} = limit > ${c.below(8)} ? ${xs} : []; for (const x of [...nums]) ${v}.push(${xs}.length + x)`,
    )
  },
  views: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = new Uint8Array(16); { const other = new Uint8Array(${v}.buffer, ${c.below(3)}, 12); for (let i = 0; i < 10; i++) ${v}[i] = other[i + 1] + i + ${c.below(9)} }`,
    ),
  typedMap: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = new ${c.one(['Float64Array', 'Uint8Array', 'Int16Array'])}(${c.one(n.nums)}).map((x, i) => x * ${1 + c.below(100)} + i)`,
    ),
  typedCells: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = new ${c.one(['Float32Array', 'Uint8ClampedArray', 'Int32Array'])}(10); for (let i = 0; i < ${8 + c.below(5)}; i++) ${v}[i] = heavy(i) * 1.7`,
    ),
  memo: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const memo${v} = new Map(); const ${v} = ${c.one(n.nums)}.map((x) => { const k = Math.floor(x) % 4; if (!memo${v}.has(k)) memo${v}.set(k, x); return memo${v}.get(k) })`,
    ),
  counterClosure: (c, n) =>
    made(
      n,
      'any',
      (v) => `const next${v} = counter(${c.below(3)}); const ${v} = ${c.one(n.nums)}.map((x) => x + next${v}())`,
    ),
  getter: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const hidden${v} = { n: 0, get next() { ${c.one(['this.n += 1; ', ''])}return this.n } }; const ${v} = ${c.one(n.nums)}.map((x) => x + hidden${v}.next)`,
    ),
  proxy: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `let reads${v} = 0; const proxy${v} = new Proxy({ k: 2 }, { get: (target, key) => { reads${v} += ${c.below(2)}; return target[key] } }); const ${v} = ${c.one(n.nums)}.map((x) => x * proxy${v}.k); ${v}.push(reads${v})`,
    ),
  growing: (c, n) =>
    made(
      n,
      'nums',
      (v) =>
        `const ${v} = [1, 2, 3]; for (const x of ${v}) { if (${v}.length < ${5 + c.below(9)}) ${v}.push(x + ${v}.length) }`,
    ),
  growingCount: (c, n) =>
    made(
      n,
      'nums',
      (v) =>
        `const ${v} = [1, 2]; for (let i = 0; i < ${v}.length && i < ${3 + c.below(20)}; i++) { if (i < 9) ${v}.push(heavy(i)) }`,
    ),
  label: (c, n) =>
    made(
      n,
      'nums',
      (v) =>
        `const ${v} = []; outer: for (const x of ${c.one(n.nums)}) { for (const y of nums) { if (y > x) continue outer; if (y === ${c.below(9)}) ${c.one(['break', 'continue outer', 'break outer'])} } ${v}.push(x) }`,
    ),
  hoist: (c, n) =>
    made(n, 'any', (v) => `for (const x of ${c.one(n.nums)}) { var ${v} = ${c.one(['heavy(x)', `(${v} ?? 0) + 1`])} }`),
  tryInside: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = ${c.one(n.nums)}.map((x) => { try { if (x % 4 > ${c.below(4)}) throw new RangeError('no ' + x); return heavy(x) } catch (error) { return error.message } finally { twice(x) } })`,
    ),
  tryAround: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = []; try { for (const x of ${c.one(n.nums)}) { if (heavy(x) % 9 > ${4 + c.below(5)}) throw new Error('stop ' + x); ${v}.push(x) } } catch (error) { ${v}.push(error.message) } finally { ${v}.push('end') }`,
    ),
  tryAroundMap: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `let ${v} = null; try { ${v} = ${c.one(n.recs)}.map((r) => { if (r.v > ${c.below(14)}) throw new TypeError('bad ' + r.name); return r.v }) } catch (error) { ${v} = [error.name, error.message] }`,
    ),
  throwing: (c, n) =>
    `for (const x of ${c.one(n.nums)}) { if (heavy(x) > ${60 + c.below(400)}) throw new RangeError('too large ' + x) }`,
  promiseAll: (c, n) =>
    made(
      n,
      'nums',
      (v) =>
        `const ${v} = await Promise.all(${c.one(n.nums)}.map(async (x) => { ${c.one(['', 'await later(x); '])}return ${numeric(c, 'x')} }))`,
    ),
  awaitLoop: (c, n) =>
    made(
      n,
      'nums',
      (v) => `const ${v} = []; for (const x of ${c.one(n.nums)}) { const y = await later(x); ${v}.push(y + 1) }`,
    ),
  classMethod: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = new Tally(); for (const x of ${c.one(n.nums)}) ${v}.${c.one(['add(x)', 'list.push(x)', 'n++'])}`,
    ),
  instances: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = ${c.one(n.nums)}.map((x) => new Point(x, ${c.below(5)})).map((p) => ${c.one(['p.norm()', 'p', 'p.moved(1)', '(p.x += 1, p)'])})`,
    ),
  switches: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = []; for (const r of ${c.one(n.recs)}) { switch (r.v % 3) { case 0: ${v}.push(r.name); break; case 1: ${c.one(['continue', 'break', `${v}.push(r)`])}; default: ${v}.push(r.v) } }`,
    ),
  destructure: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = ${c.one(n.recs)}.map(({ v: a, inner: { tags: [t = 'none', ...more] }, ...rest }, i) => [a + i, t, more${c.one(['', ', rest'])}])`,
    ),
  each: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = []; let n${v} = 0; ${c.one(n.recs)}.forEach((r, i) => { if (i % 2) ${v}.push(${recordly(c, 'r')}); n${v}++ }); ${v}.push(n${v})`,
    ),
  from: (c, n) =>
    made(n, 'nums', (v) => `const ${v} = Array.from({ length: ${3 + c.below(15)} }, (_, i) => ${numeric(c, 'i')})`),
  holes: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = [1, , 3, , 5, undefined].${c.one(['map((x) => x * 2)', 'filter((x) => x !== 3)', 'flatMap((x) => [x, x])', 'reduce((a, x) => a + heavy(x), 0)', 'reduce((a, b) => (a < b ? a : b))'])}`,
    ),
  set: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = new Set(${c.one(['', '[1]'])}); for (const ${c.one(['x of nums', 'x of words', 'x of recs'])}) ${v}.add(${c.one(['x', 'heavy(1)'])})`,
    ),
  keyed: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = new Map(); for (const r of ${c.one(n.recs)}) ${v}.set(${c.one(['r.v % 4', 'r.name', 'r'])}, ${recordly(c, 'r')})`,
    ),
  put: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = ${c.one(['{}', '[]', '{ 1: 2, b: 3 }'])}; for (const r of ${c.one(n.recs)}) ${v}[${c.one(['r.name', 'r.v % 5', 'r.v'])}] = ${recordly(c, 'r')}`,
    ),
  forIn: (c, n) =>
    made(n, 'any', (v) => `const ${v} = []; for (const key in ${c.one(['box', 'recs[0]', 'nums'])}) ${v}.push(key)`),
  whileLoop: (c, n) => made(n, 'any', (v) => `let ${v} = ${1 + c.below(5)}; while (${v} < 50) ${v} = ${v} * 2 + 1`),
  seen: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const seen${v} = []; const ${v} = []; for (const r of ${c.one(n.recs)}) { if (seen${v}.includes(r.inner)) continue; seen${v}.push(r.inner); ${v}.push(r) }`,
    ),
  identity: (c, n) =>
    made(
      n,
      'any',
      (v) => `const ${v} = ${c.one(n.recs)}.map((r) => ({ r, same: r.inner === recs[0].inner, at: recs.indexOf(r) }))`,
    ),
  mutateItems: (c, n) => `for (const r of ${c.one(n.recs)}) r.v ${c.one(['+= 1', '= r.v * 2', '-= heavy(1)'])}`,
  mutateInner: (c, n) =>
    `${c.one(n.recs)}.forEach((r) => { const { inner } = r; inner.tags.push(${c.one(['r.name', '1'])}) })`,
  mutateAfter: (c, n) => `${c.one(n.recs)}[0].v = ${c.below(20)}; ${c.one(n.nums)}.push(${c.below(9)})`,
  regexp: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const re${v} = /[aeiou]/${c.one(['', 'g', 'y'])}; const ${v} = words.map((w) => ${c.one([`re${v}.test(w)`, `re${v}.exec(w)?.index ?? -1`, `w.replace(re${v}, '-')`])})`,
    ),
  strings: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = words.map((w) => ${c.one(['w.toUpperCase()', "w.split('').reverse().join('')", 'w.length', 'w.padEnd(8) + limit'])})`,
    ),
  moduleState: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = ${c.one(n.nums)}.map((x) => { ${c.one(['total += 1; ', 'history.push(x); ', ''])}return x + total + history.length })`,
    ),
  moduleReads: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `${c.one(['total += 1; ', "history.push('h'); ", ''])}const ${v} = ${c.one(n.nums)}.map((x) => x + total + history.length)`,
    ),
  recursion: (c, n) =>
    made(n, 'any', (v) => `const ${v} = ${c.one(n.nums)}.map((x) => fib(Math.abs(Math.floor(x)) % 9))`),
  generator: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const gen${v} = naturals(); const ${v} = ${c.one(n.nums)}.map((x) => x + ${c.one([`gen${v}.next().value`, '[...take(2)].length'])})`,
    ),
  deletes: (c, n) =>
    made(
      n,
      'any',
      (v) => `const ${v} = { a: 1, b: 2, c: 3 }; for (const w of ${c.one(["['a', 'b']", 'words'])}) delete ${v}[w]`,
    ),
  truncate: (c, n) => {
    const xs = c.one(n.nums)
    return `for (let i = 0; i < ${xs}.length; i++) { if (i === ${2 + c.below(6)}) ${xs}.length = i + 1 }`
  },
  sorted: (c, n) =>
    made(n, 'nums', (v) => `const ${v} = [...${c.one(n.nums)}].sort((a, b) => ${c.one(['a - b', 'b - a'])})`),
  nestedMaps: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = ${c.one(n.nums)}.slice(0, 6).map((x) => nums.slice(0, 4).map((y) => ${numeric(c, 'x')} + y))`,
    ),
  twoDimensions: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = []; for (const x of nums.slice(0, 4)) for (const y of ${c.one(n.nums)}.slice(0, 5)) ${v}.push([x, heavy(y)])`,
    ),
  sharedResult: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const same${v} = { n: 1 }; const ${v} = ${c.one(n.nums)}.map((x) => (x > 3 ? same${v} : { n: 1 })); same${v}.n = ${c.below(9)}`,
    ),
  sharedMade: (_c, n) => made(n, 'any', (v) => `const ${v} = recs.map((r) => { const o = { r }; return [o, o] })`),
  dates: (c, n) =>
    made(n, 'any', (v) => `const ${v} = ${c.one(n.nums)}.map((x) => new Date(Math.floor(Math.abs(x)) * 1000))`),
  errors: (_c, n) => made(n, 'any', (v) => `const ${v} = words.map((w) => new Error(w).message)`),
  shadow: (c, n) =>
    made(
      n,
      'any',
      (v) => `const ${v} = ${c.one(n.nums)}.map((limit) => { const nums = [limit]; return nums.length + limit })`,
    ),
  optional: (c, n) =>
    made(n, 'any', (v) => `const ${v} = [...${c.one(n.recs)}, null].map((r) => r?.inner?.tags?.[0] ?? 'none')`),
  assignOuter: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `let ${v} = null; for (const r of ${c.one(n.recs)}) { ${c.one([`${v} = r`, `if (r.v > 4) ${v} = r`, `${v} ??= r`])} }`,
    ),
  previous: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = []; let before${v} = 0; for (const x of ${c.one(n.nums)}) { ${v}.push(x - before${v}); before${v} = x }`,
    ),
  builtinCallback: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = ${c.one(['words', ...n.nums])}.${c.one(['map', 'filter', 'flatMap'])}(${c.one(['Number', 'String', 'Boolean', 'Math.abs', 'Math.max', 'Array', 'Object', 'Math.pow', 'parseInt', 'isNaN'])})`,
    ),
  innerFunction: (c, n) =>
    made(n, 'nums', (v) => `const f${v} = (x) => ${numeric(c, 'x')}; const ${v} = ${c.one(n.nums)}.map(f${v})`),
  innerSpots: (c, n) => made(n, 'any', (v) => `const ${v} = spread(${c.one(n.nums)}, ${c.below(5)})`),
  closure: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const f${v} = (zs) => { let s = 0.5; for (const z of zs) s += heavy(z) / 3; return zs.map((z) => z + s) }; const ${v} = [f${v}(${c.one(n.nums)}), f${v}(${c.one(n.nums)}).length]`,
    ),
  rounds: (c, n) =>
    made(
      n,
      'nums',
      (v) =>
        `const f${v} = (zs) => { const out = []; for (let i = 0; i < zs.length; i++) out[i] = heavy(zs[i]); return ${c.one(['out', 'zs', 'out.filter((z) => z > 9)'])} }; let ${v} = ${c.one(n.nums)}; for (let r = 0; r < 3; r++) ${v} = f${v}(${v})`,
    ),
  hits: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `let hits${v} = 1; function f${v}(zs) { for (const z of zs) if (heavy(z) % 2 < 1) hits${v}++; return hits${v} }; const ${v} = hits${v} + f${v}(${c.one(n.nums)}) * hits${v} + f${v}([1, 2, 3])`,
    ),
  nestedClosures: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const f${v} = (zs) => { const g = (ys) => ys.map((y) => y + limit); return g(${c.one(['zs', 'g(zs)', 'nums'])}) }; const ${v} = f${v}(${c.one(n.nums)})`,
    ),
  twoNames: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const f${v} = (from, into) => { for (let i = 1; i < from.length; i++) into[i] = from[i - 1] + 1; return into }; const ${v} = f${v}(${c.one(n.nums)}, ${c.one(n.nums)})`,
    ),
  failing: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const f${v} = (zs) => zs.map((z) => { if (z > ${4 + c.below(9)}) throw new RangeError('high ' + z); return z }); let ${v} = 0; try { ${v} = f${v}(${c.one(n.nums)}) } catch (error) { ${v} = error.message }`,
    ),
  pushInto: (c, n) => `collect(${c.one(n.nums)}, ${c.one(n.any)})`,
  frozen: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = Object.freeze([1, 2]); try { for (const x of ${c.one(n.nums)}) ${v}.push(x) } catch (error) { total += 1 }`,
    ),
  subclass: (c, n) =>
    made(
      n,
      'any',
      (v) => `class Own${v} extends Array {}; const ${v} = Own${v}.from(${c.one(n.nums)}).map((x) => x + 1).length`,
    ),
}
