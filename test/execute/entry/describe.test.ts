/** What a slot says of an error that took it down. */
import { expect, test } from 'vitest'
import { describe } from '../../../src/execute/entry/shard-loop.ts'

const message = 'RangeError: unseen'
const own = '    at work (job.js:5:35)'
const others = ['    at call (file:///slot/runtime.mjs?addon=x:4:376)', '    at node:internal/timers:685:17']

function stacked(...frames: string[]): Error {
  return Object.assign(new RangeError('unseen'), { stack: [message, ...frames].join('\n') })
}

test('frames of the user alone, where there are any', () => {
  expect(describe(stacked(...others, own, ...others))).toBe(`${message}\n${own}`)
})

test('an error of shoal itself keeps the frames that say where', () => {
  expect(describe(stacked(...others))).toBe([message, ...others].join('\n'))
})
