/** Loops that end early: what lies behind the end must be as if it had never run, and what lies before it complete. */
import type { Attack } from './attacks.ts'

const list =
  'export function input(scale) { return { xs: Array.from({ length: 23 * scale }, (_, i) => (i * 37) % 11) } }\n'
const heavy = 'function heavy(x) { let h = x; for (let i = 0; i < 5; i++) h = (h * 31 + i) % 1009; return h }\n'

function attack(name: string, shards: Attack['shards'], body: string, extra = ''): Attack {
  return { name, shards, source: `${heavy}${extra}\nexport default async function ({ xs }) {\n${body}\n}\n${list}` }
}

export const exitAttacks: readonly Attack[] = [
  attack(
    'the lowest index wins, and counts end with it',
    'some',
    'let at = -1, tried = 0; for (let i = 0; i < xs.length; i++) { tried++; if (heavy(xs[i]) % 7 === 3) { at = i; break } } return { at, tried }',
  ),
  attack(
    'a return from the middle',
    'some',
    'for (const x of xs) { if (heavy(x) % 5 === 4) return { x, found: true } } return { found: false }',
  ),
  attack(
    'a return from a function that is called',
    'some',
    'const [a, b] = [first(xs, 4), first(xs, 99)]; return { a, b }',
    'function first(list, wanted) { for (const x of list) { if (heavy(x) % 6 === wanted) return x } return null }',
  ),
  attack(
    'what was given out before the end',
    'some',
    'const out = []; const seen = new Set(); const by = new Map(); const put = {}; let most = 0; for (const x of xs) { out.push(heavy(x)); seen.add(x); by.set(x % 3, (by.get(x % 3) ?? 0) + 1); put["k" + x] = x; most = Math.max(most, x); if (heavy(x) % 4 === 1) break } return { out, seen, by, put, most }',
  ),
  attack(
    'cells before the end, and none after it',
    'some',
    'const out = []; const typed = new Float64Array(xs.length); for (let i = 0; i < xs.length; i++) { out[i] = heavy(xs[i]); typed[i] += i / 3; if (out[i] % 8 === 5) break } return { out, typed, n: out.length }',
  ),
  attack(
    'sums before the end',
    'some',
    'let sum = 0.1; for (const x of xs) { sum += heavy(x) / 7; if (heavy(x) % 9 === 2) break } return sum',
  ),
  attack(
    'what only the end does may be anything',
    'some',
    'const log = []; const box = { n: 0 }; for (const x of xs) { if (heavy(x) % 7 === 3) { log.push("end", x); box.n += x; box.list = log; total += 1; break } } return { log, box, total }',
    'let total = 0',
  ),
  attack(
    'an error behind the end is never seen',
    'some',
    'const out = []; for (let i = 0; i < xs.length; i++) { if (i > 15) throw new Error("behind"); if (heavy(xs[i]) % 5 === 4) break; out.push(i) } return out',
  ),
  attack(
    'an error in front of the end',
    'some',
    'const out = []; try { for (let i = 0; i < xs.length; i++) { if (i === 4) throw new Error("in front"); if (heavy(xs[i] + i) % 50 === 49) break; out.push(i) } } catch (e) { out.push(e.message) } return out',
  ),
  attack(
    'a finally that keeps the loop going',
    'any',
    'const out = []; let ends = 0; for (const x of xs) { try { if (heavy(x) % 3 === 1) { ends += 1; break } } finally { if (x % 2) continue } out.push(x) } return { out, ends }',
  ),
  attack(
    'a finally that hides the end',
    'some',
    'const out = []; let end = null; for (const x of xs) { try { if (heavy(x) % 3 === 1) { end = x; break } out.push(x) } finally { if (x % 2) continue } } out.push(end); return out',
  ),
  attack(
    'a finally that returns something else',
    'any',
    'for (const x of xs) { try { if (heavy(x) % 3 === 1) return "first" } finally { if (x % 2 === 0) return "last " + x } } return "none"',
  ),
  attack(
    'a catch that swallows the end',
    'any',
    'const out = []; let at = null; for (const x of xs) { try { if (heavy(x) % 3 === 1) { at = x; null.boom; break } out.push(x) } catch { out.push(-x); continue } } return { out, at }',
  ),
  attack(
    'a break out of a labelled loop around',
    'some',
    'const out = []; outer: for (const y of [1, 2, 3]) { for (const x of xs) { if (heavy(x * y) % 17 === 16) break outer; out.push(x * y) } out.push("row") } return out',
  ),
  attack(
    'a break by its own label',
    'some',
    'const out = []; mine: for (const x of xs) { for (const y of [1, 2]) { if (heavy(x + y) % 11 === 10) break mine; if (y > x) continue mine } out.push(x) } return out',
  ),
  attack(
    'a continue of the loop around',
    'some',
    'const out = []; outer: for (const y of [1, 2, 3, 4]) { for (const x of xs) { if (heavy(x * y) % 13 === 12) continue outer; out.push(x * y) } out.push("row") } return out',
  ),
  attack(
    'a break of a switch is none of the loop',
    'some',
    'const out = []; for (const x of xs) { switch (heavy(x) % 4) { case 0: break; case 1: out.push(x); break; case 2: if (x > 8) return out; default: out.push(-x) } } return out',
  ),
  attack(
    'no end at all',
    'some',
    'const out = []; let at = -1; for (const x of xs) { out.push(heavy(x)); if (heavy(x) > 5000) { at = x; break } } return { out, at }',
  ),
  attack(
    'an end at the first item and at the last',
    'some',
    'const ends = []; for (const k of [0, 22]) { let n = 0; for (let i = 0; i < xs.length; i++) { n++; heavy(i); if (i === k) { ends.push([i, n]); break } } } return ends',
  ),
  attack(
    'what the end leaves is read by the test of the next loop',
    'some',
    'let stop = false; const out = []; for (const x of xs) { if (stop) out.push("never"); if (heavy(x) % 6 === 5) { stop = true; break } } for (const x of xs) { out.push(stop ? x : -x, heavy(x)) } return out',
  ),
  attack(
    'awaits on the way',
    'some',
    'const out = []; for (const x of xs) { const y = await later(x); if (heavy(y) % 7 === 6) { out.push("end"); break } out.push(y) } return out',
    'async function later(x) { return heavy(x) }',
  ),
  attack(
    'an output that decides the end',
    'any',
    'const out = []; for (const x of xs) { if (heavy(x) % 2) out.push(x); if (out.length === 4) break } return out',
  ),
  attack(
    'a var that only the end sets',
    'any',
    'for (const x of xs) { if (heavy(x) % 7 === 3) { var last = x; break } } return last ?? null',
  ),
  attack(
    'an if without braces around the break',
    'some',
    'let n = 0; for (const x of xs) if (heavy(x) % 7 === 3) break; else n++\nreturn n',
  ),
  attack(
    'a body without braces that returns',
    'some',
    'for (const x of xs) if (heavy(x) % 7 === 3) return x\nreturn null',
  ),
  attack(
    'the end mutates what is iterated over',
    'some',
    'const ys = [...xs]; for (const y of ys) { if (heavy(y) % 7 === 3) { ys.length = 3; ys.push(y); break } } return ys',
  ),
  attack(
    'identity of what the end picks',
    'some',
    'const os = xs.map((x) => ({ x })); let best = null; for (const o of os) { if (heavy(o.x) % 7 === 3) { best = o; break } } if (best) best.x = "picked"; return { os, best }',
  ),
]
