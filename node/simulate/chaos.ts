/** `shoal simulate chaos`: seeds of random faults, each judged by the invariants. */
import { availableParallelism } from 'node:os'
import {
  type ChaosOptions,
  type LedgerChoice,
  ledgerChoices,
  plainChaos,
  plainLedger,
  runChaos,
} from '../../simulations/chaos.ts'
import { type FaultName, faultNames } from '../../simulations/nemesis.ts'
import { replayLine } from '../../simulations/sweep.ts'
import { sweepText } from '../../simulations/sweep-text.ts'
import { sweepInThreads } from '../../simulations/sweep-thread.ts'
import type { Arguments } from '../arguments.ts'
import { exitCodes } from '../exit.ts'
import { nearest } from '../nearest.ts'
import type { Option } from '../verb.ts'
import { HUBS_MAX, SHARDS_MAX, usageOf } from './bounds.ts'
import { MessageWatch, writeReport } from './html.ts'

const usage = usageOf('simulate chaos')

const SEEDS_MAX = 1_000_000
const THREADS_MAX = 64

export const chaosOptions: Readonly<Record<string, Option>> = {
  seeds: { type: 'text', value: 'n', description: 'chaos: how many seeds (default: 100)' },
  faults: { type: 'text', value: 'names', description: 'chaos: all, none, or names with commas between' },
  ledger: {
    type: 'text',
    value: 'kind',
    description: 'chaos: yjs (the real one, default), replica (faster), or mixed: every 20th seed on yjs',
  },
  exact: { type: 'flag', description: 'chaos: every named fault in every seed, instead of a random subset' },
  only: { type: 'text', value: 'numbers', description: 'chaos: of the faults that the seed draws, only these happen' },
  threads: { type: 'text', value: 'n', description: 'chaos: on how many threads (default: one for each core)' },
  shrink: { type: 'flag', description: 'chaos: make the first failures small (default: yes)' },
  story: { type: 'flag', description: 'chaos: tell what happened to the shard that a failure names' },
}

export async function simulateChaos(args: Arguments): Promise<number> {
  const options = chaosOf(args)
  const seed = args.whole('seed', 1, 2 ** 31) ?? 1
  const seeds = args.whole('seeds', 1, SEEDS_MAX) ?? 100
  const threads = args.whole('threads', 1, THREADS_MAX) ?? Math.min(THREADS_MAX, availableParallelism())
  const swept = { seed, seeds, ...options, shrink: !args.isOff('shrink') }
  const report = await sweepInThreads(swept, threads, () => performance.now())
  const html = args.text('html')
  if (html !== undefined) await writePicture(html, report.failed[0]?.seed ?? seed, options)
  // Replay lines ask for the story; beside JSON it is in the report.
  const withStory = args.flag('story')
  process.stdout.write(args.flag('json') ? `${JSON.stringify(report)}\n` : sweepText(report, withStory))
  return report.failed.length === 0 ? exitCodes.done : exitCodes.failed
}

/** Of the first seed that failed, of the first of all when none did: run once more. */
async function writePicture(file: string, seed: number, options: ChaosOptions): Promise<void> {
  const messages = new MessageWatch()
  const { world, violations, enabled, executedShare, virtualMs } = runChaos(seed, options, messages.watch)
  const faults = world.history.events.filter(({ kind }) => kind === 'fault')
  await writeReport(file, world, {
    title: `Chaos, seed ${seed}`,
    summary: `${options.hubs} hubs, ${world.jobs.size} jobs, faults of these kinds: ${enabled.join(', ') || 'none'}.`,
    zeroName: 'the swarm was switched on',
    figures: {
      'virtual time': `${Math.round(virtualMs / 1000)} s`,
      'executions per shard': executedShare.toFixed(2),
      faults: String(faults.length),
      messages: String(world.network.messages),
      ledgers: world.ledger === 'yjs' ? 'Yjs' : 'fast replica',
    },
    violations,
    messages: messages.points,
    replay: replayLine(seed, options),
  })
}

function chaosOf(args: Arguments): ChaosOptions {
  const only = args.text('only')
  return {
    hubs: args.whole('hubs', 1, HUBS_MAX) ?? plainChaos.hubs,
    shards: args.whole('shards', 1, SHARDS_MAX) ?? plainChaos.shards,
    faults: faultsOf(args.text('faults') ?? 'all'),
    ledger: ledgerOf(args.text('ledger') ?? plainLedger),
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
