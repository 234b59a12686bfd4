/** `shoal simulate chaos`: seeds of random faults, each judged by the invariants. */
import {
  type ChaosOptions,
  type ChaosResult,
  type LedgerChoice,
  ledgerChoices,
  plainChaos,
} from '../../simulations/chaos.ts'
import { type FaultName, faultNames } from '../../simulations/nemesis.ts'
import { sweep } from '../../simulations/sweep.ts'
import { sweepText } from '../../simulations/sweep-text.ts'
import { ShoalError } from '../../src/errors.ts'
import type { Arguments } from '../arguments.ts'
import { exitCodes } from '../exit.ts'
import { nearest } from '../nearest.ts'
import type { Option } from '../verb.ts'
import { writeReport } from './html.ts'

const SEEDS_MAX = 1_000_000
const HUBS_MAX = 1_000
const SHARDS_MAX = 65_536

export const chaosOptions: Readonly<Record<string, Option>> = {
  seeds: { type: 'text', value: 'n', description: 'chaos: how many seeds (default: 100)' },
  faults: { type: 'text', value: 'names', description: 'chaos: all, none, or names with commas between' },
  ledger: {
    type: 'text',
    value: 'kind',
    description: 'chaos: yjs (the real one), replica (fast), or mixed: every 20th seed on yjs (default)',
  },
  exact: { type: 'flag', description: 'chaos: every named fault in every seed, instead of a random subset' },
  only: { type: 'text', value: 'numbers', description: 'chaos: of the faults that the seed draws, only these happen' },
  shrink: { type: 'flag', description: 'chaos: make the first failures small (default: yes)' },
  story: { type: 'flag', description: 'chaos: tell what happened to the shard that a failure names' },
}

export async function simulateChaos(args: Arguments): Promise<number> {
  let shown: ChaosResult | null = null
  const options = chaosOf(args)
  const report = sweep(
    {
      seed: args.whole('seed', 1, 2 ** 31) ?? 1,
      seeds: args.whole('seeds', 1, SEEDS_MAX) ?? 100,
      ...options,
      shrink: !args.isOff('shrink'),
    },
    () => performance.now(),
    (result) => {
      if (shown === null || result.violations.length > 0) shown = result
    },
  )
  if (shown !== null) await writePicture(args, shown, { ...report })
  process.stdout.write(args.flag('json') ? `${JSON.stringify(report)}\n` : sweepText(report, args.flag('story')))
  return report.failed.length === 0 ? exitCodes.done : exitCodes.failed
}

/** Of the last seed that failed; of the first, when none did. */
async function writePicture(args: Arguments, shown: ChaosResult, figures: Record<string, unknown>): Promise<void> {
  await writeReport(args, `chaos, seed ${shown.seed}`, shown.world, figures)
}

function chaosOf(args: Arguments): ChaosOptions {
  const only = args.text('only')
  return {
    hubs: args.whole('hubs', 2, HUBS_MAX) ?? plainChaos.hubs,
    shards: args.whole('shards', 1, SHARDS_MAX) ?? plainChaos.shards,
    faults: faultsOf(args.text('faults') ?? 'all'),
    ledger: ledgerOf(args.text('ledger') ?? 'mixed'),
    isExact: args.flag('exact'),
    ...(only === undefined ? {} : { only: numbersOf(only) }),
  }
}

function faultsOf(list: string): readonly FaultName[] {
  if (list === 'all') return faultNames
  if (list === 'none') return []
  return list.split(',').map((name) => {
    const known = faultNames.find((fault) => fault === name)
    if (known !== undefined) return known
    const near = nearest(name, faultNames)
    throw usage(
      `there is no fault ${JSON.stringify(name)}`,
      near === null ? `one of ${faultNames.join(', ')}` : `did you mean ${near}?`,
    )
  })
}

function ledgerOf(name: string): LedgerChoice {
  const known = ledgerChoices.find((choice) => choice === name)
  if (known === undefined)
    throw usage(`there is no ledger ${JSON.stringify(name)}`, `one of ${ledgerChoices.join(', ')}`)
  return known
}

/** `none`, or numbers with commas between. */
function numbersOf(list: string): number[] {
  if (list === 'none') return []
  const numbers = list.split(',').map(Number)
  if (numbers.every((number) => Number.isInteger(number) && number >= 0)) return numbers
  throw usage(`--only ${JSON.stringify(list)}`, 'none, or numbers with commas between, as a failure names them')
}

function usage(message: string, next: string): ShoalError {
  return new ShoalError('SHOAL_USAGE', `simulate chaos: ${message}`, { next })
}
