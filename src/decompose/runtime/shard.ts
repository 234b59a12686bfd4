/** Runs one shard: decodes its state, runs its items in order, checkpoints by index, encodes what comes out. */
import { assert } from '../../errors.ts'
import type { EncodeOptions, Tail } from '../../execute/codec/codec.ts'
import { decode } from '../../execute/codec/decode.ts'
import { encode } from '../../execute/codec/encode.ts'
import { encodeOutcome, thrownFrom } from '../../execute/codec/outcome.ts'
import { valueHash } from '../../execute/codec/value-hash.ts'
import { decomposeLimits } from '../../limits.ts'
import { type SpotMeta, WHOLE_LIST } from '../codegen/meta.ts'
import { isSearch } from '../spots/plan.ts'
import { auditFailure, isAudited } from './audit.ts'
import { type BestPart, ShardBests } from './bests.ts'
import { pushFlat } from './call-visit.ts'
import { chunkFor } from './chunk-run.ts'
import type { ChunkRun, Registry } from './compile.ts'
import type { RuntimeHost, ShardCall } from './contract.ts'
import { withLists } from './excerpts.ts'
import { extremeOf } from './fold-visit.ts'
import { exactSum, type IntegerSum, integerSum, textSum } from './integers.ts'
import { ShardSums } from './key-sums.ts'
import { LayeredNumbers } from './known.ts'
import type { KeptLoop } from './loops/loop-keeper.ts'
import { NestWindow, outerOf } from './nest.ts'
import { isKey, keyOf } from './pick.ts'
import { type Base, type Checkpoint, type InnerCheckpoint, itemLoops } from './shard-state.ts'
import type { DecodedShared } from './shared.ts'
import { inputFrom, listsFrom } from './slices.ts'
import { type UserCode, userStack } from './stack.ts'
import { type CounterRange, counterRange, makeStandIns, readStandIns, restoreStandIns } from './stand-ins.ts'
import type { ShardInput, ShardResult } from './values.ts'

/** @returns the encoded outcome, whether the items ran or threw. */
export async function runShard(
  call: ShardCall,
  host: RuntimeHost,
  registry: Registry,
  code: UserCode,
  shared: DecodedShared,
): Promise<Uint8Array> {
  const meta = registry.metas.get(call.spot)
  assert(meta !== undefined && registry.body !== null, 'the chunk of this spot is loaded')
  const run = new ShardRun(call, host, registry, meta, shared)
  try {
    await run.all()
    return run.outcome()
  } catch (thrown) {
    const item = await run.failingItem()
    const error = thrownFrom(thrown, item)
    return encodeOutcome({ kind: 'error', error: { ...error, stack: userStack(error.stack, code, registry.shifts) } })
  } finally {
    registry.loops.begin(null)
    shared.objects.length = shared.numbers.size
  }
}

class ShardRun {
  readonly #call: ShardCall
  readonly #host: RuntimeHost
  readonly #registry: Registry
  readonly #meta: SpotMeta
  readonly #shared: DecodedShared
  readonly #input: ShardInput | null
  /** Lists of which this shard has a part, by name. */
  readonly #lists: Readonly<Record<string, unknown>>
  readonly #numbers: LayeredNumbers
  #range: CounterRange
  #made: Record<string, unknown>
  readonly #window: NestWindow
  readonly #chunk: ChunkRun
  readonly #bests: ShardBests
  readonly #sums: ShardSums
  readonly #inputHash: string | null
  #results: unknown[] | null
  #next: number
  /** The item with which the loop may end. */
  #end: number | null = null
  /** What goes back to the root unbegun. */
  #tail: Tail | null = null
  readonly #startItem: number
  readonly #startMs: number
  #base: Base

  constructor(call: ShardCall, host: RuntimeHost, registry: Registry, meta: SpotMeta, shared: DecodedShared) {
    this.#call = call
    this.#host = host
    this.#registry = registry
    this.#meta = meta
    this.#shared = shared
    const window = new NestWindow(meta.nest)
    this.#window = window
    const bests = new ShardBests(meta.outputs)
    this.#bests = bests
    const sums = new ShardSums()
    this.#sums = sums
    this.#chunk = chunkFor(meta, { window, bests, sums })
    const { work } = call
    const known = shared.numbers.size
    this.#input =
      work.input === null
        ? null
        : inputFrom(
            shared,
            decode(work.input, { known: shared.objects, classes: registry.classTable }) as ShardInput,
            work,
          )
    this.#lists = listsFrom(meta, shared.state, this.#input)
    this.#numbers = new LayeredNumbers(shared.numbers)
    for (let number = known; number < shared.objects.length; number++) {
      const object = shared.objects[number]
      if (object !== undefined) this.#numbers.set(object, number)
    }
    this.#range = this.#counterRange(work.hi)
    this.#made = makeStandIns(shared.state, this.#input, meta.outputs, this.#range)
    this.#results = meta.kind === 'call' && meta.method !== 'forEach' && meta.fold?.kind !== 'collect' ? [] : null
    this.#next = work.lo
    const restored = work.restored === null ? null : this.#restore(work.restored)
    this.#base = { bytes: restored?.base ?? null, done: this.#next - work.lo, kept: restored?.kept ?? 0 }
    this.#inputHash = isAudited(call.audit, work.lo) ? this.#hash() : null
    registry.setState?.(shared.state.module)
    this.#body()
    host.seedRandom(call.seed, work.lo)
    this.#keepLoops(restored?.loops ?? [])
    this.#startItem = this.#next
    this.#startMs = host.nowMs()
  }

  #body(): void {
    this.#registry.body?.({ ...withLists(this.#shared.state.captures, this.#lists), ...this.#made }, this.#chunk)
  }

  /** The list that an array call goes over, where its callback takes that. */
  get #all(): unknown {
    return this.#lists[WHOLE_LIST] ?? this.#shared.state.captures[WHOLE_LIST]
  }

  /** Runs the items, up to the one with which the loop may end. */
  async all(): Promise<void> {
    const { lo, hi } = this.#call.work
    await this.#items(hi, true)
    if (this.#end === null) return
    const end = this.#end
    this.#registry.loops.begin(null)
    // What the iteration did before it reached its end must not be seen: the root runs it once more.
    this.#range = this.#counterRange(Math.max(lo + 1, end))
    this.#made = makeStandIns(this.#shared.state, this.#input, this.#meta.outputs, this.#range)
    this.#body()
    this.#bests.reset()
    this.#sums.reset()
    this.#next = lo
    this.#end = null
    if (this.#meta.outputs.length > 0) await this.#items(end, false)
    this.#end = end
  }

  /** Runs all items that are left before `hi`, in segments short enough to look at the checkpoint clock between them. */
  async #items(hi: number, mayRest: boolean): Promise<void> {
    const { lo } = this.#call.work
    let size = this.#besides ? hi - lo : 1
    while (this.#next < hi && !this.#host.signal.aborted) {
      const startMs = this.#host.nowMs()
      const end = Math.min(hi, this.#next + size)
      const pending = this.#segment(this.#next, end)
      if (pending !== null) await pending
      if (this.#end !== null) break
      this.#next = end
      const tookMs = this.#host.nowMs() - startMs
      size = tookMs < decomposeLimits.shardSegmentMs ? size * 2 : Math.max(1, Math.floor(size / 2))
      if (tookMs >= 1) this.#host.progress((end - lo) / (hi - lo))
      const turn = this.#next < hi ? this.#host.turn() : null
      if (turn !== null) await turn
      if (!mayRest || this.#next >= hi) continue
      if (this.#handsBack(hi)) break
      if (this.#host.checkpointDue()) this.#checkpoint()
    }
    if (this.#host.signal.aborted) throw new Error('the shard was cancelled')
    if (this.#inputHash !== null && this.#hash() !== this.#inputHash) {
      throw auditFailure()
    }
  }

  /** What is not begun goes back: hubs that are idle, or quicker, take it. */
  #handsBack(hi: number): boolean {
    const tookMs = this.#host.nowMs() - this.#startMs
    const planned = this.#call.work.divideAfterMs ?? Number.POSITIVE_INFINITY
    if (tookMs < planned && tookMs < (this.#host.divideAfterMs?.() ?? Number.POSITIVE_INFINITY)) return false
    this.#tail = { left: hi - this.#next, meanMs: tookMs / (this.#next - this.#startItem) }
    this.#range = this.#counterRange(this.#next)
    return true
  }

  outcome(): Uint8Array {
    const { fold } = this.#meta
    const sum = fold?.kind === 'add' && fold.integers ? integerSum(this.#results ?? []) : null
    const results = this.#folded()
    const ends = this.#end === null ? null : this.#end - this.#call.work.lo
    const outputs = this.#read().map((output, index) =>
      this.#meta.outputs[index]?.integers === true ? this.#sumOf(output as unknown[], index) : output,
    )
    const value: ShardResult = sum === null ? { results, outputs, ends } : { results: null, outputs: [sum], ends }
    return encodeOutcome({ kind: 'value', value, tail: this.#tail }, this.#options())
  }

  #sumOf(added: readonly unknown[], output: number): IntegerSum | null {
    return this.#shared.state.stands[output]?.is === 'texts' ? textSum(added) : integerSum(added)
  }

  /** What the root needs of the results of a fold whose partial results are exact. */
  #folded(): unknown[] | null {
    const { fold } = this.#meta
    if (fold?.kind === 'add' && fold.exact) return exactSum(this.#results)
    if (fold?.kind !== 'extreme' || this.#results === null) return this.#results
    return [this.#results.reduce((held, value) => extremeOf(fold.of, held, value))]
  }

  /** The first item of the segment at hand that throws when run alone; iterations are pure, so it throws again. */
  async failingItem(): Promise<number> {
    this.#registry.loops.begin(null)
    const { hi } = this.#call.work
    for (let item = this.#next; item < hi; item++) {
      try {
        await this.#segment(item, item + 1)
      } catch (again) {
        return again === undefined ? item : item
      }
    }
    return -1
  }

  #segment(from: number, to: number): Promise<unknown> | null {
    return this.#meta.kind === 'call' ? this.#callSegment(from, to) : this.#loopSegment(from, to)
  }

  #loopSegment(from: number, to: number): Promise<unknown> | null {
    const { lo } = this.#call.work
    const { first = 0, step = 1, inner = null } = this.#input ?? {}
    if (inner !== null) this.#window.begin(from, to, inner)
    const outer = inner === null ? { from, to } : outerOf(from, to, inner)
    const base = inner === null ? lo : Math.floor(lo / inner)
    const [begin, end] = [outer.from - base, outer.to - base]
    const items =
      this.#meta.kind === 'of' || this.#meta.kind === 'in'
        ? (this.#input?.items as unknown[] | undefined)?.slice(begin, end)
        : null
    const done = this.#chunk.run?.(first + begin * step, first + end * step, items)
    if (this.#meta.isAsync) return Promise.resolve(done).then(() => this.#noteEnd(from))
    this.#noteEnd(from)
    return null
  }

  #noteEnd(from: number): void {
    const { end = -1 } = this.#chunk
    if (end >= 0) this.#end = from + end
  }

  #callSegment(from: number, to: number): Promise<unknown> | null {
    if (this.#meta.isAsync) return this.#asyncCallSegment(from, to)
    for (let index = from; index < to && !this.#hasHit(); index++)
      this.#keep(index, this.#isHole(index) ? HOLE : this.#apply(index))
    return null
  }

  /** Items of a gathering that let time pass are begun side by side, as they were written. */
  get #besides(): boolean {
    return this.#meta.waits && this.#meta.kind === 'call' && this.#meta.isAsync
  }

  async #asyncCallSegment(from: number, to: number): Promise<void> {
    if (this.#besides) {
      const indices = Array.from({ length: to - from }, (_, offset) => from + offset)
      const results = await Promise.all(indices.map((index) => (this.#isHole(index) ? HOLE : this.#apply(index))))
      for (const [offset, result] of results.entries()) this.#keep(from + offset, result)
      return
    }
    for (let index = from; index < to; index++) this.#keep(index, this.#isHole(index) ? HOLE : await this.#apply(index))
  }

  #apply(index: number): unknown {
    const items = this.#input?.items as unknown[] | null | undefined
    const { fn } = this.#chunk
    if (this.#meta.fold !== null) return this.#foldOne(items?.[index - this.#call.work.lo], index)
    return fn?.(items == null ? undefined : items[index - this.#call.work.lo], index, this.#all)
  }

  /** What an item adds; or, for a fold that picks, the offset of the one picked so far. */
  #foldOne(item: unknown, index: number): unknown {
    const { fold } = this.#meta
    const fn = this.#chunk.fn as ((held: unknown, item: unknown, index: number, all: unknown) => unknown) | undefined
    if (fold?.kind === 'collect') {
      const name = this.#meta.outputs[0]?.name ?? ''
      this.#made[name] = fn?.(this.#made[name], item, index, this.#all)
      return undefined
    }
    if (fold?.kind !== 'pick') return fn?.(undefined, item, index, this.#all)
    if (!isKey(keyOf(item, fold.key))) throw new Error('a key is no number')
    const held = this.#results?.[0]
    if (held === undefined) return index - this.#call.work.lo
    const best = (this.#input?.items as unknown[] | undefined)?.[Number(held)]
    const picked = fn?.(best, item, index, this.#all)
    return Object.is(picked, best) ? held : index - this.#call.work.lo
  }

  /** A search stops at its first hit. */
  #hasHit(): boolean {
    return isSearch(this.#meta.method) && (this.#results?.length ?? 0) > 0
  }

  #isHole(index: number): boolean {
    if (this.#meta.method === 'find' || this.#meta.method === 'findIndex') return false
    const items = this.#input?.items
    return this.#meta.method !== 'from' && Array.isArray(items) && !(index - this.#call.work.lo in items)
  }

  #keep(index: number, result: unknown): void {
    const results = this.#results
    if (results === null) return
    const { lo } = this.#call.work
    if (isSearch(this.#meta.method)) {
      if (result !== HOLE && Boolean(result) !== (this.#meta.method === 'every')) results.push(index - lo)
    } else if (this.#meta.fold?.kind === 'pick') results[0] = result
    else if (this.#meta.method === 'filter') {
      if (result !== HOLE && result) results.push(index - lo)
    } else if (this.#meta.method === 'flatMap') {
      if (Array.isArray(result)) pushFlat(results, result)
      else if (result !== HOLE) results.push(result)
    } else if (result === HOLE) results.length = index - lo + 1
    else results[index - lo] = result
  }

  #counterRange(hi: number): CounterRange {
    const { lo } = this.#call.work
    const { first = 0, step = 1 } = this.#input ?? {}
    return this.#meta.kind === 'range' ? counterRange(first, hi - lo, step) : counterRange(lo, hi - lo, 1)
  }

  #read(): unknown[] {
    const scalars = { ...this.#chunk.out?.() }
    const parts = this.#meta.outputs.map(({ best }, index) => (best === null ? null : this.#bests.part(index, scalars)))
    for (const [index, { name, best }] of this.#meta.outputs.entries()) if (best !== null) scalars[name] = parts[index]
    const { outputs } = this.#meta
    const values = readStandIns(this.#shared.state, this.#made, scalars, outputs, this.#range, this.#input)
    return this.#sums.parts(values, outputs)
  }

  #checkpoint(): void {
    const state: Checkpoint = { next: this.#next, results: this.#results, outputs: this.#read() }
    // The table of the checkpoint must not add to the one the outcome uses.
    const numbers = new LayeredNumbers(this.#numbers)
    const bytes = encode(state, { known: numbers, classes: this.#registry.classTable })
    this.#host.checkpoint(this.#next - this.#call.work.lo, bytes)
    this.#base = { bytes, done: this.#next - this.#call.work.lo, kept: 0 }
    this.#keepLoops([])
  }

  /** What the shard was given stays as it is, but for rows that it writes into. */
  #keepLoops(restored: readonly KeptLoop[]): void {
    const { classTable: classes, loops } = this.#registry
    const writesRows = this.#meta.outputs.some(({ how }) => how === 'rows')
    const given = writesRows ? [] : [...this.#shared.objects]
    const numbers = writesRows ? new Map() : this.#numbers
    loops.begin(itemLoops(this.#host, { classes, given, numbers }, this.#base, restored))
  }

  #restore(bytes: Uint8Array): InnerCheckpoint {
    const known = [...this.#shared.objects]
    const state = decode(bytes, { known, classes: this.#registry.classTable }) as Checkpoint | InnerCheckpoint
    if ('loops' in state) {
      if (state.base !== null) this.#restore(state.base)
      return state
    }
    this.#next = state.next
    this.#results = state.results
    const { outputs } = this.#meta
    const values = this.#sums.restore(state.outputs, outputs)
    restoreStandIns(this.#shared.state, this.#made, values, outputs, this.#range, this.#input)
    for (const [index, { best }] of outputs.entries()) {
      const held = best === null ? null : (state.outputs[index] as BestPart)
      if (held !== null) this.#bests.restore(index, held.key)
    }
    return { base: bytes, kept: 0, loops: [] }
  }

  #options(): EncodeOptions {
    return { known: this.#numbers, classes: this.#registry.classTable }
  }

  #hash(): string {
    const { captures, module } = this.#shared.state
    return valueHash([captures, module, this.#input?.items ?? null, this.#input?.parts ?? null], {
      classes: this.#registry.classTable,
    })
  }
}

const HOLE = Symbol('hole')
