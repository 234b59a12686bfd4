/** What shards wrote at other hubs: who is asked is heard, the newest lines come first into what an answer may hold. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { liveLimits } from '../../src/limits.ts'
import { LogQuestions } from '../../src/live/log-questions.ts'
import type { WireMessage } from '../../src/wire/message.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function hubWith(lines: readonly { shard: string; line: string }[]) {
  const sent: WireMessage[] = []
  const clock = { nowMs: 0 }
  const send = (_to: string, message: WireMessage) => void sent.push(message)
  return {
    questions: new LogQuestions({ lines: () => ({ first: 0, lines }), send, nowMs: () => clock.nowMs }),
    sent,
    clock,
  }
}

type Logged = Extract<WireMessage, { type: 'logged' }>

function answerOf(lines: readonly { shard: string; line: string }[]): Logged {
  const asked = hubWith(lines)
  asked.questions.answer('a', { type: 'logs', request: 1, job: 'j', after: 0 })
  const [message] = asked.sent
  if (message?.type !== 'logged') throw new Error('nothing was answered')
  return message
}

test('the answer is what was written there, from who was asked', async () => {
  const asking = hubWith([])
  const told = asking.questions.ask('b', 'j')
  expect(asking.sent).toEqual([{ type: 'logs', request: 1, job: 'j', after: 0 }])
  const answer = answerOf([{ shard: 'f1:0', line: 'hello' }])
  asking.questions.answered('c', { ...answer, lines: [] })
  asking.questions.answered('b', answer)
  expect(await told).toMatchObject({ lines: [{ shard: 'f1:0', line: 'hello' }], isWhole: true })
})

test('a hub that says nothing is waited for no longer than the limit', async () => {
  const told = hubWith([]).questions.ask('b', 'j')
  vi.advanceTimersByTime(liveLimits.questionTimeoutMs)
  expect(await told).toBeNull()
})

test('of more than an answer holds the last lines are told, and that some are missing', () => {
  const line = 'x'.repeat(8_000)
  const all = Array.from({ length: 100 }, (_, at) => ({ shard: `f1:${at}`, line }))
  const { lines, isWhole } = answerOf(all)
  expect(isWhole).toBe(false)
  expect(lines.length).toBeGreaterThan(20)
  expect(lines).toEqual(all.slice(-lines.length))
})

test('a hub that asks on and on is answered now and then, others as before', () => {
  const { questions, sent, clock } = hubWith([])
  const ask = (from: string) => questions.answer(from, { type: 'logs', request: 1, job: 'j', after: 0 })
  for (let round = 0; round < 1_000; round++) ask('a')
  expect(sent.length).toBe(liveLimits.logAnswersBurst)
  ask('b')
  expect(sent.length).toBe(liveLimits.logAnswersBurst + 1)
  clock.nowMs += 2_000
  for (let round = 0; round < 1_000; round++) ask('a')
  expect(sent.length).toBe(liveLimits.logAnswersBurst + 1 + 2 * liveLimits.logAnswersPerSecond)
})

test('who has the first lines is told the others, and who knew an earlier life of this hub all', () => {
  const lines = ['a', 'b', 'c', 'd'].map((line) => ({ shard: 'f1:0', line }))
  const sent: WireMessage[] = []
  const questions = new LogQuestions({
    lines: () => ({ first: 10, lines }),
    send: (_to, message) => void sent.push(message),
    nowMs: () => 0,
  })
  for (const after of [0, 12, 14, 99]) questions.answer('a', { type: 'logs', request: after, job: 'j', after })
  const told = sent.map(
    (message) => message.type === 'logged' && [message.first, message.lines.length, message.isWhole],
  )
  expect(told).toEqual([
    [10, 4, true],
    [12, 2, true],
    [14, 0, true],
    [10, 4, true],
  ])
})
