/** The demo's screen: a line per event with its time, and the map of shards below while the job runs. */
import { styleText } from 'node:util'
import type { JobReport } from '../../src/client/local-hub.ts'
import type { ProgressTarget } from '../progress.ts'
import { narrate } from './narrate.ts'
import { type Letters, shardMap } from './shard-map.ts'

const MAP_LINE_MS = 1_000

export class Screen {
  readonly #target: ProgressTarget
  readonly #nowMs: () => number
  readonly #startMs: number
  readonly #gone = new Set<string>()
  #shown: JobReport | null = null
  #mapLines = 0
  #mapMs = Number.NEGATIVE_INFINITY
  #lastMap = ''

  /** @param nowMs any monotonic clock, in milliseconds. */
  constructor(target: ProgressTarget, nowMs: () => number = () => performance.now()) {
    this.#target = target
    this.#nowMs = nowMs
    this.#startMs = nowMs()
  }

  say(text: string): void {
    this.#eraseMap()
    const seconds = ((this.#nowMs() - this.#startMs) / 1000).toFixed(1).padStart(5)
    this.#target.write(`${seconds} s  ${text}\n`)
  }

  /** What matters most: a plug pulled, a verdict. */
  shout(text: string): void {
    const colours = this.#target.isTTY === true && !process.env.NO_COLOR
    this.say(colours ? styleText('bold', text, { validateStream: false }) : text)
  }

  /** From now on this hub counts as gone. */
  markGone(hub: string): void {
    this.#gone.add(hub)
  }

  /** Tells what is new about the job and draws its map. */
  show(report: JobReport, letters: Letters): void {
    const news = narrate(this.#shown, report, letters, this.#gone)
    for (const line of news) this.say(line)
    this.#shown = report
    const map = shardMap(report, letters)
    const text = map.join('\n')
    if (text === this.#lastMap || map.length === 0) return
    const onTerminal = this.#target.isTTY === true
    if (!onTerminal && this.#nowMs() - this.#mapMs < MAP_LINE_MS) return
    this.#mapMs = this.#nowMs()
    this.#lastMap = text
    this.#eraseMap()
    for (const line of map) this.#target.write(`         ${line}\n`)
    this.#mapLines = onTerminal ? map.length : 0
  }

  #eraseMap(): void {
    if (this.#mapLines > 0) this.#target.write(`\u001b[${this.#mapLines}A\u001b[0J`)
    this.#mapLines = 0
    this.#lastMap = ''
  }
}
