/** `shoal simulate`: the same hubs on a virtual clock, under faults, cut in two, or in great numbers. */

import { writeFile } from 'node:fs/promises'
import { type ChaosResult, type LedgerChoice, ledgerChoices, plainChaos } from '../../simulations/chaos.ts'
import type { FamilyPlan } from '../../simulations/kernel/workload.ts'
import type { SimWorld } from '../../simulations/kernel/world.ts'
import { type FaultName, faultNames } from '../../simulations/nemesis.ts'
import { type PartitionReport, runPartition } from '../../simulations/partition.ts'
import { simulateScale } from '../../simulations/scale.ts'
import { sweep } from '../../simulations/sweep.ts'
import { sweepText } from '../../simulations/sweep-text.ts'
import { ShoalError } from '../../src/errors.ts'
import { type Arguments, parseDurationMs } from '../arguments.ts'
import { exitCodes } from '../exit.ts'
import { jsonOption, type Verb } from '../verb.ts'
import { simulateWorkflowCommand, workflowOptions } from './simulate-workflow.ts'

const SEEDS_MAX = 1_000_000
const HUBS_MAX = 1_000
const SHARDS_MAX = 65_536
const SHARDS_PER_HUB = 8

export const simulate: Verb = {
  name: 'simulate',
  summary: 'Run the hubs of this version on a virtual clock: chaos, partition or scale, or a job of yours.',
  positionals: [
    {
      name: 'what',
      description: 'chaos, partition or scale; or a module, whose partition is simulated',
      required: true,
    },
    {
      name: 'file',
      description: 'partition: a module; its shards and their costs come from a run on this machine',
      required: false,
    },
  ],
  options: {
    seeds: { type: 'text', value: 'n', description: 'chaos: how many seeds (default: 100)' },
    seed: { type: 'text', value: 'n', description: 'first seed (default: 1)' },
    hubs: { type: 'text', value: 'n', description: 'machines in the swarm' },
    shards: { type: 'text', value: 'n', description: 'shards of the work' },
    faults: { type: 'text', value: 'names', description: 'chaos: all, none, or names with commas between' },
    ledger: {
      type: 'text',
      value: 'kind',
      description: 'chaos: yjs (the real one), replica (fast), or mixed: every 20th seed on yjs (default)',
    },
    split: { type: 'text', value: 'a/b', description: 'partition: sizes of the sides (default: halves)' },
    at: { type: 'text', value: 'time', description: 'partition: when the network splits (default: 10s)' },
    heal: { type: 'text', value: 'time', description: 'partition: when it heals (default: 40s)' },
    partition: {
      type: 'text',
      value: 'a/b@t..u',
      description: 'for a module: sides and times at once, as 4/4@10s..40s',
    },
    input: { type: 'text', value: 'json', description: 'for a module: its input, as for run' },
    scale: { type: 'text', value: 'n', description: 'for a module: let it make its input' },
    chunks: { type: 'text', value: 'n', description: 'for a module: force every family into n shards' },
    html: {
      type: 'text',
      value: 'file',
      description: 'partition, or chaos with one seed: write the run as one HTML file',
    },
    ...workflowOptions,
    json: jsonOption,
  },
  async run(args) {
    const what = args.required('what')
    if (what === 'workflow') return simulateWorkflowCommand(args)
    if (what === 'chaos') return chaos(args)
    if (what === 'partition') return partition(args, args.text('file'))
    if (what === 'scale') return scale(args)
    if (/\.[cm]?[jt]s$/.test(what)) return partition(args, what)
    throw usage(`there is no simulation ${JSON.stringify(what)}`, 'workflow, chaos, partition or scale')
  },
}

async function chaos(args: Arguments): Promise<number> {
  const html = args.text('html')
  const last: ChaosResult[] = []
  const report = sweep(
    {
      seed: args.whole('seed', 1, 2 ** 31) ?? 1,
      seeds: args.whole('seeds', 1, SEEDS_MAX) ?? 100,
      hubs: args.whole('hubs', 2, HUBS_MAX) ?? plainChaos.hubs,
      shards: args.whole('shards', 1, SHARDS_MAX) ?? plainChaos.shards,
      faults: faultsOf(args.text('faults') ?? 'all'),
      ledger: ledgerOf(args.text('ledger') ?? 'mixed'),
    },
    () => performance.now(),
    (result) => {
      if (html !== undefined) last[0] = result
    },
  )
  const [shown] = last
  if (html !== undefined && shown !== undefined)
    await writeHtml(html, `chaos, seed ${shown.seed}`, shown, { ...report })
  process.stdout.write(args.flag('json') ? `${JSON.stringify(report)}\n` : sweepText(report))
  return report.failed.length === 0 ? exitCodes.done : exitCodes.failed
}

async function partition(args: Arguments, file: string | undefined): Promise<number> {
  const hubs = args.whole('hubs', 2, HUBS_MAX) ?? 8
  const [, splitText = args.text('split'), atText, healText] = partitionParts(args.text('partition'))
  const atMs = atText === undefined ? (args.durationMs('at') ?? 10_000) : durationMs(atText)
  const healMs = healText === undefined ? (args.durationMs('heal') ?? 40_000) : durationMs(healText)
  if (healMs <= atMs) throw usage('the network cannot heal before it splits', 'give --heal a later time than --at')
  const sides = sidesOf(splitText, hubs)
  const families = file === undefined ? {} : { families: await profiled(args, file, hubs) }
  const seed = args.whole('seed', 1, 2 ** 31) ?? 1
  const { report, world } = runPartition({ seed, sides, atMs, healMs, shardMs: 100, ...families })
  const html = args.text('html')
  if (html !== undefined) await writeHtml(html, `partition ${sides.join('/')}`, { world }, { ...report })
  process.stdout.write(args.flag('json') ? `${JSON.stringify(report)}\n` : partitionText(report))
  return report.completed ? exitCodes.done : exitCodes.failed
}

/** As many shards as keep every simulated hub busy, unless told otherwise. */
async function profiled(args: Arguments, file: string, hubs: number): Promise<FamilyPlan[]> {
  const { profileJob } = await import('../profiled-job.ts')
  const chunks = args.whole('chunks', 1, SHARDS_MAX) ?? SHARDS_PER_HUB * hubs
  return profileJob(file, { input: args.text('input'), scale: args.number('scale'), chunks })
}

function durationMs(text: string): number {
  const ms = parseDurationMs(text)
  if (ms === null) throw usage(`${JSON.stringify(text)} is no duration`, 'write it as 500ms, 8s or 1h')
  return ms
}

function partitionText(report: PartitionReport): string {
  const twice = (report.duplicatedWork * 100).toFixed(1)
  return (
    `${report.completed ? 'completed' : 'did not complete'} after ${report.wallMs} ms (${report.idealMs} ms without a partition)\n` +
    `${twice} % of the shards were run twice; agreed ${report.convergedMs} ms after the healing\n`
  )
}

/** `sides@begin..end`, in parts; nothing when it was not given. */
function partitionParts(text: string | undefined): readonly (string | undefined)[] {
  if (text === undefined) return []
  const parts = /^([^@]+)@(.+?)\.\.(.+)$/.exec(text)
  if (parts === null) throw usage(`--partition ${JSON.stringify(text)} cannot be read`, 'write it as 4/4@10s..40s')
  return parts
}

async function writeHtml(
  file: string,
  title: string,
  { world }: { readonly world: SimWorld },
  figures: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { htmlReport } = await import('../../simulations/report/html.ts')
  const { events } = world.history
  await writeFile(file, htmlReport({ title, events, endMs: world.events.nowMs, figures }))
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

function ledgerOf(name: string): LedgerChoice {
  const known = ledgerChoices.find((choice) => choice === name)
  if (known === undefined)
    throw usage(`there is no ledger ${JSON.stringify(name)}`, `one of ${ledgerChoices.join(', ')}`)
  return known
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
