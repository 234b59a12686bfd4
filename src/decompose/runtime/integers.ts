/** Sums of integers: exact in any grouping as long as nothing leaves the safe integers on the way. */

/** What one shard's items add up to. */
export interface IntegerSum {
  readonly sum: number | bigint
  /** The farthest that sums of some of the addends can be from zero. */
  readonly reach: number
  readonly count: number
}

/** The sum of `values`; null when some value is neither a safe integer nor, like all others, a BigInt. */
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

/** Adding `part` to `held` gives what adding its values one by one would give. */
export function isExact(held: unknown, part: IntegerSum): boolean {
  if (part.count === 0) return true
  if (typeof part.sum === 'bigint') return typeof held === 'bigint'
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
  const sum = typeof a.sum === 'bigint' ? a.sum + BigInt(b.sum) : a.sum + Number(b.sum)
  return { sum, reach, count: a.count + b.count }
}
