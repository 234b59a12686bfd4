/** Experts that know the job list: earlier runs read ahead, kin for a first run, nothing believed of what has not ended. */
import { expect, test } from 'vitest'
import { History } from '../../src/forecast/history.ts'
import { jobExperts } from '../../src/forecast/job-expert.ts'
import type { JobSpan } from '../../src/forecast/job-runs.ts'

const horizons = [1, 6]

function after(name: string, spans: readonly JobSpan[], values: readonly number[]): number[] {
  const experts = jobExperts(spans)
  const history = new History(4096)
  for (const value of values) {
    history.push(value)
    for (const expert of experts) expert.observe(history)
  }
  const into = new Float64Array(horizons.length)
  experts.find((expert) => expert.name === name)?.forecast(history, horizons, into)
  return [...into]
}

const curves: Readonly<Record<string, number[]>> = { a: [10, 20, 30, 40], b: [90, 80, 70, 60] }
const order = [...Array(10)].flatMap(() => ['a', 'b'])
const spans = order.map((kind, at) => ({ kind, first: at * 4, end: at * 4 + 4 }))
const values = order.flatMap((kind) => curves[kind] ?? [])

test('a job is known from its second run on, and the job after it', () => {
  expect(after('job', spans, values.slice(0, 73))).toEqual([20, 70])
  expect(after('job', spans, values.slice(0, 3))).toEqual([Number.NaN, Number.NaN])
})

test('a run above its earlier ones is expected to come back to them, ever more', () => {
  const [one = 0, six = 0] = after('jobCorrected', spans, [...values.slice(0, 72), 20])
  expect(one).toBeCloseTo(20 + 10 * 0.8)
  expect(six).toBeCloseTo(70 + 10 * 0.8 ** 6)
})

test('a run that started late is found where it is', () => {
  const run = [5, 50, 10, 90, 20, 70, 30, 60, 5, 5]
  const late = [0, 0, 0, ...run]
  const twice = [
    { kind: 'a', first: 0, end: 10 },
    { kind: 'a', first: 10, end: 30 },
  ]
  expect(after('jobPlaced', twice, [...run, ...late.slice(0, 8)])[0]).toBe(run[5])
})

test('a first run is read from its nearest kin', () => {
  const kin = [
    { kind: 'sort_x_small', first: 0, end: 4 },
    { kind: 'sort_y_small', first: 4, end: 8 },
    { kind: 'sort_y_large', first: 8, end: 12 },
  ]
  const seen = [1, 2, 3, 4, 10, 20, 30, 40, 10]
  expect(after('jobKin', kin, seen)[0]).toBe(20)
  expect(after('job', kin, seen)[0]).toBeNaN()
})

test('when a running job will end is not known', () => {
  const longer = spans.map((span, at) => (at === 18 ? { ...span, end: span.end + 50 } : span)).slice(0, 19)
  const shorter = spans.slice(0, 19)
  expect(after('job', longer, values.slice(0, 74))).toEqual(after('job', shorter, values.slice(0, 74)))
})
