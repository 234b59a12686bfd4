/** A hub that another one asks for work while the load of its machine changes; what it asked of the world is gathered. */
import type { LoadReport } from '../../src/hub/beacon.ts'
import type { Effect } from '../../src/hub/effect.ts'
import { only, type Pair } from './pair.ts'

/** What a load monitor says that expects a machine to stay as it is. */
export function steadyLoad(cpu: number): LoadReport {
  const none = { mean: 0, p90: 0 }
  const forecast = [{ horizonMs: 1_000, cpu: { mean: cpu, p90: cpu }, memory: none, network: none }]
  return { load: { cpu, memory: 0, network: 0 }, forecast, forecastError: {} }
}

export class AskedHub {
  readonly pair: Pair
  readonly effects: Effect[] = []
  #request = 0

  constructor(pair: Pair) {
    this.pair = pair
  }

  tell(input: Parameters<Pair['input']>[0]): void {
    this.effects.push(...this.pair.input(input))
  }

  pass(ms: number): void {
    this.effects.push(...this.pair.pass(ms))
  }

  load(cpu: number): void {
    this.tell({ type: 'load', report: steadyLoad(cpu) })
  }

  /** `b` asks for work, as an idle hub does, every 200 ms, or several hubs do. */
  asksFor(ms: number, hubs: readonly string[] = ['b']): void {
    for (let passed = 0; passed < ms; passed += 200) {
      for (const from of hubs) {
        this.tell({ type: 'message', from, message: { type: 'steal', request: ++this.#request, startInMs: 0 } })
      }
      this.pass(200)
    }
  }

  get given() {
    return only(this.effects, 'send').flatMap(({ message }) =>
      message.type === 'stolen' && message.given !== null ? [message.given] : [],
    )
  }
}
