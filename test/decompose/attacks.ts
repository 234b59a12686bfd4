/** Programs that break naive sharding, and programs whose output forms are easily merged wrong. */

export interface Attack {
  readonly name: string
  readonly source: string
  /** How many families must be spawned with forced chunks: at least one, none, or whatever. */
  readonly shards: 'some' | 'none' | 'any'
}

const list =
  'export function input(scale) { return { xs: Array.from({ length: 23 * scale }, (_, i) => (i * 37) % 11) } }\n'

function attack(name: string, shards: Attack['shards'], body: string, extra = ''): Attack {
  return { name, shards, source: `${extra}\nexport default async function ({ xs }) {\n${body}\n}\n${list}` }
}

export const attacks: readonly Attack[] = [
  attack(
    'a var of the loop is read after it',
    'none',
    'const out = []; for (const x of xs) { var last = x * 2; out.push(last) } return { out, last }',
  ),
  attack(
    'continue to an outer label',
    'any',
    'const out = []; outer: for (const x of xs) { for (let k = 0; k < 3; k++) { if (k === x % 3) continue outer; out.push(x + k) } } return out',
  ),
  attack(
    'a patched builtin',
    'none',
    'const at = Array.prototype.at; Array.prototype.at = function () { return 42 }; try { return xs.map((x) => [x].at(0)) } finally { Array.prototype.at = at }',
  ),
  attack(
    'rows that are one array',
    'none',
    'const row = [1, 2]; const grid = [row, row, row]; grid.forEach((cells, y) => { cells[0] = cells[0] * 10 + y }); return grid',
  ),
  attack(
    'an output under a second name',
    'none',
    'const out = []; const same = { list: out }; for (const x of xs) { out.push(x + same.list.length) } return out',
  ),
  attack(
    'an output that is iterated over',
    'any',
    'const ys = xs.slice(0, 5); let n = 0; for (const y of ys) { n++; if (n < 12) ys.push(y + 1) } return ys',
  ),
  attack(
    'the end of the loop grows',
    'any',
    'const ys = [1]; for (let i = 0; i < ys.length; i++) { if (ys.length < 20) ys.push(ys[i] + 1) } return ys',
  ),
  attack(
    'a memo',
    'none',
    'const seen = new Map(); const slow = (x) => { if (!seen.has(x)) seen.set(x, seen.size); return seen.get(x) }; return { ys: xs.map((x) => slow(x)), size: seen.size }',
  ),
  attack('a counter of the module', 'none', 'return xs.map((x) => [x, ++calls])', 'let calls = 0'),
  attack(
    'a counter in a closure',
    'none',
    'const next = counter(); return xs.map((x) => x + next())',
    'function counter() { let n = 0; return () => ++n }',
  ),
  attack(
    'a method that keeps state',
    'none',
    'const c = new Counter(); return { ys: xs.map((x) => x + c.next()), n: c.n }',
    'class Counter { n = 0; next() { this.n += 1; return this.n } }',
  ),
  attack(
    'an object of closures',
    'none',
    'const g = generator(3); return xs.map((x) => x + g.draw())',
    'function generator(s) { return { draw() { s = (s * 7) % 31; return s } } }',
  ),
  attack(
    'views on one buffer',
    'any',
    'const bytes = new Uint8Array(64); const words = new Uint32Array(bytes.buffer); for (let i = 0; i < 16; i++) { words[i] = i * 1000 + bytes[3] + bytes[i] } return { bytes, words }',
  ),
  attack(
    'a buffer made from another',
    'any',
    'const bytes = new Uint8Array(8); const out = []; for (const x of xs) { const v = new Uint8Array(bytes.buffer); v[0] += x; out.push(v[0]) } return { out, bytes }',
  ),
  attack(
    'a buffer under another name',
    'any',
    'const memory = new ArrayBuffer(8); const out = []; for (const x of xs) { const v = new Uint8Array(memory); v[0] += x; out.push(v[0]) } return { out, v: new Uint8Array(memory) }',
  ),
  attack(
    'a callback that throws',
    'any',
    'try { return xs.map((x, i) => { if (x === 9) throw new RangeError("at " + i); return x }) } catch (e) { return [e.name, e.message] }',
  ),
  attack(
    'what was pushed before a throw',
    'any',
    'const out = []; let n = 0; try { for (const x of xs) { if (out === null) continue; n++; out.push(x); if (x === 9) throw new Error("stop " + x) } } catch (e) { return { out, n, m: e.message } } return out',
  ),
  attack(
    'cells written before a throw',
    'any',
    'const out = new Float64Array(23); try { for (let i = 0; i < xs.length; i++) { if (xs[i] === 8) throw new TypeError("no " + i); out[i] = xs[i] / 3 } } catch (e) { return { out, m: e.message } } return out',
  ),
  attack(
    'identity of inputs in results',
    'some',
    'const os = xs.map((x) => ({ x })); const kept = os.map((o) => ({ o })); os[0].x = 99; return { same: kept.every((k, i) => k.o === os[i]), kept, picks: os.filter((o) => o.x > 3).map((o) => os.indexOf(o)) }',
  ),
  attack(
    'identity of captured objects in results',
    'some',
    'const a = { n: 1 }; const b = { n: 2 }; const ys = xs.map((x) => (x % 2 ? a : b)); a.n = 5; return { ys, same: new Set(ys).size }',
  ),
  attack(
    'fresh objects shared within an iteration',
    'some',
    'const out = []; for (const x of xs) { const o = { x }; out.push([o, o]) } out[3][0].x = -1; return out',
  ),
  attack(
    'instances of a class',
    'some',
    'const ps = xs.map((x) => new Point(x, x + 1)); return ps.map((p) => [p instanceof Point, p.sum(), p.constructor.name])',
    'class Point { constructor(x, y) { this.x = x; this.y = y } sum() { return this.x + this.y } }',
  ),
  attack(
    'instances with private parts',
    'any',
    'const ps = xs.map((x) => new Secret(x)); return ps.map((p) => p.open())',
    'class Secret { #x; constructor(x) { this.#x = x } open() { return this.#x } }',
  ),
  attack(
    'subclasses',
    'some',
    'const ps = xs.map((x) => (x % 2 ? new Cat(x) : new Pet(x))); return ps.map((p) => p.say() + p.age)',
    'class Pet { constructor(age) { this.age = age } say() { return "pet" } }\nclass Cat extends Pet { constructor(age) { super(age + 1); this.lives = 9 } say() { return "cat" } }',
  ),
  attack(
    'static state of a class',
    'none',
    'return xs.map((x) => { Box.made += 1; return x + Box.made })',
    'class Box { static made = 0 }',
  ),
  attack(
    'a static field that was changed before',
    'any',
    'Config.factor = 3; return xs.map((x) => x * Config.factor)',
    'class Config { static factor = 1 }',
  ),
  attack(
    'getters with effects',
    'none',
    'let reads = 0; const o = { get v() { reads++; return reads } }; return { ys: xs.map((x) => x + o.v), reads }',
  ),
  attack(
    'a proxy',
    'any',
    'const log = []; const p = new Proxy({ a: 1 }, { get(t, k) { log.push(String(k)); return t[k] } }); const ys = xs.map((x) => x + p.a); return { ys, n: log.length }',
  ),
  attack(
    'an array with an accessor',
    'any',
    'const ys = [1, 2, 3]; let n = 0; Object.defineProperty(ys, 1, { get() { n++; return 7 } }); const zs = ys.map((y) => y + 1); return { zs, n }',
  ),
  attack(
    'holes',
    'some',
    'const ys = [1, , 3, , 5]; return { m: ys.map((y) => y * 2), f: ys.filter(() => true), g: ys.flatMap((y) => [y, , y]), o: (() => { const r = []; return r })() }',
  ),
  attack('minus zero and NaN', 'some', 'return xs.map((x) => (x === 0 ? -0 : x === 1 ? NaN : -x))'),
  attack('counts that start from a fraction', 'any', 'let n = 0.1; for (const x of xs) { if (x > 3) n++ } return n'),
  attack('counts from minus zero', 'any', 'let n = -0; for (const x of xs) { if (x > 300) n++ } return n'),
  attack('a counter that is a string', 'any', 'let n = "7"; for (const x of xs) { if (x > 3) n++ } return n'),
  attack(
    'counts up and down',
    'some',
    'let n = 5; for (const x of xs) { if (x > 5) n++; else if (x < 2) n-- } return n',
  ),
  attack('float sums', 'none', 'let s = 0; for (const x of xs) { s += x / 7 } return s'),
  attack(
    'extremes',
    'some',
    'let hi = -Infinity; let lo = 3; for (const x of xs) { hi = Math.max(hi, x / 3); lo = Math.min(x, lo) } return { hi, lo }',
  ),
  attack(
    'an extreme of NaN',
    'some',
    'let hi = 0; for (const x of xs) { hi = Math.max(hi, x === 4 ? NaN : x) } return hi',
  ),
  attack(
    'an extreme that starts as text',
    'any',
    'let hi = "4"; for (const x of xs) { if (x > 90) hi = Math.max(hi, x) } return hi',
  ),
  attack(
    'a tally in first-seen order',
    'some',
    'const m = new Map([["z", 1]]); for (const x of xs) { m.set("k" + x, (m.get("k" + x) ?? 0) + 1) } return m',
  ),
  attack(
    'a tally over odd starts',
    'any',
    'const m = new Map([["k1", 0.5], ["k2", "a"]]); for (const x of xs) { const k = "k" + x; m.set(k, (m.get(k) ?? 0) + 1) } return m',
  ),
  attack(
    'a tally in an object',
    'some',
    'const o = { k3: 2 }; for (const x of xs) { const k = "k" + x; o[k] = (o[k] ?? 0) + 1 } return o',
  ),
  attack(
    'a tally under inherited names',
    'any',
    'const names = ["constructor", "toString", "__proto__", "b"]; const o = {}; for (const x of xs) { const k = names[x % 4]; o[k] = (o[k] || 0) + 1 } return [Object.keys(o), o.b, String(o.constructor).slice(0, 20)]',
  ),
  attack('a histogram', 'some', 'const h = new Array(11).fill(0); for (const x of xs) h[x]++; return h'),
  attack(
    'a histogram out of range',
    'any',
    'const h = new Array(5).fill(0); for (const x of xs) h[x]++; return { h, n: h.length }',
  ),
  attack(
    'a histogram of small bytes',
    'some',
    'const h = new Uint8Array(3).fill(250); for (const x of xs) { h[x % 3]++ } return h',
  ),
  attack(
    'a histogram that saturates',
    'some',
    'const h = new Uint8ClampedArray(3).fill(250); for (const x of xs) { h[x % 3]++ } return h',
  ),
  attack(
    'keys written once',
    'some',
    'const o = { old: 1 }; for (const x of xs) { o["k" + (x % 5)] = { x } } return [o, Object.keys(o)]',
  ),
  attack(
    'integer-like keys and __proto__',
    'any',
    'const o = {}; const ks = ["b", "7", "3", "__proto__", "a"]; for (const [i, k] of ks.entries()) { o[k] = { i } } return [Object.keys(o), o.i]',
  ),
  attack(
    'a map and a set that are only written',
    'some',
    'const m = new Map(); const s = new Set([4]); for (const x of xs) { m.set(x % 4, x); s.add(x % 6) } return { m, s }',
  ),
  attack(
    'a map that is read too',
    'none',
    'const m = new Map(); const out = []; for (const x of xs) { out.push(m.get(x % 3)); m.set(x % 3, x) } return { out, m }',
  ),
  attack(
    'own cells read and written',
    'some',
    'const ys = xs.slice(); for (let i = 0; i < ys.length; i++) { ys[i] = ys[i] * 2 + i } return ys',
  ),
  attack(
    'neighbouring cells',
    'none',
    'const ys = xs.slice(); for (let i = 1; i < ys.length; i++) { ys[i] = ys[i] + ys[i - 1] } return ys',
  ),
  attack(
    'cells that are skipped',
    'some',
    'const ys = new Array(30); ys[2] = "kept"; for (let i = 0; i < xs.length; i++) { if (xs[i] % 2) ys[i] = xs[i] } return ys',
  ),
  attack(
    'cells beyond the end',
    'some',
    'const ys = []; for (let i = 3; i <= xs.length; i += 2) { ys[i] = i } return ys',
  ),
  attack(
    'rows of a matrix',
    'some',
    'const w = 5, h = 6; const m = new Float32Array(w * h); for (let y = 0; y < h; y++) { for (let x = 0; x < w; x++) { m[y * w + x] = xs[x] / (y + 1) } } return m',
  ),
  attack(
    'rows that overlap',
    'none',
    'const w = 5, h = 6; const m = new Float32Array(40); for (let y = 0; y < h; y++) { for (let x = 0; x <= w; x++) { m[y * w + x] = m[y * w + x] + xs[x] } } return m',
  ),
  attack(
    'rows of a width that is no integer',
    'any',
    'const w = 2.5; const m = new Array(40).fill(0); for (let y = 0; y < 6; y++) { for (let x = 0; x < w; x++) { m[y * w + x] = y * 10 + x } } return Array.from(m)',
  ),
  attack(
    'four bytes a pixel',
    'some',
    'const out = new Uint8ClampedArray(xs.length * 4); for (let i = 0; i < xs.length; i++) { const o = i * 4; out[o] = xs[i] * 30; out[o + 1] = xs[i] * 0.5; out[o + 3] = 255 } return out',
  ),
  attack(
    'an index of the callback',
    'some',
    'const out = new Array(xs.length); xs.forEach((x, i) => { out[i] = x + i }); return out',
  ),
  attack(
    'pushes of a callback without braces',
    'some',
    'const out = []; xs.forEach((x) => out.push(x * 2)); return out',
  ),
  attack('this in a callback', 'any', 'return xs.map(function (x) { return [typeof this, x] })'),
  attack('the third parameter', 'any', 'return xs.map((x, i, all) => all[all.length - 1 - i])'),
  attack('parseInt as a callback', 'any', 'return xs.map(String).map(parseInt)'),
  attack('builtins as callbacks', 'some', 'return [xs.map(String), xs.map(Number).filter(Boolean), xs.map(Math.sqrt)]'),
  attack(
    'a sort of what is captured',
    'none',
    'const ys = xs.slice(); return xs.map((x) => { ys.sort((a, b) => (a - b) * (x % 2 ? 1 : -1)); return ys[0] })',
  ),
  attack('a global regular expression', 'any', 'const re = /[13579]/g; return xs.map((x) => re.test(String(x)))'),
  attack(
    'a fixed regular expression',
    'some',
    'return xs.map((x) => [ODD.test(String(x)), "a1b2".replace(ALL, "#" + x)])',
    'const ODD = /[13579]/\nconst ALL = /[0-9]/g',
  ),
  attack(
    'module state that was set before',
    'some',
    'table = xs.map((x) => x * x); scale = 3; return xs.map((x, i) => lookup(i) * scale)',
    'let table = null\nlet scale = 1\nfunction lookup(i) { return table[i] }',
  ),
  attack(
    'names that shadow',
    'any',
    'const limit = 3; const f = (x) => x > limit; { const limit = 5; return xs.map((x) => [f(x), x > limit, over(x)]) }',
    'const limit = 8\nfunction over(x) { return x > limit }',
  ),
  attack(
    'functions defined after use',
    'some',
    'return xs.map((x) => twice(x) + once(x)); function once(x) { return x + 1 }',
    'function twice(x) { return x * TWO }\nconst TWO = 2',
  ),
  attack('functions among the results', 'any', 'const fs = xs.map((x) => () => x); return fs.map((f) => f())'),
  attack(
    'symbols among the results',
    'any',
    'const s = Symbol("a"); return xs.map((x) => (x % 2 ? s : 1)).filter((v) => v !== s)',
  ),
  attack(
    'async callbacks',
    'some',
    'return await Promise.all(xs.map(async (x) => { const y = await later(x); return y + 1 }))',
    'async function later(x) { return x * 2 }',
  ),
  attack(
    'a failing async callback',
    'any',
    'try { return await Promise.all(xs.map(async (x, i) => { if (i === 5) { await null; await null; throw new Error("slow") } if (i === 9) throw new Error("fast"); return x })) } catch (e) { return e.message }',
  ),
  attack(
    'awaits in a loop',
    'some',
    'const out = []; for (const x of xs) { const y = await later(x); out.push(y) } return out',
    'async function later(x) { return x * 2 }',
  ),
  attack(
    'work that is not awaited at once',
    'none',
    'const log = []; const side = (async () => { await null; log.push("side") })(); const ys = xs.map((x) => x * 2); log.push("main"); await side; return { ys, log }',
  ),
  attack('early exit', 'none', 'let n = 0; for (const x of xs) { n++; if (x === 8) break } return n'),
  attack('return from the loop', 'none', 'for (const x of xs) { if (x === 8) return x * 2 } return -1'),
  attack(
    'a loop variable that is changed',
    'none',
    'const out = []; for (let i = 0; i < xs.length; i++) { out.push(xs[i]); if (xs[i] === 3) i++ } return out',
  ),
  attack('recursion', 'any', 'const depth = (n) => (n === 0 ? 0 : 1 + depth(n - 1)); return xs.map((x) => depth(x))'),
  attack(
    'delete from a captured object',
    'none',
    'const o = { a: 1, b: 2 }; return [xs.map((x) => delete o.a && x), o]',
  ),
  attack('assign into items', 'any', 'const os = xs.map((x) => ({ x })); os.forEach((o, i) => { o.i = i }); return os'),
  attack(
    'Object.assign into a captured object',
    'none',
    'const o = {}; xs.map((x) => Object.assign(o, { x })); return o',
  ),
  attack(
    'destructuring into captured objects',
    'none',
    'const o = {}; xs.forEach((x) => { [o.last] = [x] }); return o',
  ),
  attack(
    'a captured object reached through a fresh one',
    'none',
    'const o = { n: 0 }; return [xs.map((x) => { const w = { in: { o } }; w.in.o.n += x; return x }), o]',
  ),
  attack(
    'a captured list reached through a function',
    'none',
    'const log = []; const pick = (a, b) => (a ? a : b); return [xs.map((x) => { pick(log, null).push(x); return x }), log]',
  ),
  attack(
    'a captured list reached through a destructured parameter',
    'none',
    'const log = []; const put = ({ to }, v) => { to.push(v) }; return [xs.map((x) => { put({ to: log }, x); return x }), log]',
  ),
  attack(
    'a captured list reached through a default',
    'none',
    'const log = []; const put = (v, to = log) => { to.push(v) }; return [xs.map((x) => { put(x); return x }), log]',
  ),
  attack(
    'a captured list reached through reduce',
    'none',
    'const log = []; xs.forEach((x) => { [1, 2].reduce((acc, y) => { acc.push(x * y); return acc }, log) }); return log',
  ),
  attack(
    'a captured list reached through a catch',
    'none',
    'const log = []; xs.forEach((x) => { try { throw log } catch (e) { e.push(x) } }); return log',
  ),
  attack(
    'a captured list reached through spread arguments',
    'none',
    'const log = []; const put = (a, b) => { a.push(b) }; xs.forEach((x) => { put(...[log, x]) }); return log',
  ),
  attack(
    'a captured list reached through a map',
    'none',
    'const log = []; xs.forEach((x) => { const m = new Map([["k", log]]); m.get("k").push(x) }); return log',
  ),
  attack(
    'a captured list reached through this',
    'none',
    'const log = []; xs.forEach((x) => { const w = new Writer(log); w.put(x) }); return log',
    'class Writer { constructor(to) { this.to = to } put(x) { this.to.push(x) } }',
  ),
  attack(
    'code without semicolons',
    'some',
    'const ys = []\nconst n = xs.length\nxs.forEach((x) => { ys.push(x + n) })\nconst z = ys\nfor (const y of z) ys\nreturn ys',
  ),
  attack(
    'chained calls over lines',
    'some',
    'return xs\n  .map((x) => x * 3) // keep ) this\n  .filter((x) => x % 2 === 0)\n  .flatMap((x) => [x, -x])',
  ),
  attack(
    'calls inside the header of a loop',
    'some',
    'const out = []; for (const y of xs.map((x) => x + 1).filter((x) => x > 2)) { out.push(y * y) } return out',
  ),
  attack(
    'a map over a typed array',
    'some',
    'const f = Float32Array.from(xs); return [f.map((x) => x / 3), f.filter((x) => x > 4)]',
  ),
  attack(
    'a Set and a Map as the source',
    'some',
    'const out = []; for (const x of new Set(xs)) { out.push(x * 2) } for (const [k, v] of new Map(xs.map((x) => [x, { x }]))) { out.push([k, v]) } return out',
  ),
  attack(
    'text as the source',
    'any',
    'const out = []; for (const c of "héllo wörld") { out.push(c.toUpperCase()) } return out',
  ),
  attack(
    'a generator as the source',
    'any',
    'const out = []; for (const x of numbers(7)) { out.push(x * 2) } return out',
    'function* numbers(n) { for (let i = 0; i < n; i++) yield i }',
  ),
  attack(
    'a property named size that is an object',
    'none',
    'const box = { size: { w: 1 }, length: [0] }; return [xs.map((x) => { box.size.w += x; box.length.push(x); return x }), box]',
  ),
  attack(
    'a reviver that writes',
    'none',
    'const log = []; return [xs.map((x) => JSON.parse(JSON.stringify({ x }), (k, v) => { log.push(k); return v })), log]',
  ),
  attack(
    'a replacer that writes',
    'none',
    'const log = []; return [xs.map((x) => JSON.stringify({ x }, (k, v) => { log.push(k); return v })), log]',
  ),
  attack(
    'a comparer that writes',
    'none',
    'const log = []; return [xs.map((x) => [x, 1, 2].toSorted((a, b) => { log.push(a); return a - b })), log.length]',
  ),
  attack(
    'a tally whose key moves between reading and writing',
    'any',
    'const m = new Map(); const o = {}; for (const x of xs) { let i = x; m.set(i++, (m.get(i++) ?? 0) + 1); let j = x; o[j++] = (o[j++] ?? 0) + 1 } return [m, o]',
  ),
  attack(
    'a tally whose key is drawn',
    'any',
    'const o = {}; for (const x of xs) { let s = x; const next = () => (s = (s * 7 + 3) % 5); o[next()] = (o[next()] ?? 0) + 1 } return o',
  ),
  attack(
    'the length of an array as a key',
    'any',
    'const ys = [9, 9, 9]; const ks = ["1", "length", "0", "5"]; for (const x of xs) { ys[ks[x % 4]] = x % 4 === 1 ? 2 : x } return ys',
  ),
  attack('an iterator that is shared', 'none', 'const it = xs.values(); return xs.map((x) => x + it.next().value)'),
  attack(
    'an element that is a function',
    'none',
    'let n = 0; const fs = [() => ++n]; return xs.map((x) => x + fs[0]())',
  ),
  attack(
    'a function passed through a parameter',
    'none',
    'let n = 0; const twice = (f) => f() + f(); return xs.map((x) => x + twice(() => ++n))',
  ),
  attack(
    'a function kept in an object',
    'none',
    'const state = { n: 0 }; const tool = { bump: () => ++state.n }; return xs.map((x) => x + tool.bump())',
  ),
  attack(
    'a function bound to a captured list',
    'none',
    'const log = []; const put = log.push.bind(log); return [xs.map((x) => put(x)), log]',
  ),
  attack(
    'push called on another object',
    'none',
    'const log = []; return [xs.map((x) => Array.prototype.push.call(log, x)), log]',
  ),
  attack(
    'a class that extends through a variable',
    'any',
    'const ps = xs.map((x) => new Derived(x)); return ps.map((p) => p.v)',
    'class Base { constructor(v) { this.v = v } }\nconst Middle = Base\nclass Derived extends Middle { constructor(v) { super(v * 2) } }',
  ),
  attack(
    'a constructor that registers its instances',
    'none',
    'return [xs.map((x) => new Item(x).x), all.length]',
    'const all = []\nclass Item { constructor(x) { this.x = x; all.push(this) } }',
  ),
  attack(
    'a field initialiser that counts',
    'none',
    'return xs.map((x) => new Item().id + x)',
    'let made = 0\nclass Item { id = ++made }',
  ),
  attack(
    'a getter of a class that hands out a captured list',
    'none',
    'const h = new Holder(); xs.forEach((x) => { h.list.push(x) }); return h.list',
    'class Holder { constructor() { this._l = [] } get list() { return this._l } }',
  ),
  attack(
    'nested destructuring of a captured object',
    'none',
    'const o = { a: { b: [] } }; xs.forEach((x) => { const { a: { b } } = o; b.push(x) }); return o',
  ),
  attack(
    'a captured list in a rest parameter',
    'none',
    'const log = []; const put = (v, ...rest) => { rest[0].push(v) }; xs.forEach((x) => { put(x, log) }); return log',
  ),
  attack(
    'a captured list in a Set',
    'none',
    'const log = []; xs.forEach((x) => { for (const l of new Set([log])) l.push(x) }); return log',
  ),
  attack(
    'a captured list through Object.entries',
    'none',
    'const log = []; xs.forEach((x) => { for (const [, l] of Object.entries({ log })) l.push(x) }); return log',
  ),
  attack(
    'a captured list through flat',
    'none',
    'const log = []; xs.forEach((x) => { [[[log]]].flat(2)[0].push(x) }); return log',
  ),
  attack(
    'a captured list through a conditional return',
    'none',
    'const log = []; function pick(x) { if (x > 2) return log; return [] } xs.forEach((x) => { pick(x).push(x) }); return log',
  ),
  attack(
    'a captured list through ??=',
    'some',
    'const o = {}; xs.forEach((x) => { (o["k" + (x % 3)] ??= []).push(x) }); return o',
  ),
  attack(
    'a captured list through with and concat',
    'none',
    'const log = []; xs.forEach((x) => { [1].with(0, log)[0].push(x); [].concat([log])[0].push(-x) }); return log',
  ),
  attack(
    'a captured list through Object.fromEntries',
    'none',
    'const log = []; xs.forEach((x) => { Object.fromEntries([["l", log]]).l.push(x) }); return log',
  ),
  attack(
    'a captured list through an inner loop variable',
    'none',
    'const a = []; const b = []; xs.forEach((x) => { for (const l of [a, b]) { if (x % 2) l.push(x) } }); return [a, b]',
  ),
  attack(
    'captured lists that swap',
    'none',
    'let a = []; let b = []; for (const x of xs) { a.push(x); [a, b] = [b, a] } return [a, b]',
  ),
  attack('a sum of text', 'some', 'let s = ""; for (const x of xs) { s += x } return s'),
  attack(
    'counts of bigints',
    'any',
    'let n = 3n; try { for (const x of xs) { if (x > 2) n++ } return n } catch (e) { return e.name }',
  ),
  attack(
    'results that hold a captured list that grows later',
    'some',
    'const tail = [1]; const ys = xs.map((x) => ({ x, tail })); tail.push(2); return [ys, ys[0].tail === ys[1].tail]',
  ),
  attack(
    'the items themselves as results',
    'some',
    'const os = xs.map((x) => ({ x })); const same = os.map((o) => o); const firsts = []; for (const o of os) { firsts.push(o) } return [same.every((o, i) => o === os[i]), firsts.every((o, i) => o === os[i])]',
  ),
  attack(
    'items that are one object',
    'some',
    'const one = { n: 1 }; const os = [one, one, one, { n: 2 }, one]; const ys = os.map((o) => [o]); one.n = 7; return [ys, ys[0][0] === ys[4][0]]',
  ),
  attack(
    'cyclic data',
    'some',
    'const a = { n: 1 }; a.self = a; const ys = xs.map((x) => ({ a, x: a.self.self.n + x })); return [ys[0].a === a, ys.map((y) => y.x)]',
  ),
  attack(
    'memory that a clone takes away',
    'none',
    'const held = new ArrayBuffer(8); return xs.map((x) => { if (x === 3) structuredClone(held, { transfer: [held] }); return held.byteLength })',
  ),
  attack(
    'a method of the list itself',
    'any',
    'xs.map = () => "mine"; xs.find = () => "my own"; return [xs.map((x) => x + 1), xs.find((x) => x > 3)]',
  ),
]
