/** One visit of statements that may run side by side: the first ones run in place until it pays to send the rest out. */
import type { Cut } from '../../program/family.ts'
import { PlainLater } from './call-visit.ts'
import type { Access, Items } from './family.ts'
import { shardOut } from './harvest.ts'
import type { SpotHistory } from './history.ts'
import { isVerdict } from './verdict.ts'
import { Pace, type RootSetting, type Segment } from './visit.ts'

/** How the root hands itself to a visit. */
export interface TaskSetting {
  readonly setting: RootSetting
  readonly history: SpotHistory
  readonly access: () => Access
  readonly sequence: number
}

/** What shards gave, up to the first task that they could not run. */
interface Values {
  readonly list: readonly unknown[]
  readonly stopped: boolean
}

/** The names are those of the generated text. */
export class TaskVisit {
  readonly #tasks: TaskSetting
  readonly #count: number
  /** Null when it is not worth the look. */
  readonly #pace: Pace | null
  #segment: Segment = { from: 0, to: 0 }
  #pending: Promise<Values> | null = null
  /** Values from `#segment.to` on. */
  #values: readonly unknown[] = []

  constructor(tasks: TaskSetting, count: number) {
    const { setting, history, sequence } = tasks
    this.#tasks = tasks
    this.#count = count
    this.#pace = history.isSmall(setting.call, sequence, count) ? null : new Pace(setting, history, sequence, count)
    // What may stand between the first task and here runs in the root meanwhile.
    const cut = this.#pace?.cutAtOnce() ?? null
    if (cut !== null) this.#send(cut)
  }

  /** True: run the task in place; false: its value is there; null: wait for `rest`. */
  here(index: number): boolean | null {
    if (this.#pace === null || index < this.#segment.to) return true
    if (index < this.#segment.to + this.#values.length) return false
    if (this.#pending !== null) return null
    const step = this.#pace.next()
    if (step.kind === 'shard') this.#send(step.cut)
    else if (step.kind === 'run') this.#segment = step.segment
    return step.kind === 'shard' ? null : true
  }

  /** Sends the rest to shards. True: run the task in place; false: its value is there. */
  async rest(index: number): Promise<boolean> {
    const { list } = (await this.#pending) ?? { list: [] }
    this.#pending = null
    this.#values = list
    // What shards could not give runs here, and throws where it would.
    this.#pace?.stay(index + list.length)
    return list.length === 0
  }

  #send(cut: Cut): void {
    const pace = this.#pace
    if (pace === null) return
    this.#pending = valuesOf(this.#tasks, this.#count, pace, cut)
    // Who needs a value awaits it; when what stands before throws, nobody does.
    this.#pending.catch(() => undefined)
  }

  value(index: number): unknown {
    return this.#values[index - this.#segment.to]
  }

  /** The last task has run in place. */
  done(value: unknown): unknown {
    if (this.#values.length === 0) this.#pace?.next()
    return value
  }
}

/** What `Promise.all` is given: values, or what starts all side by side as it was written. */
export async function gatherTasks(
  tasks: TaskSetting,
  thunks: readonly (() => unknown)[],
): Promise<unknown[] | PlainLater> {
  const { setting, history, sequence } = tasks
  const plain = new PlainLater(() => thunks.map((begin) => begin()))
  if (history.isSmall(setting.call, sequence, thunks.length)) return plain
  const pace = new Pace(setting, history, sequence, thunks.length)
  const values: unknown[] = []
  try {
    for (let step = pace.next(); step.kind !== 'done'; step = pace.next()) {
      if (step.kind === 'shard') {
        const rest = await valuesOf(tasks, thunks.length, pace, step.cut)
        return rest.stopped ? plain : [...values, ...rest.list]
      }
      // What waits was meant to wait side by side.
      if (history.meta.waits) return plain
      const { from, to } = step.segment
      for (const begin of thunks.slice(from, to)) values.push(await begin())
    }
    return values
  } catch (thrown) {
    if (isVerdict(thrown)) throw thrown
    // Which of several failures is the answer depends on their timing side by side: the plain call decides.
    setting.stayed(history.meta, `a task threw ${String(thrown)}`)
    return plain
  }
}

/** The values that shards gave, up to the first one that they could not. */
async function valuesOf(
  { setting, history, access, sequence }: TaskSetting,
  count: number,
  pace: Pace,
  cut: Cut,
): Promise<Values> {
  const items: Items = { count, source: null, first: 0, step: 1, slice: () => null }
  const at = { spot: history.spot, sequence, meanMs: pace.meanMs() }
  const harvest = await shardOut(setting, history.meta, access(), items, cut, at)
  if (harvest !== null && harvest.verdict !== null) throw harvest.verdict
  const list: unknown[] = []
  for (let part = harvest?.next() ?? null; part !== null; part = harvest?.next() ?? null)
    list.push(...(part.result.results ?? []))
  return { list, stopped: harvest === null || harvest.stopped }
}
