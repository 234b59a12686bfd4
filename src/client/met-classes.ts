/** A class table that grows with the values it is shown: for copies within one program, whose classes nobody lists. */
import { types } from 'node:util'

type AnyClass = new (...args: never[]) => object

export class MetClasses extends Map<string, AnyClass> {
  readonly #met = new Set<object>()

  /** Notes the classes of all instances within a value. */
  meet(value: unknown): void {
    const seen = new Set<unknown>()
    const queue: unknown[] = [value]
    for (let next = queue.pop(); queue.length > 0 || next !== undefined; next = queue.pop()) {
      if (typeof next !== 'object' || next === null || types.isProxy(next) || seen.has(next)) continue
      seen.add(next)
      this.#note(next)
      if (next instanceof Map) queue.push(...next.keys(), ...next.values())
      else if (next instanceof Set) queue.push(...next)
      else if (!ArrayBuffer.isView(next)) queue.push(...Object.values(next))
    }
  }

  #note(instance: object): void {
    const prototype: unknown = Object.getPrototypeOf(instance)
    if (typeof prototype !== 'object' || prototype === null || this.#met.has(prototype)) return
    this.#met.add(prototype)
    const Class: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
    if (typeof Class === 'function' && !Function.prototype.toString.call(Class).includes('[native code]'))
      this.set(`${Class.name}#${this.size}`, Class as AnyClass)
  }
}
