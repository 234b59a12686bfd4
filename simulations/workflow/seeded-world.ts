/** Worlds from a seed: unequal machines and links, and what may go against every plan. */
import { Random } from '../kernel/random.ts'
import { type Curve, noLoad } from './curve.ts'
import type { Dag } from './dag.ts'
import { type Machine, straggleKey, type WorkflowWorld } from './world.ts'

export interface WorldWants {
  readonly hubs: number
  readonly seed: number
  readonly latency: number
  /** Transfer over compute time, were every edge to cross a 1 Gb/s link. */
  readonly ccr: number
  /** Coefficient of variation of the true work. */
  readonly noise: number
  readonly changingLoad: boolean
  /** Share of executions that take longer, by `straggleFactor`. */
  readonly stragglers: number
  /** Share of the machines that die at 10 to 70 % of `span`. */
  readonly deaths: number
}

const gigabit = 125e6
const straggleFactor = 4
const loadedShare = 0.6
const onsetError = 1.5
const levelError = 0.1
const loadedSeconds = 4_000

/** @param span about how long the workflow will take: deaths fall into it. */
export function seededWorld(dag: Dag, wants: WorldWants, span: number): WorkflowWorld {
  const { hubs, seed } = wants
  const speeds = new Random(seed, 'speeds')
  const dead = deaths(wants, span)
  const machines = Array.from({ length: hubs }, (_, index): Machine => {
    const speed = 0.5 * 4 ** speeds.next()
    const { load, forecast } = wants.changingLoad ? loads(seed, index) : { load: noLoad, forecast: noLoad }
    return { speed, slots: 1, load, forecast, diesAt: dead.get(index) ?? null }
  })
  return {
    machines,
    latency: wants.latency,
    bandwidth: links(hubs, seed),
    workFactor: noise(dag, wants),
    edgeScale: edgeScale(dag, wants.ccr),
    straggle: stragglers(dag, wants),
  }
}

/** The factor on edge bytes that gives the wanted ratio. */
export function edgeScale(dag: Dag, ccr: number): number {
  const bytes = dag.edges.reduce((sum, [, , size]) => sum + size, 0)
  const work = dag.work.reduce((sum, seconds) => sum + seconds, 0)
  return bytes === 0 ? 0 : (ccr * work * gigabit) / bytes
}

function links(hubs: number, seed: number): number[][] {
  const random = new Random(seed, 'links')
  const bandwidth = Array.from({ length: hubs }, () => new Array<number>(hubs).fill(gigabit))
  for (let from = 0; from < hubs; from++) {
    for (let to = 0; to < from; to++) {
      const bytes = gigabit * random.between(0.5, 1)
      for (const [a, b] of [
        [from, to],
        [to, from],
      ] as const) {
        const row = bandwidth[a]
        if (row !== undefined) row[b] = bytes
      }
    }
  }
  return bandwidth
}

/** Log-normal with mean 1. */
function noise(dag: Dag, { noise: variation, seed }: WorldWants): number[] {
  const random = new Random(seed, 'noise')
  const variance = Math.log(1 + variation ** 2)
  return dag.work.map(() => Math.exp(Math.sqrt(variance) * normal(random) - variance / 2))
}

function stragglers(dag: Dag, { stragglers: share, hubs, seed }: WorldWants): Map<string, number> {
  const random = new Random(seed, 'stragglers')
  const factors = new Map<string, number>()
  if (share <= 0) return factors
  for (let node = 0; node < dag.work.length; node++) {
    for (let hub = 0; hub < hubs; hub++) if (random.chance(share)) factors.set(straggleKey(node, hub), straggleFactor)
  }
  return factors
}

function deaths({ deaths: share, hubs, seed }: WorldWants, span: number): Map<number, number> {
  const random = new Random(seed, 'deaths')
  const times = new Map<number, number>()
  const count = Math.min(hubs - 1, Math.round(share * hubs))
  while (times.size < count) {
    const hub = random.below(hubs)
    if (!times.has(hub)) times.set(hub, span * random.between(0.1, 0.7))
  }
  return times
}

/** On and off, and a forecast that is wrong about when and how much. */
function loads(seed: number, machine: number): { load: Curve; forecast: Curve } {
  const random = new Random(seed, `load ${machine}`)
  if (!random.chance(loadedShare)) return { load: noLoad, forecast: noLoad }
  const period = random.between(20, 60)
  const on = period * random.between(0.25, 0.6)
  const level = random.between(0.5, 0.9)
  const times = [0]
  const levels = [0]
  const saidTimes = [0]
  const saidLevels = [0]
  for (let start = -period * random.next(); start < loadedSeconds; start += period) {
    const said = Math.min(0.95, Math.max(0, level + levelError * normal(random)))
    push(times, levels, start, level)
    push(times, levels, start + on, 0)
    push(saidTimes, saidLevels, start + onsetError * normal(random), said)
    push(saidTimes, saidLevels, start + on + onsetError * normal(random), 0)
  }
  return { load: { times, levels, period: null }, forecast: { times: saidTimes, levels: saidLevels, period: null } }
}

function push(times: number[], levels: number[], time: number, level: number): void {
  const last = times.at(-1) ?? 0
  if (time <= last) {
    levels[levels.length - 1] = level
    return
  }
  times.push(time)
  levels.push(level)
}

function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()))
  return radius * Math.cos(2 * Math.PI * random.next())
}
