/** Tables that hold what was set last, up to so much of it. */

/** Sets an entry as the latest; where there are more than `max`, the one that was set longest ago goes. */
export function setLatest<Key, Value>(table: Map<Key, Value>, key: Key, value: Value, max: number): void {
  table.delete(key)
  table.set(key, value)
  const oldest = table.keys().next()
  if (table.size > max && !oldest.done) table.delete(oldest.value)
}
