/** Sequential functions whose loops can be gone on with, one for each thing that might go wrong. */
export interface LoopFunction {
  readonly name: string
  readonly source: string
  readonly input: unknown
}

const entry = (name: string, body: string, input: unknown = 40, rest = ''): LoopFunction => ({
  name,
  source: `${rest}\nexport default function (n, ctx) {\n${body}\n}`,
  input,
})

export const loopFunctions: readonly LoopFunction[] = [
  entry('recurrence', 'let x = 1; for (let i = 0; i < n; i++) { x = (x * 1103515245 + 12345) % 2147483648 } return x'),
  entry(
    'two variables',
    'let a = 0n, b = 1n; for (let i = 0; i < n; i++) { const t = a + b; a = b; b = t } return [a, b]',
  ),
  entry(
    'random walk',
    'let x = 0; const seen = []; for (let i = 0; i < n; i++) { x += Math.random() - 0.5; seen.push(x) } return [seen, Math.random()]',
  ),
  entry(
    'while',
    'let k = n, steps = 0; while (steps < 60) { k = k % 2 ? 3 * k + 1 : k / 2; steps++ } return [k, steps]',
    27,
  ),
  entry('do while', 'let k = 0; do { k += 3 } while (k < 100); return k'),
  entry('for without head', 'let k = 0; for (;;) { if (++k > n) break } return k'),
  entry(
    'typed arrays and views on one buffer',
    `const buffer = new ArrayBuffer(64); const bytes = new Uint8Array(buffer), words = new Float64Array(buffer, 8, 4);
  let grid = new Float64Array(8), next = new Float64Array(8); grid[3] = 1;
  for (let t = 0; t < n; t++) {
    for (let i = 1; i < 7; i++) next[i] = (grid[i - 1] + grid[i] + grid[i + 1]) / 3;
    const swap = grid; grid = next; next = swap;
    words[t % 4] += grid[3] / 7; bytes[t % 8] ^= t;
  }
  return [grid, next, words, bytes, words.buffer === bytes.buffer]`,
  ),
  entry(
    'objects with two names',
    `const world = { tick: 0, cells: [1, 2, 3] }; const other = { world, cells: world.cells }; let last = world.cells;
  for (let i = 0; i < n; i++) { world.tick++; last.push(i); if (i % 9 === 8) { last = [i]; world.cells = last } }
  return [world, other, last === world.cells, other.cells === world.cells, other.world === world]`,
  ),
  entry(
    'objects that the loop drops while others hold them',
    `let node = { v: 0, next: null }; const first = node; const all = [];
  for (let i = 0; i < n; i++) { node.v += i; if (i % 5 === 4) { all.push(node); node.next = { v: 0, next: null }; node = node.next } }
  return [first, all.length, all[1] === first.next, first.next.v]`,
  ),
  entry(
    'maps and sets in their order',
    `const m = new Map([['a', 1], ['b', 2], ['c', 3]]), s = new Set([1, 2, 3]);
  for (let i = 0; i < n; i++) { const k = 'abc'[i % 3]; const v = m.get(k) ?? 0; m.delete(k); m.set(k, v + i); if (i % 7 === 0) s.delete(i % 3); s.add(i % 5) }
  return [[...m], [...s]]`,
  ),
  entry(
    'properties in their order',
    `const o = { a: 1, b: 2 }; const held = { o };
  for (let i = 0; i < n; i++) { delete o['k' + (i - 2)]; o['k' + i] = i; o.a += i }
  return [Object.entries(held.o), held]`,
  ),
  entry(
    'sparse arrays',
    'const a = [1, , 3]; for (let i = 0; i < n; i++) { if (i % 4 === 0) delete a[i % 3]; a[i * 2] = i } return [a, Object.keys(a), a.length]',
  ),
  entry(
    'dates and patterns',
    `const d = new Date(1000), re = /a(b)?/g; let found = 0; for (let i = 0; i < n; i++) { d.setTime(d.getTime() + 7); if (re.test('ab a ab')) found++ } return [d, re.lastIndex, found]`,
  ),
  entry(
    'nested, the outer one long',
    'let s = 0; for (let i = 0; i < n; i++) { for (let j = 0; j < 3; j++) { s = (s * 31 + i * j) % 1009 } } return s',
  ),
  entry(
    'nested, the inner one long',
    'let s = 0; for (let i = 0; i < 3; i++) { let u = i; for (let j = 0; j < n; j++) { u = (u * 31 + j) % 1009 } s = (s * 7 + u) % 1013 } return s',
  ),
  entry(
    'one after the other',
    'let a = 1, b = 2; for (let i = 0; i < n; i++) a = (a * 7 + 1) % 1009; const list = [a]; for (let i = 0; i < n; i++) { b = (b * a + i) % 997; list.push(b) } while (b > 3) { b -= 2; list.push(b) } return list',
  ),
  entry(
    'labels, continue and break',
    `let s = 0; outer: for (let i = 0; i < n; i++) { for (let j = 0; j < 9; j++) { if (j === i % 5) continue outer; if (s > 2000) break outer; s += i * j + 1 } }
  inner: for (let i = 0; i < n; i++) { if (i % 3) continue inner; s ^= i } return s`,
  ),
  entry(
    'try and finally',
    'let s = 0, f = 0; for (let i = 0; i < n; i++) { try { if (i % 4 === 3) throw new RangeError("x" + i); s = s * 3 % 1009 + i } catch (e) { s += e.message.length } finally { f++ } } return [s, f]',
  ),
  entry(
    'early return',
    'const seen = []; for (let i = 0; ; i++) { seen.push(i * i); if (seen.length > n) return seen }',
  ),
  entry(
    'an error in the end',
    'let s = 0; for (let i = 0; i < n + 1; i++) { s += i; if (i === n) throw new RangeError("at " + s) } return s',
  ),
  entry(
    'var and closures that see it',
    'var s = 0; const add = (x) => { s += x }; for (var i = 0; i < n; i++) { add(i); var last = i } return [s, i, last]',
  ),
  entry(
    'bindings of each pass',
    'let s = 0; for (let i = 0; i < n; i++) { const f = () => i * 2; s += [1, 2].map((x) => x + f()).length; i += f() % 3 === 0 ? 1 : 0 } return s',
  ),
  entry(
    'for of an array',
    'let s = 1; for (const x of n) { s = Math.abs(s * 31 + x.v) % 1009; x.seen = s } return [s, n]',
    Array.from({ length: 30 }, (_, v) => ({ v })),
  ),
  entry(
    'for of an array that grows',
    'let s = 1; for (const x of n) { s = (s * 31 + x) % 1009; if (n.length < 50) n.push(s) } return [s, n]',
    [1, 2, 3],
  ),
  entry(
    'for of with continue',
    'let s = 1; for (const [a, b] of n) { if (a % 2) continue; s = Math.abs(s * 31 + b) % 1009 } return s',
    Array.from({ length: 40 }, (_, v) => [v, v * 3]),
  ),
  entry('what is logged and told', 'let s = 0; for (let i = 0; i < n; i++) { ctx.progress(i / n); s += i } return s'),
  entry(
    'under another name',
    'const { sqrt, floor } = Math; let s = 2; for (let i = 0; i < n; i++) s = floor(sqrt(s * 1e6)) % 977 + 2; return s',
  ),
  {
    name: 'variables of the module',
    source: `let ticks = 0; const cache = new Map(); const log = [];
function step(x) { ticks++; if (!cache.has(x)) cache.set(x, x * 3 % 101); log.push(cache.size); return cache.get(x) }
export default function (n) { let x = 5; for (let i = 0; i < n; i++) x = step(x + i); return [x, ticks, [...cache], log] }`,
    input: 40,
  },
  {
    name: 'a function that is called, with what its caller goes on to read',
    source: `function simulate(world, steps) { let energy = 0; for (let t = 0; t < steps; t++) { energy += world.v; world.v = (world.v * 13 + t) % 89; world.trail.push(world.v) } return energy }
export default function (n) { const world = { v: 3, trail: [] }, { trail } = world; const a = simulate(world, n); trail.push(-1); const b = simulate({ v: 1, trail }, n); return [a, b, world, trail === world.trail] }`,
    input: 30,
  },
  {
    name: 'a method',
    source: `class Sim { constructor() { this.x = 1; this.seen = [] } step(i) { this.x = (this.x * 5 + i) % 97 } run(n) { for (let i = 0; i < n; i++) { this.step(i); this.seen.push(this.x) } return this } }
export default function (n) { const sim = new Sim(); const { seen } = sim; sim.run(n); return [sim.x, seen, sim.seen === seen] }`,
    input: 30,
  },
  {
    name: 'recursion',
    source: `function walk(depth, seed) { let s = seed; for (let i = 0; i < 4; i++) { s = (s * 31 + i) % 1009; if (depth > 0) s += walk(depth - 1, s) } return s }
export default function (n) { return walk(n, 1) }`,
    input: 3,
  },
  {
    name: 'rounds of a walk through a map that grows',
    source: `const todo = new Map([[1, 2]]);
function work(k) { let s = k; for (let i = 0; i < 40; i++) { s = (s * 31 + i) % 1009; if (i === 26 && todo.size < 5) todo.set(s, i) } return s }
export default function () { const out = []; todo.forEach((v, k) => { out.push(work(k + v)) }); return [out, [...todo]] }`,
    input: null,
  },
]
