/** `npm run sim`: sweeps seeds of chaos, as `shoal simulate chaos` does, without the rest of the command line. */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { type LedgerChoice, ledgerChoices, plainChaos, plainLedger } from './chaos.ts'
import { type FaultName, faultNames } from './nemesis.ts'
import { sweepText } from './sweep-text.ts'
import { sweepInThreads } from './sweep-thread.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    hubs: { type: 'string', default: String(plainChaos.hubs) },
    shards: { type: 'string', default: String(plainChaos.shards) },
    faults: { type: 'string', default: 'all' },
    ledger: { type: 'string', default: plainLedger },
    threads: { type: 'string', default: String(availableParallelism()) },
    json: { type: 'boolean', default: false },
    story: { type: 'boolean', default: false },
    exact: { type: 'boolean', default: false },
    only: { type: 'string' },
    shrink: { type: 'boolean', default: false },
    'fail-fast': { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
})

const report = await sweepInThreads(
  {
    seed: number('seed'),
    seeds: number('seeds'),
    hubs: number('hubs'),
    shards: number('shards'),
    faults: faultsOf(values.faults),
    ledger: ledgerOf(values.ledger),
    failFast: values['fail-fast'],
    shrink: values.shrink,
    isExact: values.exact,
    ...(values.only === undefined ? {} : { only: values.only === 'none' ? [] : values.only.split(',').map(Number) }),
  },
  number('threads'),
  () => performance.now(),
  ({ seed, hash, virtualMs, executedShare, enabled }) => {
    if (!values.verbose) return
    process.stdout.write(`${seed} ${hash} ${virtualMs.toFixed(0)} ms `)
    process.stdout.write(`${executedShare.toFixed(2)} executions per shard, ${enabled.join()}\n`)
  },
)
process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : sweepText(report, values.story))
process.exitCode = report.failed.length === 0 ? 0 : 1

function number(name: 'seed' | 'seeds' | 'hubs' | 'shards' | 'threads'): number {
  const value = Number(values[name])
  if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`--${name} takes a positive number`)
  return value
}

function faultsOf(list: string): FaultName[] {
  if (list === 'all') return [...faultNames]
  if (list === 'none') return []
  return list.split(',').map((name) => {
    const known = faultNames.find((fault) => fault === name)
    if (known === undefined) throw new RangeError(`there is no fault ${name}: ${faultNames.join(', ')}`)
    return known
  })
}

function ledgerOf(name: string): LedgerChoice {
  const known = ledgerChoices.find((choice) => choice === name)
  if (known === undefined) throw new RangeError(`--ledger takes one of ${ledgerChoices.join(', ')}`)
  return known
}
