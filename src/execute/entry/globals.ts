/** The world as user code in a slot sees it: frozen clock, seeded random, captured console, no environment. */
import { Console } from 'node:console'
import { define, freezeDate } from './frozen-date.ts'
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
  freezeDate(() => world.clockMs())
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
