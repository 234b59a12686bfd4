/** Programs whose loops count down in their test: where they begin, what they leave, and counters that never meet 0. */
import type { Attack } from './attacks.ts'

function attack(name: string, shards: Attack['shards'], body: string): Attack {
  return {
    name,
    shards,
    source: `function heavy(x) { let h = x; for (let i = 0; i < 4; i++) h = (h * 31 + i) % 1009; return h }\nexport default function ({ xs, k: count }) { const out = []; ${body} }\nexport const input = () => ({ xs: Array.from({ length: 23 }, (_, i) => (i * 37) % 11), k: 2 })`,
  }
}

export const drainAttacks: readonly Attack[] = [
  attack('down to 0', 'some', 'let k = xs.length; while (k--) out.push(xs[k] * 2); return [out, k]'),
  attack('down to 0, compared', 'some', 'let k = xs.length; while (k-- > 0) { out.push(xs[k] * 2) } return [out, k]'),
  attack('a for without an update', 'some', 'for (let k = xs.length; k--; ) out.push(heavy(xs[k])); return out'),
  attack(
    'a for over a variable',
    'some',
    'let k; for (k = xs.length; k--; ) { out.push(heavy(xs[k])) } return [out, k]',
  ),
  attack(
    'a for that goes on from what there is',
    'some',
    'let k = 17; for (; k-- > 0; ) { out.push(heavy(xs[k])) } return [out, k]',
  ),
  attack(
    'cells from the end',
    'some',
    'const ys = new Array(23).fill(0); let k = 23; while (k--) ys[k] = xs[k] + k; return [ys, k]',
  ),
  attack('sums from the end', 'some', 'let k = 23; let s = 0; while (k--) s += heavy(xs[k]) / 3; return [s, k]'),
  attack('nothing to count', 'any', 'let k = 0; while (k--) out.push(k); return [out, k]'),
  attack('one', 'some', 'let k = 1; while (k--) out.push(k); let j = 9; while (j--) out.push(j); return [out, k, j]'),
  attack('from below 0', 'any', 'let k = -3; while (k--) { if (k < -9) break; out.push(k) } return [out, k]'),
  attack('from below 0, compared', 'any', 'let k = -3; while (k-- > 0) out.push(k); return [out, k]'),
  attack('from a fraction', 'any', 'let k = 2.5; while (k--) { if (k < -4) break; out.push(k) } return [out, k]'),
  attack('from a fraction, compared', 'any', 'let k = 4.5; while (k-- > 0) out.push(k); return [out, k]'),
  attack('from a text', 'any', 'let k = "5"; while (k--) out.push(k); return [out, k]'),
  attack('from a big number', 'any', 'let k = 5n; while (k--) out.push(k); return [out, k]'),
  attack('from nothing', 'any', 'let k; while (k--) out.push(k); return [out, k]'),
  attack('from -0', 'any', 'let k = -0; while (k--) out.push(k); return [out, k]'),
  attack(
    'a break on the way',
    'any',
    'let k = 20; while (k--) { if (heavy(xs[k]) > 300) break; out.push(k) } return [out, k]',
  ),
  attack(
    'a break on the way of a for',
    'any',
    'for (let k = 20; k--; ) { if (heavy(xs[k]) > 900) break; out.push(k) } return out',
  ),
  attack('a continue', 'some', 'let k = 20; while (k--) { if (k % 3 === 0) continue; out.push(k) } return [out, k]'),
  attack(
    'a return on the way',
    'any',
    'let k = 20; while (k--) { if (heavy(xs[k]) > 300) return [k, out]; out.push(k) } return [out, k, 0]',
  ),
  attack(
    'the counter is changed in the body',
    'none',
    'let k = 20; while (k--) { if (xs[k] > 5 && k > 0) k--; out.push(k) } return [out, k]',
  ),
  attack(
    'the counter is seen by a function',
    'any',
    'let k = 9; const seen = () => k; while (k--) out.push(seen()); return [out, k]',
  ),
  attack(
    'closures keep the counter',
    'any',
    'const fs = []; for (let k = 5; k--; ) fs.push(() => k); return fs.map((f) => f())',
  ),
  attack('counted down before', 'none', 'let k = 9; while (--k) out.push(k); return [out, k]'),
  attack(
    'counted again after',
    'some',
    'let k = 9; while (k--) out.push(k); k += 8; while (k--) out.push(-k); return [out, k]',
  ),
  attack(
    'the list shrinks',
    'none',
    'const ys = [...xs]; let k = ys.length; while (k--) { out.push(ys.pop() * k) } return [out, ys, k]',
  ),
  attack(
    'one within the other',
    'some',
    'let y = 5; while (y--) { let x = 4; while (x--) out.push(xs[y * 4 + x]) } return [out, y]',
  ),
  attack(
    'neighbours on the way down',
    'some',
    'let k = xs.length - 1; while (k--) out.push(xs[k + 1] - xs[k]); return out',
  ),
  attack(
    'a label',
    'any',
    'let k = 9; outer: while (k--) { for (const x of xs) { if (x === k) continue outer } out.push(k) } return [out, k]',
  ),
  attack(
    'an error on the way',
    'some',
    'let k = 20; while (k--) { if (k === 4) throw new Error("at " + k); out.push(heavy(k)) } return out',
  ),
  attack('a var at the head', 'some', 'for (var k = 12; k--; ) out.push(xs[k]); return [out, k]'),
]
