/** Array calls in a row. */
import { type Kind, made, numeric, recordly } from './parts.ts'
import type { Choices } from './random.ts'

function stage(c: Choices): string {
  return c.one([
    `.map((x) => ${numeric(c, 'x')})`,
    `.map((x) => ${numeric(c, 'x')})`,
    `.filter((x) => x > ${c.below(5)})`,
    `.filter((x) => heavy(x | 0) % 3)`,
    `.flatMap((x) => (x > 3 ? [x, [x]] : x))`,
    `.flatMap((x) => new Array(2))`,
    '.map((x, i) => [x, i])',
    '.filter((x, i) => i % 2)',
    '.map(Number)',
    '.filter(Boolean)',
    '.map(twice)',
    '.map(near)',
    `\n    .map(function (x) { return [x] })`,
    `.map((x) => { if (x > ${c.below(14)}) throw new RangeError('first ' + x); return x })`,
    `.filter((x) => { if (heavy(x | 0) % 11 === ${c.below(11)}) throw new TypeError('later ' + x); return true })`,
    '.slice(1)',
    '.map((x) => { total += 1; return x })',
    '.map(Math.sqrt)',
    '.map((x) => ({ x, box }))',
  ])
}

export const pipelineKinds: Readonly<Record<string, Kind>> = {
  pipeline: (c, n) =>
    made(n, 'any', (v) => {
      const from = c.one([
        ...n.nums,
        'odd',
        '[1, , 3, 4]',
        'new Float64Array([1, 2, 5])',
        '(limit ? nums : floats)',
        'nums.slice(0, 1)',
        '[]',
      ])
      const stages = Array.from({ length: 2 + c.below(3) }, () => stage(c)).join('')
      return `let ${v} = null; try { ${v} = ${from}${stages} } catch (error) { ${v} = [error.name, error.message] }`
    }),
  pipelineRecords: (c, n) =>
    made(
      n,
      'any',
      (v) =>
        `const ${v} = ${c.one(n.recs)}.${c.one(['filter((r) => r.v > 3)', 'map((r) => r.inner)', 'map((r) => r)'])}.${c.one(
          [
            `map((r) => ${recordly(c, 'r')
              .replaceAll('r.inner.tags', '(r.inner ?? r).tags')
              .replaceAll('r.name', 'String(r.name)')})`,
            'filter((r) => r.tags ?? r.v)',
            'flatMap((r) => [r, r])',
          ],
        )}${c.one(['', '.filter((r) => r)', '.map((r) => [r])'])}; ${c.one(['', `if (typeof ${v}[0] === 'object' && ${v}[0] !== null) ${v}[0].seen = 1`])}`,
    ),
}
