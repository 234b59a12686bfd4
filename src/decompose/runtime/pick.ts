/** Keys by which a fold picks one of its items: numbers order totally as long as none is NaN. */

/** The value at `path` of an item; undefined when the path breaks off. */
export function keyOf(item: unknown, path: readonly string[]): unknown {
  let value: unknown = item
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Reflect.get(value, name)
  }
  return value
}

export function isKey(value: unknown): value is number {
  return typeof value === 'number' && !Number.isNaN(value)
}
