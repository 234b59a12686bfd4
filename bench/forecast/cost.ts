/** What the load forecast costs a hub per second of its life: three metrics, five horizons, nets trained beside the loop. */
import { availableParallelism } from 'node:os'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { busyTimer } from '../../src/forecast/busy-time.ts'
import { LoadForecaster } from '../../src/forecast/load-forecaster.ts'
import { NetTrainer } from '../../src/forecast/net/net-trainer.ts'

/** More than an hour of samples: the history is full, every expert speaks. */
const seconds = 5000
/** Samples come this much faster than in life; nets have the same share of a sample's time to arrive in. */
const sampleMs = 4

/** Prints the share of one core at one sample a second, all threads counted, and the longest gap of the event loop. */
export async function measureCost(nets: boolean): Promise<void> {
  const trainer = new NetTrainer(1)
  const forecaster = new LoadForecaster(nets ? { train: (set) => trainer.train(set) } : {})
  for (let second = 0; second < seconds / 2; second++) observe(forecaster, second)
  const loop = monitorEventLoopDelay({ resolution: 1 })
  loop.enable()
  const before = process.cpuUsage()
  const steps: number[] = []
  const blocked: number[] = []
  for (let second = seconds / 2; second < seconds; second++) {
    const busyMs = busyTimer()
    const beganMs = performance.now()
    observe(forecaster, second)
    steps.push(busyMs())
    const observedMs = performance.now()
    await new Promise((resolve) => setTimeout(resolve, sampleMs))
    blocked.push(observedMs - beganMs, performance.now() - observedMs - sampleMs)
  }
  const used = process.cpuUsage(before)
  loop.disable()
  await trainer.close()
  steps.sort((one, other) => one - other)
  const at = (share: number): number => rounded(steps[Math.floor(share * (steps.length - 1))] ?? 0)
  const line = {
    bench: 'forecast-cost',
    nets,
    cores: availableParallelism(),
    percentOfOneCore: rounded(((used.user + used.system) / 1e6 / (seconds / 2)) * 100),
    observeMsP50: at(0.5),
    observeMsP99: at(0.99),
    observeMsMax: at(1),
    /** By the clock: a sample, or by how much the timer after it was late. Whatever else the machine does is in it, and what trains nets 250 times as often. */
    blockedMsMax: rounded(Math.max(...blocked)),
    /** The same as the histogram of Node has it, whose own timer waits in the same line. */
    loopGapMsP999: rounded(loop.percentile(99.9) / 1e6),
    loopGapMsMax: rounded(loop.max / 1e6),
    trainMs: Math.round(trainer.trainMs),
  }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function observe(forecaster: LoadForecaster, second: number): void {
  const wave = 40 + 30 * Math.sin(second / 30) + ((second * 7919) % 13)
  const nothing = { cpu: 0, memory: 0, network: 0 }
  forecaster.observe({ cpu: wave, memory: 30 + wave / 10, network: 1e6 + wave * 1e4 }, nothing)
}

function rounded(value: number): number {
  return Number(value.toPrecision(3))
}
