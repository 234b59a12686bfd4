/** Samples the machine's load and our own share in it; each sample covers the time since the one before. */
import { availableParallelism } from 'node:os'
import { readCgroup } from './cgroup.ts'
import type { Load } from './load-forecaster.ts'
import { type MachineCounters, readCounters, readIfThere } from './proc-counters.ts'

/** What our own slots have used: CPU seconds since their start, memory now, bytes sent and received since start. */
export interface OwnUsage {
  readonly cpuSeconds: number
  readonly rssBytes: number
  readonly networkBytes?: number
}

export interface LoadSample {
  /** The whole machine (or what the control group allows of it), own slots included. */
  readonly total: Load
  /** The part of `total` that own slots cause. */
  readonly own: Load
  /** Cores that may be used; a fraction under a quota. */
  readonly cores: number
}

export interface SamplerOptions {
  readonly procFolder?: string
  readonly cgroupFolder?: string
  /** Cores this process may run on, quota aside. */
  readonly cores?: number
  /** Monotonic milliseconds. */
  readonly nowMs?: () => number
}

/** Counters tick a hundred times a second: a shorter interval measures the ticks. */
const intervalMsMin = 100

interface Reading {
  readonly atMs: number
  readonly counters: MachineCounters
  readonly groupCpuSeconds: number
  readonly own: OwnUsage
}

export class LoadSampler {
  readonly #procFolder: string
  readonly #cgroupFolder: string
  readonly #machineCores: number
  readonly #nowMs: () => number
  #before: Reading | null = null

  constructor(options: SamplerOptions = {}) {
    this.#procFolder = options.procFolder ?? '/proc'
    this.#cgroupFolder = options.cgroupFolder ?? '/sys/fs/cgroup'
    this.#machineCores = options.cores ?? availableParallelism()
    this.#nowMs = options.nowMs ?? (() => performance.now())
  }

  /** The load since the last sample; null the first time, and when hardly any time has passed. */
  sample(own: OwnUsage): LoadSample | null {
    const atMs = this.#nowMs()
    const before = this.#before
    if (before !== null && atMs - before.atMs < intervalMsMin) return null
    const group = readCgroup(this.#cgroupFolder, readIfThere(`${this.#procFolder}/self/cgroup`) ?? '')
    const counters = readCounters(this.#procFolder)
    this.#before = { atMs, counters, groupCpuSeconds: group.cpuSeconds, own }
    if (before === null) return null
    const seconds = (atMs - before.atMs) / 1000
    const cores = Math.min(this.#machineCores, group.cores)
    const groupCpu =
      group.cores < this.#machineCores ? (group.cpuSeconds - before.groupCpuSeconds) / seconds / cores : 0
    const total: Load = {
      cpu: percent(Math.max(share(before.counters, counters), known(groupCpu))),
      memory: percent(Math.max(memoryShare(counters), known(group.memoryUsedBytes / group.memoryBytesMax))),
      network: Math.max(0, counters.networkBytes - before.counters.networkBytes) / seconds,
    }
    return {
      total,
      own: ownLoad(own, before.own, total, seconds, cores, memoryMax(counters, group.memoryBytesMax)),
      cores,
    }
  }
}

/** Own load is never more than the total: counters are read one after another, and slots come and go. */
function ownLoad(
  own: OwnUsage,
  before: OwnUsage,
  total: Load,
  seconds: number,
  cores: number,
  memoryBytes: number,
): Load {
  const cpu = percent(Math.max(0, own.cpuSeconds - before.cpuSeconds) / (seconds * cores))
  const bytes = Math.max(0, (own.networkBytes ?? 0) - (before.networkBytes ?? 0)) / seconds
  return {
    cpu: Math.min(cpu, total.cpu),
    memory: Math.min(percent(own.rssBytes / memoryBytes), total.memory),
    network: Math.min(bytes, total.network),
  }
}

function share(before: MachineCounters, now: MachineCounters): number {
  const total = now.cpuTotal - before.cpuTotal
  return total > 0 ? (now.cpuBusy - before.cpuBusy) / total : 0
}

function memoryShare({ memoryUsedBytes, memoryTotalBytes }: MachineCounters): number {
  return known(memoryUsedBytes / memoryTotalBytes)
}

function memoryMax({ memoryTotalBytes }: MachineCounters, groupMax: number): number {
  return Math.min(memoryTotalBytes, groupMax)
}

function known(ratio: number): number {
  return Number.isFinite(ratio) ? ratio : 0
}

function percent(ratio: number): number {
  return Math.min(Math.max(ratio * 100, 0), 100)
}
