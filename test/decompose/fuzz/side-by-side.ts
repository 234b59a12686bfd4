/** Statements that start several things and wait for all of them. */
import { type Kind, made, numeric } from './parts.ts'

const LATER = ['await later(x); ', '', 'await later(x); await later(1); ']

export const sideBySideKinds: Readonly<Record<string, Kind>> = {
  tasksLater: (c, n) =>
    made(
      n,
      'nums',
      (v) =>
        `const tasks${v} = ${c.one(n.nums)}.map(async (x) => { ${c.one(LATER)}return ${numeric(c, 'x')} }); const ${v} = await Promise.all(tasks${v})`,
    ),
  tasksBetween: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const tasks${v} = ${c.one(n.nums)}.map(async (x) => { ${c.one(LATER)}${c.one(['total += x; ', 'history.push(x); ', ''])}return x + total }); ${c.one(['total += 1', 'history.push(total)', 'nums.push(1)'])}; const ${v} = await Promise.all(tasks${v})`,
    ),
  allOfArray: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const f${v} = async (zs, k) => { ${c.one(LATER).replaceAll('x', 'k')}${c.one(['total += k; ', ''])}return zs.map((z) => z + k + total) }; const ${v} = await Promise.${c.one(['all', 'allSettled'])}([f${v}(${c.one(n.nums)}, 1), f${v}(${c.one(n.nums)}, 2), ${c.one(['later(3)', `f${v}([1], 3)`, 'later(nums.map((x) => heavy(x)))'])}])`,
    ),
  allSettled: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = (await Promise.allSettled(${c.one(n.nums)}.map(async (x) => { ${c.one(LATER)}if (x > ${c.below(12)}) throw new Error('no ' + x); return heavy(x) }))).map((s) => s.value ?? s.reason.message)`,
    ),
  failingTasks: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `let ${v} = null; try { ${v} = await Promise.all(${c.one(n.nums)}.map(async (x) => { ${c.one(LATER)}if (x > ${3 + c.below(9)}) throw new Error('no ' + x); return heavy(x) })) } catch (error) { ${v} = error.message }`,
    ),
}
