/** One isolate with the guest bundle in it: what the slot calls in it, and what it may call in the slot. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import type * as ivm from 'isolated-vm'
import { slotLimits } from '../../limits.ts'
import type { Guest, UncaughtText } from '../guest/main.ts'
import type { Outside } from '../guest/world.ts'

export interface IsolateKit {
  readonly addon: typeof ivm
  readonly bundle: string
}

/** Reads addon and bundle; the addon's file is loaded by its path, for a jail has no packages. */
export function loadKit(addonPath: string, bundlePath: string): IsolateKit {
  const { ivm: addon } = createRequire(import.meta.url)(addonPath) as { ivm: typeof ivm }
  return { addon, bundle: readFileSync(bundlePath, 'utf8') }
}

const outsideNames = [
  'nowMs',
  'waitedMs',
  'divideAfterMs',
  'due',
  'checkpoint',
  'progress',
  'log',
  'timer',
  'outcomes',
  'spawn',
  'visited',
  'ended',
  'failed',
] as const satisfies readonly (keyof Outside)[]

type Call = keyof Guest

/** What ended an isolate: its memory, or something nobody foresaw. */
export class IsolateLost extends Error {
  readonly isMemory: boolean
  /** What the code in the isolate threw, where it did. */
  readonly uncaught: UncaughtText | null

  constructor(message: string, isMemory: boolean, uncaught: UncaughtText | null) {
    super(message)
    this.isMemory = isMemory
    this.uncaught = uncaught
  }
}

/** From here on a stack is that of the slot. */
const BORDER = /\n\s+at \(<isolated-vm boundary>\)[\s\S]*$/

export class Isolate {
  readonly #isolate: ivm.Isolate
  readonly #calls = new Map<Call, ivm.Reference>()
  readonly #guest: ivm.Reference

  constructor({ addon, bundle }: IsolateKit, outside: Outside) {
    this.#isolate = new addon.Isolate({
      memoryLimit: slotLimits.isolateMemoryMiBMax,
      onCatastrophicError: () => process.abort(),
    })
    const context = this.#isolate.createContextSync()
    const parameters = outsideNames.map((name, index) => `${name}:$${index}`)
    const code = `${bundle}\n;return shoalGuest.start({${parameters.join(',')}})`
    const callbacks = outsideNames.map((name) => new addon.Callback(outside[name] as (...args: unknown[]) => unknown))
    this.#guest = withNatives(() =>
      context.evalClosureSync(code, callbacks, { result: { reference: true }, filename: 'file:///slot/guest.js' }),
    )
  }

  /** Calls a function of the guest; all that it left to do at once is done when this returns. @throws IsolateLost */
  call<Name extends Call>(name: Name, ...args: Parameters<Guest[Name]>): void {
    try {
      this.#function(name).applySync(undefined, args, { arguments: { copy: true } })
    } catch (error) {
      throw this.#lost(error)
    }
  }

  dispose(): void {
    if (!this.#isolate.isDisposed) this.#isolate.dispose()
  }

  #function(name: Call): ivm.Reference {
    const known = this.#calls.get(name) ?? this.#guest.getSync(name, { reference: true })
    this.#calls.set(name, known)
    return known
  }

  #lost(error: unknown): IsolateLost {
    const message = error instanceof Error ? error.message : String(error)
    const isMemory = this.#isolate.isDisposed || /memory limit|allocation failed/i.test(message)
    const name = error instanceof Error ? error.name : 'Error'
    const stack = error instanceof Error ? (error.stack ?? message).replace(BORDER, '') : message
    return new IsolateLost(message, isMemory, isMemory ? null : { name, message, stack })
  }
}

/** The codec's questions to the engine are compiled with the bundle, and kept so; user code comes later, and without them. */
function withNatives<T>(evaluate: () => T): T {
  setFlagsFromString('--no-flush-bytecode')
  setFlagsFromString('--allow-natives-syntax')
  try {
    return evaluate()
  } finally {
    setFlagsFromString('--no-allow-natives-syntax')
  }
}
