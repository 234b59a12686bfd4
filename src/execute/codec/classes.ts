/** Finds the class of an instance among the classes of the module, and judges whether its instances can travel. */
import type { ClassTable } from './codec.ts'
import type { Objection } from './properties.ts'

export type ClassVerdict = { readonly name: string } | Objection

type Verdicts = Map<object, ClassVerdict>

/** Verdicts on a table as it was at some size: tables only grow. */
interface Judged {
  readonly size: number
  readonly verdicts: Verdicts
}

const verdictsByTable = new WeakMap<ClassTable, Judged>()

/** The name of the class whose prototype this is, or why its instances stay. */
export function classOf(prototype: object, classes: ClassTable | undefined): ClassVerdict {
  if (classes === undefined) return stranger(prototype)
  let judged = verdictsByTable.get(classes)
  if (judged?.size !== classes.size) {
    judged = { size: classes.size, verdicts: judge(classes) }
    verdictsByTable.set(classes, judged)
  }
  return judged.verdicts.get(prototype) ?? stranger(prototype)
}

function judge(classes: ClassTable): Verdicts {
  const verdicts: Verdicts = new Map()
  for (const [name, Class] of classes) {
    const prototype: unknown = Class.prototype
    if (typeof prototype !== 'object' || prototype === null || verdicts.has(prototype)) continue
    verdicts.set(prototype, objectionToClass(prototype, Class) ?? { name })
  }
  return verdicts
}

/** Private fields are invisible to reflection: a class whose text (or whose base's) has a `#name` stays where it is. */
function objectionToClass(prototype: object, Class: unknown): Objection | null {
  if (hasPrivateNames(Class)) return { reason: 'private-fields' }
  let base: object | null = Object.getPrototypeOf(prototype)
  while (base !== null && base !== Object.prototype) {
    const Class: unknown = Object.getOwnPropertyDescriptor(base, 'constructor')?.value
    if (typeof Class !== 'function' || isBuiltin(Class)) return { reason: 'subclassed-builtin' }
    if (hasPrivateNames(Class)) return { reason: 'private-fields' }
    base = Object.getPrototypeOf(base)
  }
  return null
}

function hasPrivateNames(Class: unknown): boolean {
  return typeof Class === 'function' && /#[\p{ID_Start}$_]/u.test(sourceOf(Class))
}

function isBuiltin(Class: object): boolean {
  return sourceOf(Class).includes('[native code]')
}

function sourceOf(Class: object): string {
  return Function.prototype.toString.call(Class)
}

function stranger(prototype: object): Objection {
  const Class: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  const name = typeof Class === 'function' ? Class.name : 'without a name'
  return { reason: 'unknown-class', detail: `class ${name}` }
}
