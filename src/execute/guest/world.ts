/** The world as user code sees it in an isolate: frozen clock, seeded random, timers and console that lead to the slot. */
import { define, freezeDate } from '../entry/frozen-date.ts'
import { SeededRandom } from '../entry/random.ts'
import { structuredClone } from './clone.ts'

/** What the slot offers; each is a call out of the isolate. */
export interface Outside {
  nowMs(): number
  waitedMs(): number
  divideAfterMs(): number
  due(shard: number): boolean
  checkpoint(shard: number, progress: number, state: Uint8Array): void
  progress(shard: number, fraction: number): void
  log(shard: number, text: string): void
  /** `AT_ONCE` waits for no clock. */
  timer(id: number, ms: number): void
  outcomes(lengths: Float64Array, bytes: Uint8Array): void
  spawn(spawn: unknown): void
  ended(outcome: Uint8Array): void
  visited(spots: unknown): void
  failed(text: string): void
}

const TIMERS_MAX = 10_000
const later = Promise.resolve()
const then = Promise.prototype.then.bind(later)

/** The real clock, in whole milliseconds; captured before it is frozen for user code. */
export const { now: realNowMs } = Date

export const random = new SeededRandom()
/** Of a timer that waits for nothing but the slot's turn; a clock would take a millisecond. */
export const AT_ONCE = -1
export const setting = { clockMs: 0, shard: 0 }
let outside: Outside | null = null

interface Timer {
  readonly callback: (...args: unknown[]) => unknown
  readonly args: unknown[]
}

const timers = new Map<number, Timer>()
let lastTimer = 0

Math.random = () => random.next()
freezeDate(() => setting.clockMs)
define(globalThis, 'performance', Object.freeze({ now: () => 0, timeOrigin: 0 }))
define(globalThis, 'structuredClone', structuredClone)
define(globalThis, 'queueMicrotask', (callback: () => void) => void then(() => callback()))
define(globalThis, 'setTimeout', startTimer)
define(globalThis, 'setImmediate', (callback: Timer['callback'], ...args: unknown[]) =>
  startTimer(callback, 0, ...args),
)
define(globalThis, 'clearTimeout', (id: unknown) => void timers.delete(Number(id)))
define(globalThis, 'console', makeConsole())

export function connect(to: Outside): void {
  outside = to
}

/** The slot says that a timer's time has come. */
export function fire(id: number): void {
  const timer = timers.get(id)
  timers.delete(id)
  timer?.callback(...timer.args)
}

/** As soon as the slot has had its turn. */
export function afterTurn(callback: () => void): void {
  begin(callback, AT_ONCE, [])
}

function startTimer(callback: Timer['callback'], ms: unknown, ...args: unknown[]): number {
  if (typeof callback !== 'function') throw new TypeError('The "callback" argument must be of type function.')
  return begin(callback, Math.max(0, Number(ms) || 0), args)
}

function begin(callback: Timer['callback'], ms: number, args: unknown[]): number {
  if (timers.size >= TIMERS_MAX) throw new RangeError(`more than ${TIMERS_MAX} timers wait`)
  const id = ++lastTimer
  timers.set(id, { callback, args })
  outside?.timer(id, ms)
  return id
}

function makeConsole(): object {
  const print = (...values: unknown[]): void => outside?.log(setting.shard, values.map(shown).join(' '))
  const names = ['log', 'info', 'debug', 'warn', 'error', 'trace', 'dir', 'table']
  const quiet = [
    'assert',
    'clear',
    'count',
    'countReset',
    'group',
    'groupCollapsed',
    'groupEnd',
    'time',
    'timeEnd',
    'timeLog',
  ]
  const none = (): void => undefined
  return Object.fromEntries([...names.map((name) => [name, print]), ...quiet.map((name) => [name, none])])
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value
  if (value instanceof Error) return value.stack ?? String(value)
  try {
    return (
      JSON.stringify(value, (_key, held: unknown) => (typeof held === 'bigint' ? `${held}n` : held)) ?? String(value)
    )
  } catch {
    return String(value) // it holds itself
  }
}
