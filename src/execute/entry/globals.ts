/** The world as user code in a slot sees it: frozen clock, seeded random, captured console, no environment. */
import { Console } from 'node:console'
import type { SeededRandom } from './random.ts'

/** What the replaced globals lead to. */
export interface World {
  readonly random: SeededRandom
  /** What `Date.now()` returns, Unix milliseconds. */
  clockMs(): number
  /** Output of `console.*`, whole lines. */
  print(text: string): void
}

/** Replaces the globals of this process, once, before any user code is loaded. */
export function installGlobals(world: World): void {
  Math.random = () => world.random.next()
  installClock(world)
  installConsole(world)
  process.env = {}
  process.argv = ['node']
  process.execArgv = []
}

function installClock(world: World): void {
  const RealDate = Date
  function FrozenDate(this: unknown, ...values: unknown[]): Date | string {
    if (new.target === undefined) return new RealDate(world.clockMs()).toString()
    const given = values.length === 0 ? [world.clockMs()] : values
    return Reflect.construct(RealDate, given, new.target)
  }
  // One prototype for both: `instanceof` and the codec's class checks see no difference.
  FrozenDate.prototype = RealDate.prototype
  Object.defineProperty(FrozenDate, 'name', { value: 'Date', configurable: true })
  Object.defineProperty(FrozenDate, 'length', { value: 7, configurable: true })
  define(FrozenDate, 'now', () => world.clockMs())
  define(FrozenDate, 'parse', RealDate.parse)
  define(FrozenDate, 'UTC', RealDate.UTC)
  define(RealDate.prototype, 'constructor', FrozenDate)
  define(globalThis, 'Date', FrozenDate)
  define(performance, 'now', () => 0)
  define(performance, 'timeOrigin', 0)
  const hrtime = Object.assign((): [number, number] => [0, 0], { bigint: () => 0n })
  define(process, 'hrtime', hrtime)
  define(process, 'uptime', () => 0)
}

function installConsole(world: World): void {
  const sink = { write: (text: string) => world.print(text) }
  const captured = new Console({
    stdout: sink as unknown as NodeJS.WritableStream,
    ignoreErrors: false,
    colorMode: false,
  })
  define(globalThis, 'console', captured)
}

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false })
}
