/** Likeness: what came after the past moments most like now, by value and by shape. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Analogue } from '../../src/forecast/analogue.ts'
import { History } from '../../src/forecast/history.ts'
import { type Course, Likeness } from '../../src/forecast/likeness.ts'
import { forecastAfter } from './forecast-after.ts'

const horizons = [1, 6, 12]
const courses: readonly Course[] = [
  { length: 2, neighbours: 12 },
  { length: 5, neighbours: 8 },
]

function after(name: string, values: readonly number[]): number[] {
  const expert = Analogue.all().find((candidate) => candidate.name === name)
  if (expert === undefined) throw new Error(`there is no ${name}`)
  return forecastAfter(expert, values, horizons, 4096)
}

/** Work that comes back, after pauses of no fixed length. */
function jobs(pauses: readonly number[]): number[] {
  const job = [90, 80, 95, 20, 30, 60, 60, 10, 99, 98, 97, 5, 5, 5, 50, 55, 60, 65]
  return pauses.flatMap((pause) => [...job, ...Array(pause).fill(0)])
}

test('work that came back before is known from its first samples', () => {
  const past = jobs([3, 5, 2, 7, 4, 3, 6, 2, 5, 4])
  expect(after('level6', [...past, 90, 80, 95, 20, 30, 60])).toEqual([60, 5, 65])
})

test('by shape, the same course on another level is recognised', () => {
  const past = jobs([3, 5, 2, 7, 4, 3, 6, 2, 5, 4])
  const raised = [...past, ...Array(20).fill(500), 590, 580, 595, 520, 530, 560]
  expect(after('shape6', raised)).toEqual([560, 505, 565])
})

test('a short past has no likes, a flat one is flat', () => {
  expect(after('level6', Array(8).fill(3))).toEqual([Number.NaN, Number.NaN, Number.NaN])
  expect(after('level40', Array(300).fill(3))).toEqual([3, 3, 3])
})

test('the search finds what a full comparison finds, sample after sample, and after a jump', () => {
  const series = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 20, maxLength: 120 })
  fc.assert(
    fc.property(series, fc.nat(60), (values, unseen) => {
      const likeness = new Likeness(courses)
      const history = new History(4096)
      values.forEach((value, at) => {
        history.push(value)
        if (at < unseen) return
        likeness.observe(history)
        const held = values.slice(0, at + 1)
        for (const kind of ['level', 'shape'] as const) {
          likeness.search(kind, history, 3).forEach((likes, which) => {
            const all = distances(held, courses[which]?.length ?? 0, kind === 'shape').slice(
              0,
              courses[which]?.neighbours,
            )
            expect([...likes.distances.slice(0, likes.found)]).toEqual(all)
          })
        }
      })
    }),
    { numRuns: 40 },
  )
})

test('rounding does not add up, and what is no longer held is not found', () => {
  const likeness = new Likeness(courses)
  const history = new History(4096)
  const values = Array.from({ length: 9000 }, (_, at) => 1e6 * Math.sin(at ** 1.3) + (at < 4000 ? 1e9 : 0))
  for (const value of values) {
    history.push(value)
    likeness.observe(history)
  }
  const found = likeness.search('level', history, 3)[1]
  const all = distances(values.slice(-4090), 5, false)
  found?.distances.forEach((distance, rank) => {
    expect(distance / (all[rank] ?? 0)).toBeCloseTo(1, 6)
  })
})

/** Distances of all courses that ended at least 3 samples ago, in order. */
function distances(values: readonly number[], length: number, byShape: boolean): number[] {
  const course = (end: number): number[] => {
    const samples = values.slice(end + 1 - length, end + 1)
    return samples.map((value) => value - (byShape ? (samples.at(-1) ?? 0) : 0))
  }
  const now = course(values.length - 1)
  const found: number[] = []
  for (let end = length - 1; end < values.length - 3; end++) {
    found.push(course(end).reduce((sum, value, at) => sum + (value - (now[at] ?? 0)) ** 2, 0))
  }
  return found.sort((one, other) => one - other)
}
