/** The HTML report tells the run: lanes, absences, partitions, repeated work; and carries nothing from outside. */
import { expect, test } from 'vitest'
import { htmlReport } from '../../simulations/report/html.ts'
import { lanesOf } from '../../simulations/report/lanes.ts'
import type { HistoryEvent } from '../../src/history/event.ts'

function event(atMs: number, hub: string, kind: HistoryEvent['kind'], more: Partial<HistoryEvent> = {}): HistoryEvent {
  return { atMs, hub, kind, job: 'j', family: '', lo: -1, hi: 0, epoch: -1, detail: '', ...more }
}

const events = [
  event(0, 'h0000', 'boot'),
  event(0, 'h0001', 'boot'),
  event(10, 'h0000', 'start', { family: 'f1', lo: 0, hi: 2 }),
  event(30, 'h0000', 'execute', { family: 'f1', lo: 0 }),
  event(35, 'h----', 'fault', { detail: 'partition 0|1' }),
  event(50, 'h0000', 'execute', { family: 'f1', lo: 1 }),
  event(60, 'h0001', 'start', { family: 'f1', lo: 1, hi: 2 }),
  event(70, 'h0001', 'execute', { family: 'f1', lo: 1 }),
  event(75, 'h----', 'fault', { detail: 'heal 0|1' }),
  event(80, 'h0000', 'fault', { detail: 'crash' }),
  event(90, 'h0000', 'boot'),
]

test('a shard runs from its start, or from the one before it, to its end', () => {
  const [first, second] = lanesOf(events, 100).lanes
  expect(first?.work.map(({ fromMs, toMs, shard }) => [fromMs, toMs, shard])).toEqual([
    [10, 30, 0],
    [30, 50, 1],
  ])
  expect(second?.work.map(({ isAgain }) => isAgain)).toEqual([true])
})

test('absences and partitions last until they end', () => {
  const lanes = lanesOf(events, 100)
  expect(lanes.lanes[0]?.away).toEqual([{ fromMs: 80, toMs: 90, why: 'crash' }])
  expect(lanes.partitions).toEqual([{ fromMs: 35, toMs: 75, label: '0|1' }])
})

test('the report is one file, and text in it is text', () => {
  const html = htmlReport({
    title: 'a <b> & c',
    events,
    endMs: 100,
    figures: { wallMs: 100, receipt: [{ shard: 'f1:1' }] },
  })
  expect(html).toContain('a &#60;b&#62; &#38; c')
  expect(html).toContain('f1:1, 0.06 s to 0.07 s, run again')
  expect(html).not.toMatch(/(?:src|href)=/)
})
