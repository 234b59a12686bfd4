/** Compiles generated module texts and collects what they register. */
import { createRequire, isBuiltin } from 'node:module'
import { constants, Script } from 'node:vm'
import { ShoalError } from '../../errors.ts'
import type { ExcerptMeta, SpotMeta } from '../codegen/meta.ts'
import type { Columns } from '../codegen/text.ts'
import { OWN_PACKAGE } from '../syntax/own-package.ts'
import { take } from './excerpts.ts'
import type { Environments } from './family.ts'
import { LoopKeeper } from './loops/loop-keeper.ts'
import { LocalCalls } from './refs/local-calls.ts'
import type { Classes } from './values.ts'

/** What a chunk's text fills in for one run of a shard. */
export interface ChunkRun {
  /** The callback of an array call. */
  fn?: (item: unknown, index: number, all: unknown) => unknown
  /** A loop over counter values `[lo, hi)`, or over items. */
  run?: (lo: number, hi: number, items: unknown) => unknown
  /** The iteration of the last run that wanted to leave the loop, counted from 0; below 0 when none did. */
  end?: number
  /** The inner items of a nest that belong to the run at hand. */
  part?: (list: unknown) => unknown
  first?: (first: number) => number
  until?: (end: unknown) => unknown
  /** Callbacks of a pipeline as one. */
  pipe?: (
    callbacks: readonly ((item: unknown, index: number) => unknown)[],
  ) => (item: unknown, index: number) => unknown
  /** The test of a best-so-far, and what is held once it was passed. */
  beats?: (output: number, key: unknown) => boolean
  holds?: (output: number, key: unknown, unset: unknown) => void
  /** Notes what is added to a sum per key, and gives it back. */
  int?: (output: number, addend: unknown) => unknown
  /** Outputs that are rebound: counts and extremes. */
  out?: () => Record<string, unknown>
}

/** What a module text tells the runtime when it is evaluated; the names are those that generated code uses. */
export class Registry {
  readonly classTable: Classes & Map<string, new (...args: never[]) => object> = new Map()
  readonly metas = new Map<number, SpotMeta>()
  shifts: Columns = []
  main: unknown = null
  /** Makes one run of a chunk: given state by name, it fills in its functions. */
  body: ((state: Record<string, unknown>, run: ChunkRun) => void) | null = null
  setState: ((state: Record<string, unknown>) => void) | null = null
  input: unknown = null
  readonly loops = new LoopKeeper()

  readonly #environments = new WeakMap<object, () => Record<string, unknown>>()
  #met: object[] = []
  readonly #kept = new Map<number, unknown>()
  readonly #gifts = new WeakMap<
    object,
    { readonly which: number; readonly environment: () => Record<string, unknown> }
  >()

  /** Sharded calls within a shard run where they are made. */
  readonly #localCalls = new LocalCalls(() => this.classTable)

  import(source: string): unknown {
    if (source === OWN_PACKAGE) return this.offered()
    if (!isBuiltin(source)) {
      throw new ShoalError('SHOAL_CODE_IMPORT', `${source} is no builtin module of Node`, {
        next: 'decompose the module again: imports of packages are bundled',
      })
    }
    return builtin(source)
  }

  /** What a module gets that imports shoal. */
  protected offered(): Record<string, unknown> {
    return { shard: (fn: (...args: never[]) => unknown) => this.#localCalls.shard(fn) }
  }

  spots(metas: Readonly<Record<string, SpotMeta>>): void {
    for (const [id, meta] of Object.entries(metas)) this.metas.set(Number(id), meta)
  }

  classes(table: Readonly<Record<string, new (...args: never[]) => object>>): void {
    for (const [name, Class] of Object.entries(table)) this.classTable.set(name, Class)
  }

  /** Gives functions and classes the names that they have in their files. What has a `name` of its own making keeps that. */
  names(table: readonly (readonly [unknown, string])[]): void {
    for (const [made, name] of table) {
      if (typeof made !== 'function') continue
      const own = Object.getOwnPropertyDescriptor(made, 'name')
      const isGiven = own?.configurable === true && own.writable === false && typeof own.value === 'string'
      if (isGiven) Object.defineProperty(made, 'name', { value: name, configurable: true })
    }
  }

  columns(shifts: Columns): void {
    this.shifts = shifts
  }

  chunk(body: (state: Record<string, unknown>, run: ChunkRun) => void): void {
    this.body = body
  }

  state(set: (state: Record<string, unknown>) => void): void {
    this.setState = set
  }

  /** Notes what a function, or a set of them, was made with, and gives it back. */
  made<M extends object>(environment: () => Record<string, unknown>, made: M): M {
    this.#environments.set(made, environment)
    if (typeof made === 'object')
      for (const fn of Object.values(made)) this.#environments.set(fn as object, environment)
    return made
  }

  /** Notes the function that a spot was given for this visit, and gives it back. */
  keep(spot: number, fn: unknown): unknown {
    this.#kept.set(spot, fn)
    return fn
  }

  kept(spot: number): unknown {
    return this.#kept.get(spot)
  }

  /** What it was made with; null for what was not noted. */
  environment(made: unknown): Record<string, unknown> | null {
    const isNoted = typeof made === 'function' || (typeof made === 'object' && made !== null)
    return isNoted ? (this.#environments.get(made)?.() ?? null) : null
  }

  /** Notes a function that is handed over: which it is in the text, and what it reads; gives it back. */
  gift(environment: () => Record<string, unknown>, fn: unknown, which: number): unknown {
    if (typeof fn === 'function') this.#gifts.set(fn, { which, environment })
    return fn
  }

  /** Which function this is, and what it reads, for shards that make it again. @throws TypeError for one that was not noted */
  given(fn: unknown): { readonly k: number; readonly e: Record<string, unknown> } {
    const gift = typeof fn === 'function' ? this.#gifts.get(fn) : undefined
    if (gift === undefined) throw new TypeError('a function was handed over in a way that is not known')
    return { k: gift.which, e: gift.environment() }
  }

  /** The same for each of a list of functions. */
  givenAll(list: unknown): readonly unknown[] {
    if (!Array.isArray(list)) throw new TypeError('functions were handed over in a way that is not known')
    return list.map((fn) => this.given(fn))
  }

  /** What a function that goes along reads of an object, in the place of the object. */
  part(value: unknown, paths: ExcerptMeta['paths']): unknown {
    const taken = take(value, paths)
    this.#met.push(...(taken?.met ?? []))
    return taken === null ? value : taken.holder
  }

  /** What all functions that go along were made with, and the objects of which they get parts. */
  environments(make: () => Environments['values']): Environments {
    this.#met = []
    return { values: make(), met: this.#met }
  }

  exports(main: unknown, input: unknown): void {
    this.main = main
    this.input = input
  }
}

/**
 * Evaluates a module text with `registry` as its runtime.
 * @throws whatever the user's top-level code throws; ShoalError SHOAL_CODE_SYNTAX when the text is broken.
 */
export async function evaluateText(code: string, file: string, registry: Registry): Promise<void> {
  const factory = compileText(code, file)
  await factory(registry)
}

/** A compiled module text; each call makes the module anew. */
export type ModuleText = (registry: Registry) => Promise<unknown>

/** @throws ShoalError SHOAL_CODE_SYNTAX when the text is broken */
export function compileText(code: string, file: string): ModuleText {
  try {
    const script = new Script(code, {
      filename: file,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    })
    return script.runInThisContext() as ModuleText
  } catch (cause) {
    throw new ShoalError('SHOAL_CODE_SYNTAX', `${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      next: 'run `shoal explain` on the module and report what it shows',
      cause,
    })
  }
}

const requireBuiltin = createRequire(import.meta.url)

/** The module as `import` would give it: its functions by name, and itself as default. */
function builtin(source: string): unknown {
  const loaded: unknown = requireBuiltin(source)
  if (typeof loaded !== 'object' && typeof loaded !== 'function') return { default: loaded }
  return { ...loaded, default: loaded }
}
