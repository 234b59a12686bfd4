/** Statements in a row that may run side by side, and those that only look so. */
import { type Kind, made } from './parts.ts'
import type { Choices } from './random.ts'

/** A call that does some work; some need what came before, change things, or throw. */
function call(c: Choices, xs: string, before: string): string {
  return c.one([
    `heavy(${xs}.length)`,
    `fib(${3 + c.below(5)})`,
    `spread(${xs}, ${c.below(9)})`,
    `spread(${xs}, 1)`,
    `firstAbove(${xs}, ${c.below(12)})`,
    `await summed(${xs})`,
    `pairOf(recs[${c.below(3)}], ${before})`,
    `pairOf(recs, ${xs})`,
    `bump(${c.below(3)})`,
    `heavy(${before}?.length ?? 3)`,
    `spread(${xs}, heavy(limit))`,
    `mean(${xs})`,
    `mean(${xs})`,
    `mean(floats)`,
  ])
}

export const taskKinds: Readonly<Record<string, Kind>> = {
  taskRow: (c, n) => {
    const names = Array.from({ length: 2 + c.below(3) }, () => n.fresh())
    const statements = names.map((name, index) => {
      const value = call(c, c.one(n.nums), c.one(['box', 'nums', ...names.slice(0, index)]))
      return c.one([`const ${name} = ${value}`, `let ${name} = ${value}`, `let ${name}; ${name} = ${value}`])
    })
    for (const name of names) n.any.push(name)
    return statements.join(c.one(['; ', '\n  ']))
  },
  taskRounds: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = []; for (let r = 0; r < 3; r++) { try { const a = ${call(c, c.one(n.nums), 'recs')}\n const [b = 1] = [${call(c, c.one(n.nums), 'box')}]; const d = ${call(c, 'nums', 'a')}; const e = ${call(c, 'floats', 'words')}; ${v}.push(a, b, d, e) } catch (error) { ${v}.push(error.message) } }`,
    ),
  taskGathered: (c, n) =>
    made(n, 'any', (v) => {
      // A promise that is given up because the next call throws would end the process.
      const one = (): string => call(c, c.one(n.nums), 'box').replace(/^(await |firstAbove.*)/, '') || 'later(7)'
      return `let ${v} = null; try { ${v} = await Promise.all([${one()}, ${one()}${c.one(['', `, ${one()}`, ', later(3)'])}]) } catch (error) { ${v} = error.message }`
    }),
}
