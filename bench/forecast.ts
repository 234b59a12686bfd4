/** Measures what the load forecast costs a hub per second: three metrics, five horizons, with and without nets. */
import { LoadForecaster } from '../src/forecast/load-forecaster.ts'
import { NetTrainer } from '../src/forecast/net/net-trainer.ts'

const seconds = 1500
const nothing = { cpu: 0, memory: 0, network: 0 }

async function measure(nets: boolean): Promise<void> {
  const trainer = new NetTrainer(1)
  const forecaster = new LoadForecaster(nets ? { train: (set) => trainer.train(set) } : {})
  const times: number[] = []
  for (let second = 0; second < seconds; second++) {
    const wave = 40 + 30 * Math.sin(second / 30) + ((second * 7919) % 13)
    const start = performance.now()
    forecaster.observe({ cpu: wave, memory: 30 + wave / 10, network: 1e6 + wave * 1e4 }, nothing)
    times.push(performance.now() - start)
    // A live hub's loop turns many times between two samples: trained nets arrive.
    if (second % 100 === 0) await new Promise((resolve) => setTimeout(resolve, nets ? 300 : 0))
  }
  await trainer.close()
  const settled = times.slice(seconds / 2).sort((one, other) => one - other)
  const at = (share: number): number => Number((settled[Math.floor(share * (settled.length - 1))] ?? 0).toFixed(3))
  const line = {
    bench: 'forecast',
    nets,
    observeMsP50: at(0.5),
    observeMsP99: at(0.99),
    observeMsMax: at(1),
    trainMs: Math.round(trainer.trainMs),
  }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

await measure(false)
await measure(true)
