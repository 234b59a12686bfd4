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
  promised: (c, n) =>
    made(n, 'any', (v) => {
      const one = c.one([
        'soon(x)',
        'waited(x)',
        'again((i) => soon(x + i), 2)',
        'again(async (i) => { total += 1; return soon(x - i) }, 3)',
        'soon(x).then((y) => y * 2, () => -1)',
        'waited(x).then((y) => soon(y + 4)).catch((error) => error.message)',
        'soon(x).finally(() => history.push(x))',
        'waited(x).then((y) => { history.push(y); return y })',
        'new Promise((resolve) => { resolve(heavy(x)) })',
        'new Promise((resolve) => { history.push(resolve.length); resolve(x) })',
        '(x > 4 ? soon(x) : waited(x))',
        '(async () => { await null; return [x] })()',
        'Promise.allSettled([soon(x), waited(x)]).then((all) => all.map((s) => s.value ?? s.reason.message))',
      ])
      const nums = c.one(n.nums)
      return c.one([
        `const ${v} = []; try { for (const x of ${nums}) ${v}.push(await ${one}) } catch (error) { ${v}.push(error.message) }`,
        `let ${v} = null; try { ${v} = await Promise.all(${nums}.map((x) => ${one})) } catch (error) { ${v} = error.message }`,
        `const ${v} = await Promise.all(${nums}.map(async (x) => { try { return await ${one} } catch (error) { return error.message } }))`,
        `const p${v} = ((x) => ${one})(3); let ${v} = ${nums}.map((x) => x + total); try { ${v}.push(await p${v}) } catch (error) { ${v} = error.message }`,
      ])
    }),
}
