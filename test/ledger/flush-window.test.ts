import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FlushWindow } from '../../src/ledger/flush-window.ts'
import type { LedgerRecord } from '../../src/ledger/record.ts'
import { durations } from '../../src/limits.ts'

const WINDOW_MS = 5

function claim(state: 'claimed' | 'running', epoch = 0): LedgerRecord {
  const place = { generation: 0, family: 'f', lo: 0, hi: 1, epoch, cost: 1 }
  return { kind: 'claim', ...place, state, reason: 'plan', resumedFrom: 0, atMs: 0 }
}

test('the first news is due at once, the next a window after it', () => {
  const window = new FlushWindow()
  expect(window.dueMs).toBe(Number.POSITIVE_INFINITY)
  expect(window.add([claim('claimed')], 100, WINDOW_MS)).toBe(true)
  expect(window.dueMs).toBe(100)
  window.take(100)
  expect(window.add([claim('claimed', 1)], 101, WINDOW_MS)).toBe(true)
  expect(window.dueMs).toBe(100 + WINDOW_MS)
})

test('a start waits for news to travel with, and not for ever', () => {
  const window = new FlushWindow()
  expect(window.add([claim('running')], 100, WINDOW_MS)).toBe(true)
  expect(window.dueMs).toBe(100 + durations.progressWindowMs)
  expect(window.add([claim('running', 1)], 110, WINDOW_MS)).toBe(false)
  expect(window.dueMs).toBe(100 + durations.progressWindowMs)
  expect(window.add([claim('claimed', 2)], 112, WINDOW_MS)).toBe(true)
  expect(window.dueMs).toBe(112)
  expect(window.take(112)).toEqual([claim('running'), claim('running', 1), claim('claimed', 2)])
  expect(window.dueMs).toBe(Number.POSITIVE_INFINITY)
})

test('records leave in the order in which they came; news within a window, progress within its own', () => {
  const step = fc.record({ afterMs: fc.integer({ min: 0, max: 40 }), isNews: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const window = new FlushWindow()
      const given: number[] = []
      const left: { epoch: number; atMs: number }[] = []
      const flush = (atMs: number) => {
        for (const record of window.take(atMs)) if (record.kind === 'claim') left.push({ epoch: record.epoch, atMs })
      }
      let nowMs = 0
      for (const [epoch, { afterMs, isNews }] of steps.entries()) {
        nowMs += afterMs
        if (window.dueMs <= nowMs) flush(window.dueMs)
        given.push(nowMs)
        window.add([claim(isNews ? 'claimed' : 'running', epoch)], nowMs, WINDOW_MS)
      }
      if (steps.length > 0) flush(Math.min(window.dueMs, nowMs + durations.progressWindowMs))
      expect(left.map(({ epoch }) => epoch)).toEqual(steps.map((_, epoch) => epoch))
      for (const { epoch, atMs } of left) {
        const waitsMs = steps[epoch]?.isNews === true ? WINDOW_MS : durations.progressWindowMs
        expect(atMs - (given[epoch] ?? 0)).toBeLessThanOrEqual(waitsMs)
      }
    }),
  )
})
