/** The example in docs/explanation/dispatch.md. */
import { expect, test } from 'vitest'
import { capacityCurve } from '../../src/cost/capacity.ts'
import { bid } from '../../src/cost/cost.ts'

test('the worked example of a bid: 300 + 200 + 500 + 500', () => {
  const capacity = capacityCurve({ speed: 2, cores: 1, slots: 1 }, 0, [{ horizonMs: 1000, load: 0.5 }])
  const { finishMs, terms } = bid({ nowMs: 0, slotFreeMs: 300, inputsMs: 500, workMs: 1000, speed: 2, capacity })
  expect(terms).toEqual({ queueMs: 300, transferMs: 200, workMs: 500, loadMs: 500 })
  expect(finishMs).toBe(1500)
})
