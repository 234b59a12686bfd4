/** Logs that are followed: every line once, each hub's in order, own ones at once, and at the end what is not among them. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { LogEvent } from '../../src/client/local-hub.ts'
import { liveLimits } from '../../src/limits.ts'
import { FollowedLogs, type NumberedLines } from '../../src/live/followed-logs.ts'
import { Follower } from '../../src/live/follower.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A job at hub `self`, and what hubs wrote for it, by their names. */
function followed(others: readonly string[], early: Readonly<Record<string, readonly string[]>> = {}) {
  const written = new Map<string, readonly string[]>(Object.entries(early))
  const dropped = new Map<string, number>()
  const numbered = (hub: string, after: number): NumberedLines => {
    const all = written.get(hub) ?? []
    const end = all.length
    const first = after > end ? 0 : Math.max(after, dropped.get(hub) ?? 0)
    return { first, lines: all.slice(first).map((line) => ({ shard: 's', line })) }
  }
  const state = { asked: 0, silent: new Set<string>(), isBroken: false }
  const logs = new FollowedLogs({
    self: 'self',
    own: () => numbered('self', 0),
    neighbours: () => others,
    ask: async (hub, after) => {
      state.asked++
      if (state.isBroken) throw new Error('broken')
      return state.silent.has(hub) ? null : numbered(hub, after)
    },
    ran: () => ['self', ...others],
    nowMs: () => performance.now(),
  })
  const news = new Follower<string>()
  const left = new AbortController()
  const events: LogEvent[] = []
  const done = (async () => {
    for await (const event of logs.follow(news, left.signal)) events.push(event)
  })()
  const write = (hub: string, ...lines: string[]) => {
    written.set(hub, [...(written.get(hub) ?? []), ...lines])
    if (hub === 'self') for (const line of lines) news.push(line)
  }
  const lines = () => events.flatMap((event) => (event.type === 'line' ? [`${event.hub} ${event.line}`] : []))
  return { written, dropped, state, news, left, events, done, write, lines }
}

const turn = () => vi.advanceTimersByTimeAsync(0)
const nextAsk = () => vi.advanceTimersByTimeAsync(liveLimits.logFollowMs)

test('own lines come at once, those of others with the next question, each once', async () => {
  const { write, lines, news, events, done, state } = followed(['b', 'c'], { b: ['early'] })
  await turn()
  expect(lines()).toEqual(['b early'])
  write('self', 'one')
  write('b', 'two')
  await turn()
  expect(lines()).toEqual(['b early', 'self one'])
  await nextAsk()
  expect(lines()).toEqual(['b early', 'self one', 'b two'])
  expect(state.asked).toBe(4)
  write('c', 'last')
  write('self', 'own last')
  news.end()
  await done
  expect(lines()).toEqual(['b early', 'self one', 'b two', 'self own last', 'c last'])
  expect(events.at(-1)).toEqual({ type: 'gaps', missing: [], cut: [] })
})

test('other hubs are asked no more often than that, however much is written here', async () => {
  const { write, state, news, done } = followed(['b'])
  for (let n = 0; n < 1_000; n++) {
    write('self', `line ${n}`)
    await turn()
  }
  expect(state.asked).toBe(1)
  news.end()
  await done
})

test('who falls silent is named at the end, and what was heard of it before stays', async () => {
  const { lines, state, news, events, done } = followed(['b', 'c'], { b: ['one'] })
  await turn()
  state.silent.add('b')
  news.end()
  await done
  expect(lines()).toEqual(['b one'])
  expect(events.at(-1)).toEqual({ type: 'gaps', missing: ['b'], cut: [] })
})

test('lines that found no room before they were asked for are told to be missing', async () => {
  const { write, lines, dropped, news, events, done } = followed(['b'], { b: ['one'] })
  await turn()
  write('b', 'two', 'three')
  dropped.set('b', 2)
  news.end()
  await done
  expect(lines()).toEqual(['b one', 'b three'])
  expect(events.at(-1)).toEqual({ type: 'gaps', missing: [], cut: ['b'] })
})

test('a hub that has fewer lines than it had lives again: what it writes is new', async () => {
  const { written, lines, news, done } = followed(['b'], { b: ['one', 'two'] })
  await turn()
  written.set('b', ['again'])
  news.end()
  await done
  expect(lines()).toEqual(['b one', 'b two', 'b again'])
})

test('of many hubs so many are asked at a time', async () => {
  const others = Array.from({ length: 3 * liveLimits.logHubsAtOnce }, (_, n) => `hub${n}`)
  const { state, news, done, events } = followed(others)
  await turn()
  expect(state.asked).toBe(others.length)
  expect(liveLimits.logHubsAtOnce).toBeLessThan(liveLimits.questionsMax)
  news.end()
  await done
  expect(events.at(-1)).toEqual({ type: 'gaps', missing: [], cut: [] })
})

test('who leaves asks nobody any more', async () => {
  const { state, left, news, done } = followed(['b'])
  await turn()
  left.abort()
  news.end()
  await done
  expect(state.asked).toBe(1)
})

test('what goes wrong while other hubs are asked ends the following as an error', async () => {
  const { state, done } = followed(['b'])
  await turn()
  state.isBroken = true
  const refused = expect(done).rejects.toThrow('broken')
  await nextAsk()
  await refused
})
