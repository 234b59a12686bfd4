import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type HistoryEvent, historyEvent, historyKinds, historyLine, readHistoryLine } from '../../src/history/event.ts'

const text = fc.string({ maxLength: 12 })
const details = fc.record(
  {
    boot: text,
    roles: fc.array(text, { maxLength: 3 }),
    generation: fc.nat(),
    by: text,
    values: fc.array(fc.option(text), { maxLength: 3 }),
    progress: fc.nat(),
    edges: fc.array(fc.tuple(text, fc.nat(), fc.nat()), { maxLength: 3 }),
    run: fc.nat(),
  },
  { requiredKeys: ['run'] },
)
const event: fc.Arbitrary<HistoryEvent> = fc
  .record({
    atMs: fc.nat(),
    hub: text,
    kind: fc.constantFrom(...historyKinds),
    job: text,
    family: text,
    lo: fc.nat(1000),
    count: fc.nat(50),
    epoch: fc.nat(),
    detail: text,
    life: fc.option(text),
    more: fc.option(details),
  })
  .map(({ atMs, hub, kind, lo, count, life, more, ...told }) =>
    historyEvent(atMs, hub, kind, {
      ...told,
      lo,
      hi: lo + count,
      ...(life === null ? {} : { life }),
      ...(more === null ? {} : { more }),
    }),
  )

test('a line is read as the event that it was written for', () => {
  fc.assert(
    fc.property(event, (one) => {
      expect(readHistoryLine(historyLine(one))).toEqual(one)
    }),
  )
})

test.each([
  'nonsense',
  '[]',
  '{"atMs":1,"hub":"h","kind":"dance"}',
  '{"atMs":"1","hub":"h","kind":"boot"}',
  '{"atMs":1,"hub":"h","kind":"take","by":7}',
  '{"atMs":1,"hub":"h","kind":"take","lo":0,"hi":1e12}',
  '{"atMs":1,"hub":"h","kind":"done","values":[{}]}',
])('%s is no line of a history', (line) => {
  expect(() => readHistoryLine(line)).toThrow(/no line of a history/)
})

test('fields of later versions are let be', () => {
  expect(readHistoryLine('{"atMs":1,"hub":"h","kind":"boot","colour":"blue"}').kind).toBe('boot')
})
