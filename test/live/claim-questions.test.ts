/** `shoal why` at a hub that did not claim the shard: who did is asked, and only that one is heard. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { liveLimits } from '../../src/limits.ts'
import { ClaimQuestions } from '../../src/live/claim-questions.ts'
import type { WireMessage } from '../../src/wire/message.ts'
import { JOB, Pair } from '../hub/pair.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

type Because = Extract<WireMessage, { type: 'because' }>
const shard = { job: JOB, family: 'f1', shard: 0 }

/** A hub that has claimed shard 0 by a plan, with all it sends. */
function claimant(): { questions: ClaimQuestions; sent: { to: string; message: WireMessage }[] } {
  const pair = new Pair()
  pair.bFreeInMs = 60_000
  pair.knowJob({ shards: 2, workMs: () => 1_000, isCostKnown: true })
  pair.pass(100)
  return listening(pair)
}

function listening(pair: Pair) {
  const sent: { to: string; message: WireMessage }[] = []
  return { questions: new ClaimQuestions(pair.hub.state, (to, message) => sent.push({ to, message })), sent }
}

function answerOf(sent: readonly { message: WireMessage }[]): Because {
  const [message] = sent.flatMap(({ message }) => (message.type === 'because' ? [message] : []))
  if (message === undefined) throw new Error('nothing was answered')
  return message
}

test('the answer is what the claimant compared, and reaches who asked', async () => {
  const [asking, asked] = [listening(new Pair()), claimant()]
  const bids = asking.questions.ask('b', shard)
  expect(asking.sent).toEqual([{ to: 'b', message: { type: 'why', request: 1, ...shard } }])
  asked.questions.answer('a', { type: 'why', request: 1, ...shard })
  const answer = answerOf(asked.sent)
  expect(answer.bids.map(({ hub }) => hub)).toContain('a')
  asking.questions.answered('c', { ...answer, bids: [] })
  asking.questions.answered('b', answer)
  expect(await bids).toEqual(answer.bids)
})

test('a shard that the asked hub never claimed has no bids', () => {
  const { questions, sent } = claimant()
  questions.answer('b', { type: 'why', request: 7, job: JOB, family: 'f9', shard: 0 })
  expect(answerOf(sent)).toEqual({ type: 'because', request: 7, bids: [] })
})

test('a hub that says nothing is waited for no longer than the limit; an answer after that changes nothing', async () => {
  const { questions } = listening(new Pair())
  const bids = questions.ask('b', shard)
  vi.advanceTimersByTime(liveLimits.questionTimeoutMs)
  expect(await bids).toEqual([])
  questions.answered('b', { type: 'because', request: 1, bids: [] })
})

test('questions beyond the limit are not asked', async () => {
  const { questions, sent } = listening(new Pair())
  const open = Array.from({ length: liveLimits.questionsMax }, () => questions.ask('b', shard))
  expect(await questions.ask('b', shard)).toEqual([])
  expect(sent).toHaveLength(liveLimits.questionsMax)
  vi.advanceTimersByTime(liveLimits.questionTimeoutMs)
  await Promise.all(open)
})
