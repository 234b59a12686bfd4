/** Samples the machine's load and our own share in it; each sample covers the time since the one before. */
import { availableParallelism } from 'node:os'
import { readCgroup } from './cgroup.ts'
import type { Load } from './load-forecaster.ts'
import { type MachineCounters, readCounters, readIfThere } from './proc-counters.ts'

/** What one slot has used: CPU seconds since its process began, and memory now. */
export interface SlotUsage {
  readonly cpuSeconds: number
  readonly rssBytes: number
}

/** Our own slots, by process id: they come and go between two samples. */
export type OwnUsage = ReadonlyMap<number, SlotUsage>

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
    const memoryBytes = Math.min(counters.memoryTotalBytes, group.memoryBytesMax)
    const used = ownCpuSeconds(before.own, own)
    return {
      total,
      // Counters are read one after another: the own part is never more than all.
      own: {
        cpu: Math.min(percent(used / (seconds * cores)), total.cpu),
        memory: Math.min(percent(known(rssBytes(own) / memoryBytes)), total.memory),
        network: 0,
      },
      cores,
    }
  }
}

/** What the slots used between two readings. A slot that began meanwhile counts from its beginning; one that ended is over. */
function ownCpuSeconds(before: OwnUsage, now: OwnUsage): number {
  let seconds = 0
  for (const [pid, { cpuSeconds }] of now) {
    const earlier = before.get(pid)?.cpuSeconds ?? 0
    // Less than before: another process has got the same id.
    seconds += cpuSeconds >= earlier ? cpuSeconds - earlier : cpuSeconds
  }
  return seconds
}

function rssBytes(own: OwnUsage): number {
  let bytes = 0
  for (const slot of own.values()) bytes += slot.rssBytes
  return bytes
}

function share(before: MachineCounters, now: MachineCounters): number {
  const total = now.cpuTotal - before.cpuTotal
  return total > 0 ? (now.cpuBusy - before.cpuBusy) / total : 0
}

function memoryShare({ memoryUsedBytes, memoryTotalBytes }: MachineCounters): number {
  return known(memoryUsedBytes / memoryTotalBytes)
}

function known(ratio: number): number {
  return Number.isFinite(ratio) ? ratio : 0
}

function percent(ratio: number): number {
  return Math.min(Math.max(ratio * 100, 0), 100)
}
