import { expect, test } from 'vitest'
import { runKept } from './kept-runs.ts'
import { loopFunctions } from './loop-functions.ts'

test.each(loopFunctions)('$name: a root resumed from any kept state gives the same bits', async ({ source, input }) => {
  const whole = await runKept(source, input)
  expect(whole.logs).toEqual([])
  expect(whole.kept.length).toBeGreaterThan(3)
  const progress = whole.kept.map((kept) => kept.progress)
  expect(progress).toEqual(progress.toSorted((a, b) => a - b))
  for (const { state } of whole.kept.filter((_, index) => index % 3 === 0 || index + 1 === whole.kept.length)) {
    const resumed = await runKept(source, input, state)
    expect(resumed.outcome).toEqual(whole.outcome)
    // And once more, from a state that a resumed run kept.
    const again = resumed.kept.at(resumed.kept.length >> 1)
    if (again !== undefined) expect((await runKept(source, input, again.state)).outcome).toEqual(whole.outcome)
  }
  const last = await runKept(source, input, whole.kept.at(-1)?.state)
  expect(last.kept.length).toBeLessThan(whole.kept.length / 2)
})
