/** Runs a job's root: the user's module with its sharded spots handed to visits. */

import { ShoalError } from '../../errors.ts'
import type { ShardPlace, ThrownError } from '../../execute/codec/codec.ts'
import { decode } from '../../execute/codec/decode.ts'
import { encodeOutcome, thrownFrom } from '../../execute/codec/outcome.ts'
import { decomposeLimits } from '../../limits.ts'
import type { Program } from '../../program/program.ts'
import type { VisitedSpot } from '../../program/report.ts'
import type { SpotMeta } from '../codegen/meta.ts'
import { CallVisit, callOn, PlainLater, plainCall } from './call-visit.ts'
import { Registry } from './compile.ts'
import { makeContext } from './context.ts'
import type { RootCall, RuntimeHost } from './contract.ts'
import { type Access, errorLine } from './family.ts'
import { FoldVisit, NO_START, plainFold } from './fold-visit.ts'
import { SpotHistory } from './history.ts'
import { LoopVisit } from './loop-visit.ts'
import type { KeptRun } from './loops/loop-keeper.ts'
import { type Callback, composed, isPiped, plainPipeline } from './pipeline.ts'
import { plainData } from './plain-data.ts'
import { placeOfThrown } from './refs/call.ts'
import { withoutRefs } from './refs/local-calls.ts'
import { RootCalls, type ShardSite } from './refs/root-calls.ts'
import { readRootState, rootLoops } from './root-state.ts'
import { SearchVisit } from './search-visit.ts'
import { userStack } from './stack.ts'
import { gatherTasks, type TaskSetting, TaskVisit } from './task-visit.ts'
import { compiledText } from './texts.ts'
import type { RootSetting } from './visit.ts'

/** A result that may be anything, a promise included: nothing may await it. */
class Given {
  readonly value: unknown

  constructor(value: unknown) {
    this.value = value
  }
}

/** What the main text calls; the names are those of the generated text. */
class RootRuntime extends Registry {
  readonly #setting: RootSetting
  readonly #logged = new Set<string>()
  /** By spot. */
  readonly #histories: (SpotHistory | undefined)[] = []
  /** The number of the next visit. */
  readonly #next = (): number => ++this.#visits
  readonly #calls: RootCalls
  #visits = 0
  #threw: { readonly shard: ShardPlace; readonly error: string } | null = null
  #pending: Pick<CallVisit, 'rest'> | null = null
  #waiting: FoldVisit | SearchVisit | null = null
  /** A plain call's empty result, which looks like a call that has to wait. */
  #empty: unknown

  constructor(call: RootCall, host: RuntimeHost) {
    super()
    this.#setting = {
      call,
      host,
      classes: this.classTable,
      stayed: (meta, reason) => {
        for (const history of this.#histories) if (history?.meta === meta) history.stayed = reason
        this.#stayed(meta.line, reason)
      },
      threw: (shard, error) => {
        this.#threw = { shard, error }
      },
    }
    this.#calls = new RootCalls({
      call,
      classes: this.classTable,
      next: () => ++this.#visits,
      stayed: (line, reason) => this.#stayed(line, reason),
    })
  }

  /** What became of the spots that were visited. */
  visited(): VisitedSpot[] {
    return this.#histories.flatMap((history) => (history === undefined ? [] : [history.visited()]))
  }

  /** The shard that threw `error` before the root did; null when the root alone threw it. */
  shardOf(error: ThrownError): ShardPlace | null {
    return this.#threw?.error === errorLine(error) ? this.#threw.shard : null
  }

  visits(): number {
    return this.#visits
  }

  get counts(): Pick<KeptRun, 'visits' | 'skipTo' | 'classes'> {
    return { visits: () => this.visits(), skipTo: (visits) => this.skipTo(visits), classes: this.classTable }
  }

  skipTo(visits: number): void {
    this.#visits = Math.max(this.#visits, visits)
  }

  loop(spot: number, access: () => Access): LoopVisit {
    return new LoopVisit(this.#setting, this.#history(spot), access, this.#next)
  }

  /** The call's result, or undefined when it has to be awaited with `rest`. */
  call(spot: number, receiver: unknown, callback: unknown, access: () => Access): unknown {
    const history = this.#history(spot)
    if (isMissing(history.meta, receiver)) {
      this.#empty = undefined
      return undefined
    }
    const visit = CallVisit.begin(this.#setting, history, receiver, callback, access, ++this.#visits)
    if (visit === null) {
      this.#empty = plainCall(history.meta, receiver, callback)
      return this.#empty ?? undefined
    }
    if (visit.now()) return visit.result()
    this.#pending = visit
    return undefined
  }

  /** The result of array calls in a row, or undefined when it has to be awaited with `rest`. */
  pipeline(spot: number, receiver: unknown, callbacks: readonly Callback[], access: () => Access): unknown {
    const history = this.#history(spot)
    const { stages } = history.meta
    const sequence = ++this.#visits
    const plain = (): unknown => plainPipeline(history.meta, receiver, callbacks)
    if (isPiped(receiver, callbacks)) {
      const callback = composed(stages, callbacks)
      const visit = CallVisit.begin(this.#setting, history, receiver, callback, access, sequence)
      if (visit !== null) {
        try {
          if (visit.now()) return visit.result()
          this.#pending = { rest: () => visit.rest().catch(plain) }
          return undefined
        } catch (thrown) {
          // What fails late in the first call comes before what fails early in a later one: the calls themselves decide.
          this.#setting.stayed(history.meta, `an item threw ${String(thrown)}`)
        }
      }
    }
    this.#empty = plain()
    return this.#empty ?? undefined
  }

  /** The start of a fold without one. */
  readonly noStart = NO_START

  /** What a method is called on; throws where that is nothing, as the call would. */
  on(receiver: unknown, method: string): unknown {
    if (receiver === undefined || receiver === null) callOn(receiver, method, '', [])
    return receiver
  }

  /** A fold's result, or undefined when it has to be awaited with `rest`. */
  fold(spot: number, receiver: unknown, callback: unknown, start: unknown, access: () => Access): Given | undefined {
    const history = this.#history(spot)
    if (isMissing(history.meta, receiver)) return new Given(undefined)
    const visit = FoldVisit.begin(this.#setting, history, { receiver, callback, start }, access, ++this.#visits)
    if (visit === null) return new Given(plainFold(history.meta, receiver, callback, start))
    if (visit.now()) return new Given(visit.result())
    this.#waiting = visit
    return undefined
  }

  /** A search's result, or undefined when it has to be awaited with `rest`. */
  search(spot: number, receiver: unknown, predicate: unknown, access: () => Access): Given | undefined {
    const history = this.#history(spot)
    if (isMissing(history.meta, receiver)) return new Given(undefined)
    const search = { setting: this.#setting, history, access, next: this.#next }
    const visit = SearchVisit.begin(search, receiver, predicate)
    if (visit === null) return new Given(plainCall(history.meta, receiver, predicate))
    if (visit.now()) return new Given(visit.result())
    this.#waiting = visit
    return undefined
  }

  tasks(spot: number, count: number, access: () => Access): TaskVisit {
    return new TaskVisit(this.#tasksAt(spot, access), count)
  }

  aside(spot: number, access: () => Access, thunks: readonly (() => unknown)[]): Promise<unknown> {
    return gatherTasks(this.#tasksAt(spot, access), thunks)
  }

  #tasksAt(spot: number, access: () => Access): TaskSetting {
    return { setting: this.#setting, history: this.#history(spot), access, sequence: this.#next() }
  }

  rest(): unknown {
    if (this.#waiting !== null) return this.#restGiven(this.#waiting)
    const visit = this.#pending
    this.#pending = null
    return visit === null ? this.#empty : visit.rest()
  }

  async #restGiven(visit: FoldVisit | SearchVisit): Promise<Given> {
    this.#waiting = null
    await visit.rest()
    return new Given(visit.result())
  }

  /** What generated code tells of a `shard(fn)`. */
  site(spot: number, line: number, state: ShardSite['state']): ShardSite {
    return { spot, line, state }
  }

  protected override offered(): Record<string, unknown> {
    const shard = (fn: (...args: never[]) => unknown, site?: ShardSite) => this.#calls.shard(fn, site)
    return { shard }
  }

  /** The value without refs in it. */
  async settled(value: unknown): Promise<unknown> {
    return this.#calls.made === 0 ? value : withoutRefs(value, this.classTable)
  }

  of(value: unknown): unknown {
    if (value instanceof Given) return value.value
    return value instanceof PlainLater ? value.run() : value
  }

  none(_value: unknown): undefined {
    return undefined
  }

  #history(spot: number): SpotHistory {
    const held = this.#histories[spot]
    if (held !== undefined) return held
    const meta = this.metas.get(spot)
    if (meta === undefined) throw new Error(`assertion failed: spot ${spot} is described`)
    const history = new SpotHistory(spot, meta)
    this.#histories[spot] = history
    return history
  }

  #stayed(at: number, reason: string): void {
    const line = `line ${at} runs in place: ${reason}`
    if (this.#logged.has(line) || this.#logged.size >= decomposeLimits.fallbackLogsMax) return
    this.#logged.add(line)
    this.#setting.host.log(line)
  }
}

/** `list?.map(f)` without a list. */
function isMissing({ optional }: SpotMeta, receiver: unknown): boolean {
  return optional && (receiver === undefined || receiver === null)
}

/** @returns the job's encoded outcome. */
export async function runRoot(
  program: Pick<Program, 'file' | 'main'>,
  call: RootCall,
  host: RuntimeHost,
): Promise<Uint8Array> {
  const runtime = new RootRuntime(call, host)
  const { promise: death, reject } = Promise.withResolvers<never>()
  host.onUncaught?.(reject)
  host.seedRandom(call.seed, -1)
  const computed = async (): Promise<Uint8Array> => {
    await compiledText(program.main, program.file)(runtime)
    const { main, input } = runtime
    if (typeof main !== 'function') throw unusable(program.file, 'its default export is no function')
    const { offered, loops } = readRootState(call.restored, runtime.classTable, host)
    const context = makeContext(offered, host, runtime.classTable, runtime)
    runtime.loops.begin(rootLoops(loops, host, runtime.counts, [context]))
    const value: unknown = await main(await inputOf(call, input, runtime, program.file), context)
    runtime.loops.begin(null)
    const result = plainData(await runtime.settled(value))
    await host.told?.()
    return encodeOutcome({ kind: 'value', value: result })
  }
  try {
    const outcome = await Promise.race([computed(), death])
    host.visited(runtime.visited())
    return outcome
  } catch (thrown) {
    host.visited(runtime.visited())
    const error = thrownFrom(thrown, -1)
    const shard = placeOfThrown(thrown)
    if (shard !== null) return encodeOutcome({ kind: 'error', error: { ...error, shard } })
    return encodeOutcome({
      kind: 'error',
      error: { ...error, stack: userStack(error.stack, program, runtime.shifts), shard: runtime.shardOf(error) },
    })
  }
}

async function inputOf(call: RootCall, input: unknown, runtime: Registry, file: string): Promise<unknown> {
  if (call.input.kind === 'value') return decode(call.input.bytes, { classes: runtime.classTable })
  if (typeof input === 'function') return await input(call.input.scale)
  throw unusable(file, 'it exports no input(scale), and no input was given')
}

function unusable(file: string, what: string): ShoalError {
  return new ShoalError('SHOAL_CODE_UNSUPPORTED', `${file}: ${what}`, {
    next: 'export a default function; pass --input or export input(scale)',
  })
}
