/** Programs whose loops collect into fields of a record: under other names, set anew, read on the way. */
import type { Attack } from './attacks.ts'

function attack(name: string, shards: Attack['shards'], body: string, helpers = ''): Attack {
  return {
    name,
    shards,
    source: `function heavy(x) { let h = x; for (let i = 0; i < 4; i++) h = (h * 31 + i) % 1009; return h }\n${helpers}\nexport default async function ({ xs, rows, k }) { ${body} }\nexport const input = () => ({ xs: Array.from({ length: 23 }, (_, i) => (i * 37) % 11), rows: Array.from({ length: 29 }, (_, i) => ({ id: 'r' + i, v: (i * 29) % 13, g: i % 3 })), k: 2 })`,
  }
}

export const fieldAttacks: readonly Attack[] = [
  attack(
    'two lists',
    'some',
    'const res = { ok: [], bad: [] }; for (const r of rows) { if (r.v > 5) res.ok.push(r); else res.bad.push(r.id) } return [res, res.ok.map((r) => rows.indexOf(r)), rows]',
  ),
  attack(
    'lists and counts',
    'some',
    'const res = { ok: [], n: 0, top: -1 }; for (const r of rows) { res.n++; res.top = Math.max(res.top, heavy(r.v)); if (r.v > 5) res.ok.push(r.v) } return res',
  ),
  attack(
    'lists and sums',
    'some',
    'const res = { ok: [], cents: 0, part: 0.5 }; for (const r of rows) { res.cents += r.v; res.part += heavy(r.v) / 3; res.ok.push(r.g) } return res',
  ),
  attack(
    'text',
    'any',
    'const res = { ok: [], html: "" }; for (const r of rows) { res.html += `<b>` + heavy(r.v); res.ok.push(1) } return res',
  ),
  attack(
    'by key',
    'some',
    'const res = { byId: {}, groups: {}, counts: {}, ids: new Set(), m: new Map() }; for (const r of rows) { res.byId[r.id] = r; (res.groups[r.g] ??= []).push(r.id); res.counts[r.g] = (res.counts[r.g] ?? 0) + 1; res.ids.add(r.g); res.m.set(r.id, r.v) } return [res, res.byId.r3 === rows[3], rows]',
  ),
  attack(
    'cells',
    'some',
    'const res = { values: new Array(23).fill(0), typed: new Float64Array(23) }; for (let i = 0; i < xs.length; i++) { res.values[i] = heavy(xs[i]); res.typed[i] = xs[i] / 3 } return res',
  ),
  attack(
    'in a forEach',
    'some',
    'const res = { ok: [], n: 0 }; rows.forEach((r) => { res.ok.push(heavy(r.v)) }); return res',
  ),
  attack(
    'one after the other',
    'some',
    'const res = { a: [], b: [] }; for (const x of xs) res.a.push(x * 2); for (const x of xs) res.b.push(heavy(x)); for (const x of xs) res.a.push(-x); return res',
  ),
  attack(
    'a field that is read on the way',
    'none',
    'const res = { ok: [], n: 0 }; for (const x of xs) { res.ok.push(x + res.ok.length); } return res',
  ),
  attack(
    'a count that is read on the way',
    'none',
    'const res = { ok: [], n: 0 }; for (const x of xs) { res.n++; res.ok.push(res.n) } return res',
  ),
  attack(
    'a field that is only read',
    'some',
    'const res = { ok: [], k: 3, list: [1, 2, 3] }; for (const x of xs) { res.ok.push(x * res.k + res.list.length + res.list[0]) } return res',
  ),
  attack(
    'a second name of the record',
    'none',
    'const res = { ok: [], n: 0 }; const same = res; for (const x of xs) { res.ok.push(x + same.ok.length) } return res',
  ),
  attack(
    'a second name of the record, and a count',
    'none',
    'const res = { ok: [], n: 0 }; const same = { res }; for (const x of xs) { res.n++; res.ok.push(x + same.res.n) } return res',
  ),
  attack(
    'a second name of a list',
    'none',
    'const res = { ok: [] }; const same = res.ok; for (const x of xs) { res.ok.push(x + same.length) } return res',
  ),
  attack(
    'two fields that are one list',
    'any',
    'const list = []; const res = { a: list, b: list, c: [] }; for (const x of xs) { res.c.push(x); res.a.push(x); res.b.push(-x) } return res',
  ),
  attack(
    'a list that is among the items',
    'any',
    'const res = { ok: [] }; const lists = [[1], res.ok, [2]]; for (const l of lists) { res.ok.push(l.length) } return res',
  ),
  attack(
    'the record is among the items',
    'any',
    'const res = { ok: [], n: 0 }; const all = [{ n: 1 }, res, { n: 5 }]; for (const o of all) { res.n++; res.ok.push(o.n) } return [res.n, res.ok]',
  ),
  attack(
    'set anew on the way',
    'any',
    'const res = { ok: [], n: 0 }; for (const x of xs) { if (x === 3) res.ok = []; res.ok.push(x) } return res',
  ),
  attack(
    'the last one',
    'none',
    'const res = { ok: [], last: null }; for (const x of xs) { res.last = x; res.ok.push(heavy(x)) } return res',
  ),
  attack(
    'the last one, which is always set before it is read',
    'none',
    'const res = { ok: [], cur: 0 }; for (const x of xs) { res.cur = x * 2; res.ok.push(res.cur) } return res',
  ),
  attack(
    'set between loops',
    'some',
    'const res = { ok: [], n: 0 }; for (const x of xs) res.ok.push(x); res.ok = [7]; for (const x of xs) res.ok.push(-x); return res',
  ),
  attack(
    'the best one',
    'any',
    'const res = { ok: [], best: null, low: Infinity }; for (const r of rows) { res.ok.push(1); if (r.v < res.low) { res.low = r.v; res.best = r } } return [res, rows.indexOf(res.best)]',
  ),
  attack(
    'a field that is not there',
    'any',
    'const res = { ok: [] }; for (const x of xs) { res.ok.push(x); res.more = x } return res',
  ),
  attack(
    'a computed field',
    'any',
    'const res = { ok: [], bad: [] }; for (const x of xs) { res[x > 3 ? "ok" : "bad"].push(x) } return res',
  ),
  attack(
    'handed on in the loop',
    'any',
    'const seen = []; const res = { ok: [] }; for (const x of xs) { res.ok.push(x); if (x > 99) seen.push(res) } return [res, seen]',
  ),
  attack(
    'handed on before the loop',
    'some',
    'const seen = [1]; const res = { ok: [], n: 0 }; seen.push(res); for (const x of xs) { res.ok.push(x * 2); res.n += 1 } return [seen, seen[1] === res]',
  ),
  attack(
    'handed to a function before',
    'some',
    'const res = { ok: [] }; keep(res); for (const x of xs) res.ok.push(x * 2); return [res, kept.length]',
    'const kept = []\nfunction keep(o) { kept.push(o) }',
  ),
  attack(
    'a function within pushes',
    'any',
    'const res = { ok: [], n: 0 }; const add = (x) => { res.ok.push(x); res.n++ }; for (const x of xs) add(heavy(x)); return res',
  ),
  attack(
    'an if without braces',
    'some',
    'const res = { ok: [], n: 0 }; for (const x of xs) if (heavy(x) > 200) res.n++; else res.ok.push(x); return res',
  ),
  attack(
    'records of a loop',
    'some',
    'const out = []; for (const r of rows) { const one = { list: [], n: 0 }; for (const x of xs) { one.list.push(x * r.v); one.n++ } out.push(one) } return out',
  ),
  attack(
    'records of a loop that share a list',
    'any',
    'const all = []; for (const r of rows) { const one = { list: all, n: 0 }; for (const x of xs) { one.list.push(x + r.v); one.n += all.length } } return all',
  ),
  attack(
    'hidden by another of the name',
    'any',
    'const res = { ok: [] }; for (const x of xs) { { const res = { ok: [] }; res.ok.push(x) } res.ok.push(heavy(x)) } return res',
  ),
  attack(
    'beside a captured variable of the name',
    'any',
    'const res = { ok: [] }; const f = (res, x) => res + x; for (const x of xs) res.ok.push(f(1, x)); return res',
  ),
  attack(
    'a getter in the record',
    'any',
    'const res = { ok: [], get n() { return this.ok.length } }; for (const x of xs) { res.ok.push(x + res.n) } return res.ok',
  ),
  attack(
    'a method in the record',
    'any',
    'const res = { ok: [], add(x) { this.ok.push(x) } }; for (const x of xs) { res.add(heavy(x)) } return res.ok',
  ),
  attack(
    'a frozen record',
    'any',
    'const res = Object.freeze({ ok: [], n: 0 }); try { for (const x of xs) { res.ok.push(x); res.n++ } } catch (error) { return [res, error.name] } return res',
  ),
  attack(
    'a record frozen later',
    'any',
    'const res = { ok: [], n: 0 }; Object.freeze(res); try { for (const x of xs) { res.ok.push(x); res.n++ } } catch (error) { return [res, error.name] } return res',
  ),
  attack(
    'a setter defined later',
    'any',
    'const res = { ok: [], n: 0 }; let sets = 0; Object.defineProperty(res, "n", { get: () => 1, set: () => { sets++ } }); for (const x of xs) { res.ok.push(x); res.n++ } return [res.ok, sets]',
  ),
  attack(
    'an error on the way',
    'some',
    'const res = { ok: [], n: 0 }; try { for (const x of xs) { res.ok.push(x); res.n++; if (x === 9) throw new Error("nine") } } catch (error) { return [res, error.message] } return res',
  ),
  attack(
    'a break on the way',
    'any',
    'const res = { ok: [], n: 0 }; for (const x of xs) { if (heavy(x) > 900) break; res.ok.push(x); res.n++ } return res',
  ),
  attack(
    'nested loops',
    'some',
    'const res = { pairs: [], n: 0 }; for (let i = 0; i < 6; i++) for (let j = 0; j < 5; j++) { res.pairs.push([i, j]); res.n++ } return res',
  ),
  attack(
    'a list that is iterated over',
    'any',
    'const res = { ok: [1, 2, 3] }; for (const x of res.ok) { if (res.ok.length < 9) res.ok.push(x * 2) } return res',
  ),
  attack(
    'the end of the loop',
    'any',
    'const res = { ok: [1, 2, 3], n: 5 }; for (let i = 0; i < res.n; i++) { res.ok.push(i); if (i === 2) res.n = 8 } return res',
  ),
  attack(
    'shorthand fields',
    'some',
    'const ok = [], n = 0; const res = { ok, n }; for (const x of xs) { res.ok.push(heavy(x)) } return [res, res.ok === ok]',
  ),
  attack(
    'shorthand fields, and their first names',
    'none',
    'const ok = []; const res = { ok, bad: [] }; for (const x of xs) { res.ok.push(x + ok.length); res.bad.push(1) } return res',
  ),
  attack(
    'an end that cells move',
    'any',
    'const a = [], c = [1], d = [1]; for (let i = 0; i < Math.min(12, a.length + 5); i++) a[i] = heavy(i); for (let i = 0; i <= Math.min(8, c.length); i++) c[i] = heavy(i); for (let i = 0; i < Math.min(9, 2 * d.length); i++) d[i] = heavy(i); return [a, c, d]',
  ),
  attack(
    'an end that cells do not move',
    'some',
    'const a = [...xs]; for (let i = 0; i < a.length; i++) a[i] = heavy(a[i]); for (let i = 1; i + 1 < a.length; i++) a[i] = heavy(i); return a',
  ),
  attack(
    'an end within a record that cells move',
    'any',
    'const o = { a: [], n: 0 }; for (let i = 0; i < Math.min(12, o.a.length + 5); i++) o.a[i] = heavy(i); return o',
  ),
  attack(
    'async',
    'any',
    'const res = { ok: [] }; await Promise.all(xs.map(async (x) => { res.ok.push(x) })); for (const x of xs) { res.ok.push(await heavy(x)) } return res',
  ),
  attack(
    'unpacked after',
    'some',
    'const res = { ok: [], bad: [] }; for (const x of xs) { (x > 3 ? res.ok : res.bad).push(x) } for (const x of xs) res.ok.push(heavy(x)); const { ok, bad } = res; return [ok, bad]',
  ),
  attack(
    'given functions that read a field',
    'any',
    'const res = { ok: [], k: 4 }; for (const x of xs) res.ok.push(x); return [mapAll(xs, (x) => x * res.k), res]',
    'function mapAll(xs, f) { return xs.map(f) }',
  ),
]
