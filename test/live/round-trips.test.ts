/** Which hubs are asked whether they live, on a clock advanced by hand. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { liveLimits } from '../../src/limits.ts'
import type { ControlStream } from '../../src/live/control-stream.ts'
import { RoundTrips } from '../../src/live/round-trips.ts'

let answers: boolean
let alive: string[]
let roundTrips: RoundTrips

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  answers = true
  alive = []
  const session = { ping: async () => (answers ? 1 : null) } as unknown as ControlStream
  const links = { admitted: () => ['Z'], session: () => session }
  roundTrips = new RoundTrips(links, (hub) => alive.push(hub))
  roundTrips.start()
})

afterEach(() => {
  roundTrips.stop()
  vi.useRealTimers()
})

test('a hub that is heard is not asked, a quiet one that answers is alive before it could be suspected', async () => {
  for (let i = 0; i < 20; i++) {
    roundTrips.heard('Z')
    await vi.advanceTimersByTimeAsync(liveLimits.quietTickMs)
  }
  expect(alive).toEqual([])
  await vi.advanceTimersByTimeAsync(liveLimits.quietMs)
  expect(alive).toEqual(['Z'])
})

test('a quiet hub that does not answer is silent', async () => {
  answers = false
  await vi.advanceTimersByTimeAsync(20 * liveLimits.quietMs)
  expect(alive).toEqual([])
})
