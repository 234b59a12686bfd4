/** Makes random function modules: the same seed gives the same program. */

import { kinds } from './kinds.ts'
import { Choices } from './random.ts'

/** A program as its statements, so that it can be shrunk. */
export interface Generated {
  readonly seed: number
  readonly statements: readonly string[]
  readonly kinds: readonly string[]
  readonly names: readonly string[]
}

const PRELUDE = `let total = 0
const history = []
function heavy(x) { let h = x; for (let i = 0; i < 4; i++) h = (h * 31 + i) % 1009; return h }
function twice(x) { return x * 2 }
const near = (a, b) => a * 0.1 + b * 0.2
function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }
function counter(from) { let n = from; return () => ++n }
async function later(x) { return x }
const soon = (x) => new Promise((resolve, reject) => { if (x > 9) reject(new Error('soon ' + x)); else resolve(x) })
const waited = (x) => new Promise((resolve) => { setTimeout(() => { resolve(x) }, x > 5 ? 1 : 0) })
async function again(fn, n) { for (let i = 1; ; i++) { try { return await fn(i) } catch (error) { if (i >= n) throw error } } }
function* naturals() { let n = 0; while (true) yield n++ }
function take(n) { return new Array(n).fill(1) }
function spread(xs, k) { const out = []; for (const x of xs) out.push(x + k); return out }
function mean(xs) { let s = 0.1; for (const x of xs) s += x; return s / xs.length }
function bump(n) { for (let i = 0; i <= n; i++) total += i; return total }
function firstAbove(xs, k) { for (const x of xs) if (x > k) return [x, xs]; throw new RangeError('none above ' + k) }
function pairOf(a, b) { let n = 0; while (n < 3) n += 2; return [a, n, b] }
async function summed(xs) { let s = 0; for (const x of xs) { s += x / 3; if (s > 3) await later(s); if (s > 9) throw new Error('much ' + s) } return s }
function collect(from, into) { if (Array.isArray(into) && into.length < 40) for (const x of [...from]) into.push(x) }
class Point { constructor(x, y) { this.x = x; this.y = y } norm() { return Math.hypot(this.x, this.y) } moved(d) { return new Point(this.x + d, this.y) } }
const OPERATORS = { '+': (a, b) => a + b, '*': (a, b) => a * b, max: (a, b) => Math.max(a, heavy(b)) }
const RULES = [twice, (x) => x + 1, heavy]
class Crate { constructor(a, inner) { this.a = a; this.inner = inner } get size() { return this.area() + 1 } area() { return heavy(this.a) } get parts() { return [this.a, this.inner] } get inside() { return this.inner } }
class Tally { constructor() { this.n = 0; this.list = [] } add(x) { this.n += x; this.list.push(x) } }
`

const INPUT = `export function input(scale) {
  const tags = ['t']
  const inner = { tags }
  const recs = Array.from({ length: 7 * scale }, (_, i) => ({ v: (i * 5) % 13, k: ((i * 7) % 5) / 2, name: 'n' + i, inner: i % 3 ? inner : { tags: [i, 'u'] } }))
  recs.push(recs[2])
  return { nums: Array.from({ length: 9 * scale }, (_, i) => (i * 3) % 11), floats: [0.1, 0.2, 0.3, 1e16, -1e16, 0.7], odd: [3, NaN, 1, -0, 0, 2], recs, words: ['ant', 'bee', 'ant', 'cow', '12', '0x1f', ''], limit: 5, box: { k: 3 } }
}
`

/** @param of the kinds of statements to choose from; all when none are named */
export function generate(seed: number, of: readonly string[] = []): Generated {
  const choose = new Choices(seed)
  let count = 0
  const names = {
    nums: ['nums', 'floats', 'nums'],
    recs: ['recs', 'recs'],
    words: ['words'],
    any: ['nums', 'recs'],
    fresh: () => `v${count++}`,
  }
  const all = of.length > 0 ? of : Object.keys(kinds)
  const used = Array.from({ length: 2 + choose.below(5) }, () => choose.one(all))
  const statements = used.map((kind) => kinds[kind]?.(choose, names) ?? '')
  return { seed, statements, kinds: used, names: names.any }
}

/** The module of the statements at hand. */
export function moduleOf(generated: Generated, statements: readonly string[] = generated.statements): string {
  const text = statements.join('\n')
  const declared = generated.names.filter((name) => new RegExp(`\\b(const|let|var) ${name}\\b`).test(text))
  return `${PRELUDE}
export default async function (input) {
  const { nums, floats, odd, recs, words, limit, box } = input
${statements.map((statement) => `  ${statement};`).join('\n')}
  return { input, total, history, ${declared.map((name) => `${name}`).join(', ')} }
}
${INPUT}`
}
