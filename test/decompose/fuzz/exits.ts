/** Statements that end early: searches, loops left by `break`, `return` and labels. */

import { type Kind, made, numeric } from './parts.ts'
import type { Choices } from './random.ts'

/** A test that some item passes sooner or later, or none. */
function hit(choose: Choices, x: string): string {
  return `heavy(${x}) % ${2 + choose.below(19)} ${choose.one(['===', '<', '>'])} ${choose.below(5)}`
}

/** What happens only when the loop ends. */
function leaving(choose: Choices, v: string): string {
  return choose.one([
    `${v} = x; `,
    '',
    `total += 1; `,
    `history.push(x); ${v} = [x]; `,
    `box.k += 1; `,
    `if (x > 5) ${v} = 'high'; `,
    `{ const y = x + 1; ${v} = y } `,
  ])
}

/** What an iteration gives out before or after its test. */
function giving(choose: Choices, w: string): string {
  return choose.one([
    `${w}.push(${numeric(choose, 'x')}); `,
    `${w}.push(x, x); `,
    '',
    `if (x % 2) { ${w}.push(x); continue } `,
    `try { if (x > 9) throw new Error('t'); ${w}.push(x) } catch (e) { ${w}.push(e.message) } `,
  ])
}

export const exitKinds: Readonly<Record<string, Kind>> = {
  exitBreak: (c, n) => {
    const w = n.fresh()
    n.nums.push(w)
    return made(
      n,
      'any',
      (v) =>
        `let ${v} = null; const ${w} = []; for (const x of ${c.one(n.nums)}) { ${giving(c, w)}if (${hit(c, 'x')}) { ${leaving(c, v)}break } ${giving(c, w)}}`,
    )
  },
  exitCounted: (c, n) => {
    const xs = c.one(n.nums)
    return made(
      n,
      'any',
      (v) =>
        `let ${v} = -1; { let tried = 0, most = 0; const cells = []; for (let i = ${c.below(3)}; i < ${xs}.length; i += ${1 + c.below(2)}) { const x = ${xs}[i]; tried++; most = Math.max(most, x); ${c.one(['cells[i] = x; ', ''])}if (${hit(c, 'x + i')}) { ${v} = i; break } ${c.one(['cells[i] = -x; ', ''])}} ${v} = [${v}, tried, most, cells] }`,
    )
  },
  exitReturn: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const f${v} = (zs) => { const out = []; for (const x of zs) { ${giving(c, 'out')}if (${hit(c, 'x')}) return { x, out } } return out }; const ${v} = [f${v}(${c.one(n.nums)}), f${v}(${c.one(n.nums)})]`,
    ),
  exitLabel: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = []; rows${v}: for (const y of [1, 2, 3]) { for (const x of ${c.one(n.nums)}) { if (${hit(c, 'x * y')}) ${c.one([`break rows${v}`, `continue rows${v}`, 'break'])}; ${v}.push(x * y) } ${v}.push('row') }`,
    ),
  exitTallies: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = new Map(); for (const x of ${c.one(n.nums)}) { ${v}.set(x % 3, (${v}.get(x % 3) ?? 0) + 1); if (${hit(c, 'x')}) break }`,
    ),
  exitFinally: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = []; let end${v} = null; for (const x of ${c.one(n.nums)}) { try { if (${hit(c, 'x')}) { end${v} = x; break } ${v}.push(x) } ${c.one(['finally', 'catch'])} { ${c.one([`if (x % 2) continue`, `${v}.push('f')`])} } } ${v}.push(end${v})`,
    ),
  exitThrow: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = []; try { for (const x of ${c.one(n.nums)}) { if (${hit(c, 'x + 1')}) throw new RangeError('at ' + x); if (${hit(c, 'x')}) break; ${v}.push(x) } } catch (error) { ${v}.push(error.message) }`,
    ),
}
