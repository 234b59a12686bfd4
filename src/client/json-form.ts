/** A value as JSON: for people and other programs; the exact value travels beside it. */

/**
 * JSON-able form of any decoded value: maps become lists of entries, sets and typed arrays lists, bigints decimal text,
 * errors name and message; what JSON has no word for becomes null, and so does the second visit of a cycle.
 */
export function jsonForm(value: unknown): unknown {
  return convert(value, new Set())
}

function convert(value: unknown, above: Set<object>): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : null
    case 'bigint':
      return value.toString()
    case 'object':
      return value === null || above.has(value) ? null : convertObject(value, above)
    default:
      return null
  }
}

function convertObject(value: object, above: Set<object>): unknown {
  above.add(value)
  try {
    const list = asList(value)
    if (list !== null) return Array.from(list, (entry) => convert(entry, above))
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
    if (value instanceof RegExp) return String(value)
    if (value instanceof Error) return { name: value.name, message: value.message, ...ownFields(value, above) }
    return ownFields(value, above)
  } finally {
    above.delete(value)
  }
}

function asList(value: object): Iterable<unknown> | null {
  if (Array.isArray(value) || value instanceof Map || value instanceof Set) return value
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  if (value instanceof DataView) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  return ArrayBuffer.isView(value) ? (value as Uint8Array) : null
}

function ownFields(value: object, above: Set<object>): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const [key, field] of Object.entries(value)) {
    // As a plain assignment `__proto__` would vanish.
    if (field !== undefined) Object.defineProperty(fields, key, { value: convert(field, above), enumerable: true })
  }
  return fields
}
