/** Why a value cannot travel: where it lies in the input and a stable word for the reason. */
import { ShoalError } from '../../errors.ts'

/** Stable words; explanations and fallbacks are keyed by them. */
export type RefusalReason =
  | 'function'
  | 'symbol'
  | 'symbol-key'
  | 'proxy'
  | 'accessor'
  | 'unusual-property'
  | 'extra-property'
  | 'frozen'
  | 'unknown-class'
  | 'private-fields'
  | 'subclassed-builtin'
  | 'unsupported-builtin'
  | 'shared-memory'
  | 'resizable-buffer'
  | 'detached-buffer'
  | 'pooled-buffer'
  | 'too-large'

const texts: Record<RefusalReason, string> = {
  function: 'is a function',
  symbol: 'is a symbol',
  'symbol-key': 'has a symbol as key',
  proxy: 'is a proxy',
  accessor: 'is a getter or setter',
  'unusual-property': 'is a read-only, hidden or non-configurable property',
  'extra-property': 'has properties beside its elements',
  frozen: 'is frozen, sealed or not extensible',
  'unknown-class': 'is an instance of a class that the module does not define',
  'private-fields': 'is an instance of a class with #private fields',
  'subclassed-builtin': 'is an instance of a class that extends a builtin',
  'unsupported-builtin': 'is a builtin object that cannot be copied',
  'shared-memory': 'is shared memory',
  'resizable-buffer': 'is a resizable buffer',
  'detached-buffer': 'is a detached buffer',
  'pooled-buffer': 'overlaps another view of the Buffer pool',
  'too-large': 'makes the value larger than the limit',
}

/** A value that cannot travel exactly. `path` is written like source text from `$`, the value itself. */
export class ValueError extends ShoalError {
  readonly path: string
  readonly reason: RefusalReason

  constructor(path: string, reason: RefusalReason, detail = '') {
    const code = reason === 'too-large' ? 'SHOAL_VALUE_TOO_LARGE' : 'SHOAL_VALUE_UNSUPPORTED'
    super(code, `${reason}: ${path} ${texts[reason]}${detail === '' ? '' : ` (${detail})`}`, {
      next: 'pass plain data: objects, arrays, maps, sets, dates, typed arrays, or instances of classes of the module',
    })
    this.name = 'ValueError'
    this.path = path
    this.reason = reason
  }
}

/** A place in the walked value: a chain of key lists, newest last. Numbers are indices, strings keys. */
export interface Trail {
  readonly before: Trail | null
  readonly keys: readonly (string | number)[]
}

const pathKeysMax = 24

/** Writes a trail as `$.orders[3].price`; the middle of a very long one is left out. */
export function pathText(trail: Trail): string {
  const all: (string | number)[] = []
  for (let part: Trail | null = trail; part !== null; part = part.before) {
    for (let at = part.keys.length - 1; at >= 0; at--) all.push(part.keys[at] ?? '')
  }
  all.reverse()
  const shown =
    all.length <= pathKeysMax ? all : [...all.slice(0, pathKeysMax / 2), ' … ', ...all.slice(-pathKeysMax / 2)]
  return `$${shown.map(keyText).join('')}`
}

function keyText(key: string | number): string {
  if (typeof key === 'number') return `[${key}]`
  if (key === ' … ' || key.startsWith('<')) return key
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key.slice(0, 80))}]`
}
