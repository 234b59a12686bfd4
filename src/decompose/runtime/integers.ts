/** Sums of integers, exact in any grouping as long as nothing leaves the safe integers on the way; and of text, which always is. */

/** What one shard's items add up to. */
export interface IntegerSum {
  readonly sum: number | bigint | string
  /** The farthest that sums of some of the addends can be from zero. */
  readonly reach: number
  readonly count: number
}

/** The sum of `values`; null when some value is neither a safe integer nor, like all others, a BigInt or text. */
export function integerSum(values: readonly unknown[]): IntegerSum | null {
  const count = values.length
  if (count > 0 && values.every((value) => typeof value === 'bigint')) {
    return { sum: values.reduce((sum, value) => sum + value), reach: 0, count }
  }
  let sum = 0
  let reach = 0
  for (const value of values) {
    if (!Number.isSafeInteger(value)) return null
    sum += Number(value)
    reach += Math.abs(Number(value))
  }
  return reach <= Number.MAX_SAFE_INTEGER ? { sum, reach, count } : null
}

/** What `values` add to text; null when some value has a text that depends on more than itself. */
export function textSum(values: readonly unknown[]): IntegerSum | null {
  return values.every(isWritten) ? { sum: values.map(String).join(''), reach: 0, count: values.length } : null
}

/** Adding `part` to `held` gives what adding its values one by one would give. */
export function isExact(held: unknown, part: IntegerSum): boolean {
  if (part.count === 0) return true
  if (typeof part.sum !== 'number') return typeof held === typeof part.sum
  if (!Number.isSafeInteger(held) || Object.is(held, -0)) return false
  return Math.abs(Number(held)) + part.reach <= Number.MAX_SAFE_INTEGER
}

/** Two parts as one; null when that may leave the safe integers. */
export function joined(a: IntegerSum, b: IntegerSum): IntegerSum | null {
  if (a.count === 0) return b
  if (b.count === 0) return a
  if (typeof a.sum !== typeof b.sum) return null
  const reach = a.reach + b.reach
  if (reach > Number.MAX_SAFE_INTEGER) return null
  return { sum: plus(a.sum, b.sum), reach, count: a.count + b.count }
}

/** Of two of one kind. */
function plus(a: IntegerSum['sum'], b: IntegerSum['sum']): IntegerSum['sum'] {
  if (typeof a === 'bigint') return a + BigInt(b)
  return typeof a === 'string' ? `${a}${b}` : a + Number(b)
}

/** A primitive that has a text of its own. */
function isWritten(value: unknown): boolean {
  return value === null || /^(string|number|boolean|bigint|undefined)$/.test(typeof value)
}

/** One sum for many BigInts, one text for many; anything else goes as it is. */
export function exactSum(results: unknown[] | null): unknown[] | null {
  if (results === null || results.length === 0) return results
  if (results.every((value) => typeof value === 'string')) return [results.join('')]
  return results.every((value) => typeof value === 'bigint') ? [results.reduce((sum, value) => sum + value)] : results
}
