/** `shoal simulate`: the same hubs on a virtual clock, under faults, cut in two, or in great numbers. */

import { plainChaos } from '../../simulations/chaos.ts'
import { type FaultName, faultNames } from '../../simulations/nemesis.ts'
import { simulatePartition } from '../../simulations/partition.ts'
import { simulateScale } from '../../simulations/scale.ts'
import { sweep } from '../../simulations/sweep.ts'
import { sweepText } from '../../simulations/sweep-text.ts'
import { ShoalError } from '../../src/errors.ts'
import type { Arguments } from '../arguments.ts'
import { exitCodes } from '../exit.ts'
import { jsonOption, type Verb } from '../verb.ts'

const SEEDS_MAX = 1_000_000
const HUBS_MAX = 1_000
const SHARDS_MAX = 65_536

export const simulate: Verb = {
  name: 'simulate',
  summary: 'Run the hubs of this version on a virtual clock: chaos, partition or scale.',
  positionals: [{ name: 'what', description: 'chaos, partition or scale', required: true }],
  options: {
    seeds: { type: 'text', value: 'n', description: 'chaos: how many seeds (default: 100)' },
    seed: { type: 'text', value: 'n', description: 'first seed (default: 1)' },
    hubs: { type: 'text', value: 'n', description: 'machines in the swarm' },
    shards: { type: 'text', value: 'n', description: 'shards of the work' },
    faults: { type: 'text', value: 'names', description: 'chaos: all, none, or names with commas between' },
    split: { type: 'text', value: 'a/b', description: 'partition: sizes of the sides (default: halves)' },
    at: { type: 'text', value: 'time', description: 'partition: when the network splits (default: 10s)' },
    heal: { type: 'text', value: 'time', description: 'partition: when it heals (default: 40s)' },
    json: jsonOption,
  },
  async run(args) {
    const what = args.required('what')
    if (what === 'chaos') return chaos(args)
    if (what === 'partition') return partition(args)
    if (what === 'scale') return scale(args)
    throw usage(`there is no simulation ${JSON.stringify(what)}`, 'chaos, partition or scale')
  },
}

function chaos(args: Arguments): number {
  const report = sweep(
    {
      seed: args.whole('seed', 1, 2 ** 31) ?? 1,
      seeds: args.whole('seeds', 1, SEEDS_MAX) ?? 100,
      hubs: args.whole('hubs', 2, HUBS_MAX) ?? plainChaos.hubs,
      shards: args.whole('shards', 1, SHARDS_MAX) ?? plainChaos.shards,
      faults: faultsOf(args.text('faults') ?? 'all'),
    },
    () => performance.now(),
  )
  process.stdout.write(args.flag('json') ? `${JSON.stringify(report)}\n` : sweepText(report))
  return report.failed.length === 0 ? exitCodes.done : exitCodes.failed
}

function partition(args: Arguments): number {
  const hubs = args.whole('hubs', 2, HUBS_MAX) ?? 8
  const atMs = args.durationMs('at') ?? 10_000
  const healMs = args.durationMs('heal') ?? 40_000
  if (healMs <= atMs) throw usage('the network cannot heal before it splits', 'give --heal a later time than --at')
  const sides = sidesOf(args.text('split'), hubs)
  const report = simulatePartition({ seed: args.whole('seed', 1, 2 ** 31) ?? 1, sides, atMs, healMs, shardMs: 100 })
  if (args.flag('json')) process.stdout.write(`${JSON.stringify(report)}\n`)
  else {
    const twice = (report.duplicatedWork * 100).toFixed(1)
    process.stdout.write(
      `${report.completed ? 'completed' : 'did not complete'} after ${report.wallMs} ms (${report.idealMs} ms without a partition)\n` +
        `${twice} % of the shards were run twice; agreed ${report.convergedMs} ms after the healing\n`,
    )
  }
  return report.completed ? exitCodes.done : exitCodes.failed
}

/** Smaller swarms first: growth says more than one number. */
function scale(args: Arguments): number {
  const hubs = args.whole('hubs', 2, HUBS_MAX) ?? 100
  const shards = args.whole('shards', 1, SHARDS_MAX) ?? 1_000
  const seed = args.whole('seed', 1, 2 ** 31) ?? 1
  const at = (count: number) =>
    simulateScale({ seed, hubs: count, shards: Math.ceil((shards * count) / hubs), shardMs: 1_000 }, usedHeap)
  const growth = [10, 100].filter((count) => count < hubs).map(at)
  const report = at(hubs)
  if (args.flag('json')) process.stdout.write(`${JSON.stringify({ ...report, growth })}\n`)
  else {
    for (const one of [...growth, report]) {
      process.stdout.write(
        `${one.hubs} hubs, ${one.shards} shards: ${one.makespanToIdeal}x the ideal time; per hub ` +
          `${one.messagesPerHubPerSecond} messages/s, ${one.bytesPerHubPerSecond} bytes/s\n`,
      )
    }
  }
  return report.completed ? exitCodes.done : exitCodes.failed
}

function usedHeap(): number {
  return process.memoryUsage().heapUsed
}

function faultsOf(list: string): readonly FaultName[] {
  if (list === 'all') return faultNames
  if (list === 'none') return []
  return list.split(',').map((name) => {
    const known = faultNames.find((fault) => fault === name)
    if (known === undefined) throw usage(`there is no fault ${JSON.stringify(name)}`, `one of ${faultNames.join(', ')}`)
    return known
  })
}

function sidesOf(text: string | undefined, hubs: number): number[] {
  if (text === undefined) return [Math.ceil(hubs / 2), Math.floor(hubs / 2)]
  const sides = text.split('/').map(Number)
  const total = sides.reduce((sum, side) => sum + side, 0)
  if (sides.length < 2 || !sides.every((side) => Number.isInteger(side) && side > 0) || total > HUBS_MAX) {
    throw usage(`--split ${JSON.stringify(text)} names no sides`, 'two or more sizes, as in 5/3')
  }
  return sides
}

function usage(message: string, next: string): ShoalError {
  return new ShoalError('SHOAL_USAGE', message, { next })
}
