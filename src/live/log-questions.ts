/** Collects what the shards of a job wrote at other hubs, and answers the same question of others. Only `shoal logs` needs it. */
import { liveLimits } from '../limits.ts'
import type { HubId, JobId } from '../program/ref.ts'
import type { WireMessage } from '../wire/message.ts'
import { Budget } from './budget.ts'
import type { NumberedLines } from './followed-logs.ts'
import type { LogLine } from './job-shelf.ts'
import { OpenQuestions } from './open-questions.ts'

type Question = Extract<WireMessage, { type: 'logs' }>
type Answer = Extract<WireMessage, { type: 'logged' }>

export interface LogQuestionsParts {
  readonly lines: (job: JobId) => NumberedLines
  readonly send: (to: HubId, message: WireMessage) => void
  readonly nowMs: () => number
}

export class LogQuestions {
  readonly #parts: LogQuestionsParts
  readonly #open = new OpenQuestions<Answer>()
  readonly #answers: Budget

  constructor(parts: LogQuestionsParts) {
    this.#parts = parts
    this.#answers = new Budget({
      burst: liveLimits.logAnswersBurst,
      perSecond: liveLimits.logAnswersPerSecond,
      burstAll: liveLimits.logAnswersBurstAll,
      perSecondAll: liveLimits.logAnswersPerSecondAll,
      sendersMax: liveLimits.connectionsMax,
      nowMs: parts.nowMs,
    })
  }

  /** What that hub has of the job from line `after` on; null when it does not say in time. `isWhole` is false where older lines found no room. */
  ask(hub: HubId, job: JobId, after = 0): Promise<Pick<Answer, 'first' | 'lines' | 'isWhole'> | null> {
    return this.#open.ask(hub, (request) => this.#parts.send(hub, { type: 'logs', request, job, after }))
  }

  /** Who asks too often gets no answer, and tells so: the hub is missing from what it shows. */
  answer(from: HubId, { request, job, after }: Question): void {
    if (!this.#answers.take(from)) return
    const { first, lines: all } = this.#parts.lines(job)
    const end = first + all.length
    // who knows of more lines than there are knew this hub in an earlier life
    const asked = after > end ? all : all.slice(Math.max(0, after - first))
    const lines = newest(asked)
    const isWhole = lines.length === asked.length
    this.#parts.send(from, { type: 'logged', request, first: end - lines.length, lines, isWhole })
  }

  answered(from: HubId, answer: Answer): void {
    this.#open.answered(from, answer.request, answer)
  }
}

/** The last lines, as many as an answer may hold. */
function newest(all: readonly LogLine[]): LogLine[] {
  let characters = 0
  let first = all.length
  for (; first > 0 && all.length - first < liveLimits.answerLinesMax; first--) {
    const { shard = '', line = '' } = all[first - 1] ?? {}
    characters += shard.length + line.length
    if (characters > liveLimits.answerLogCharactersMax) break
  }
  return all.slice(first)
}
