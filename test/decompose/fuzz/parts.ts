/** What statements of generated programs are made of: names, numbers, values of records. */
import type { Choices } from './random.ts'

/** What a statement may use: names of variables by kind; it may add its own. */
export interface Names {
  readonly nums: string[]
  readonly recs: string[]
  readonly words: string[]
  readonly any: string[]
  /** A name nobody has. */
  fresh(): string
}

export type Kind = (choose: Choices, names: Names) => string

/** A number made of `x` (a number) and `i`. */
export function numeric(choose: Choices, x: string): string {
  return choose.one([
    `${x} * 2`,
    `heavy(${x})`,
    `${x} / 3`,
    `twice(${x}) - 0.1`,
    `Math.sqrt(Math.abs(${x}))`,
    `${x} % 7`,
    `-${x}`,
    `(${x} > 5 ? ${x} : 0)`,
    `limit + ${x}`,
    `box.k * ${x}`,
    `near(${x}, ${x} + 1)`,
  ])
}

/** A value made of a record `r`. */
export function recordly(choose: Choices, r: string): string {
  return choose.one([
    `${r}.v * 2`,
    `heavy(${r}.v)`,
    `${r}`,
    `({ ...${r}, w: ${r}.v + 1 })`,
    `[${r}, ${r}.inner]`,
    `${r}.inner`,
    `${r}.name + ${r}.v`,
    `new Point(${r}.v, 1).norm()`,
    `new Point(${r}.v, 2)`,
    `${r}.inner.tags.length`,
    `({ r: ${r}, first: recs[0] })`,
    `${r} === recs[1]`,
  ])
}

export const made = (names: Names, pool: 'nums' | 'recs' | 'any', text: (name: string) => string): string => {
  const name = names.fresh()
  names.any.push(name)
  if (pool !== 'any') names[pool].push(name)
  return text(name)
}

/** Keys that functions give, some of which do more than compute. */
export function keyCalls(x: string): readonly string[] {
  return [
    `heavy(${x}) % 4`,
    `twice(${x})`,
    `near(${x}, 1) | 0`,
    `fib(${x} & 3)`,
    `mean([${x}, 1])`,
    `pairOf(${x}, total)`,
    `bump(1) % 3`,
    `take(${x} & 3)`,
    `new Point(${x}, 1).norm()`,
    `collect([${x}], history)`,
  ]
}
