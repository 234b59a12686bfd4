/** Reads the machine's counters: CPU time, memory in use, network bytes; from /proc, else from what `os` tells. */
import { readFileSync } from 'node:fs'
import { cpus, freemem, totalmem } from 'node:os'

export interface MachineCounters {
  /** CPU time since start over all cores, in one unit; only differences and ratios mean something. */
  readonly cpuBusy: number
  readonly cpuTotal: number
  readonly memoryUsedBytes: number
  readonly memoryTotalBytes: number
  /** Bytes received and sent by real interfaces since start. */
  readonly networkBytes: number
}

/** @param procFolder `/proc`; tests hand in a copy. */
export function readCounters(procFolder: string): MachineCounters {
  const stat = readIfThere(`${procFolder}/stat`)
  const memory = readIfThere(`${procFolder}/meminfo`)
  const network = readIfThere(`${procFolder}/net/dev`)
  return {
    ...(stat === null ? osCpu() : parseStat(stat, parseAllowed(readIfThere(`${procFolder}/self/status`) ?? ''))),
    ...(memory === null ? osMemory() : parseMeminfo(memory)),
    networkBytes: network === null ? 0 : parseNetDev(network),
  }
}

/**
 * Steal counts as busy: it is time the machine did not give.
 * @param allowed cores this process may run on, all if null: what happens on others is no load here.
 */
export function parseStat(
  text: string,
  allowed: ReadonlySet<number> | null = null,
): { cpuBusy: number; cpuTotal: number } {
  const lines = text.split('\n')
  const own = lines.filter((line) => allowed?.has(Number(/^cpu(\d+) /.exec(line)?.[1] ?? -1)))
  let [cpuBusy, cpuTotal] = [0, 0]
  for (const line of own.length > 0 ? own : lines.filter((candidate) => candidate.startsWith('cpu '))) {
    // user nice system idle iowait irq softirq steal; guest times are counted in user already.
    const times = line.trim().split(/\s+/).slice(1, 9).map(Number)
    const all = times.reduce((sum, time) => sum + time, 0)
    cpuBusy += all - (times[3] ?? 0) - (times[4] ?? 0)
    cpuTotal += all
  }
  return { cpuBusy, cpuTotal }
}

/** Cores of the affinity mask, from `/proc/self/status` (`0-2,5`); null where it does not say. */
export function parseAllowed(status: string): ReadonlySet<number> | null {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1]
  if (list === undefined) return null
  const cores = new Set<number>()
  for (const part of list.split(',')) {
    const [from = Number.NaN, to = from] = part.split('-').map(Number)
    for (let core = from; core <= to && cores.size < coresMax; core++) cores.add(core)
  }
  return cores
}

/** Of a mask on a virtual machine that could grow to thousands of cores. */
const coresMax = 8192

export function parseMeminfo(text: string): { memoryUsedBytes: number; memoryTotalBytes: number } {
  const bytes = (key: string): number =>
    Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN) * 1024
  const total = bytes('MemTotal')
  const available = bytes('MemAvailable')
  return { memoryUsedBytes: total - (Number.isNaN(available) ? bytes('MemFree') : available), memoryTotalBytes: total }
}

/** Bytes through a bridge or a container's pair appear on the real interface as well. */
const doubled = /^(lo|veth|br-|docker|virbr|ifb|dummy|tap|tun)/

export function parseNetDev(text: string): number {
  let bytes = 0
  for (const line of text.split('\n')) {
    const [name = '', fields] = line.split(':')
    if (fields === undefined || doubled.test(name.trim())) continue
    const counts = fields.trim().split(/\s+/).map(Number)
    bytes += (counts[0] ?? 0) + (counts[8] ?? 0)
  }
  return bytes
}

function osCpu(): { cpuBusy: number; cpuTotal: number } {
  let [cpuBusy, cpuTotal] = [0, 0]
  for (const { times } of cpus()) {
    const busy = times.user + times.nice + times.sys + times.irq
    cpuBusy += busy
    cpuTotal += busy + times.idle
  }
  return { cpuBusy, cpuTotal }
}

function osMemory(): { memoryUsedBytes: number; memoryTotalBytes: number } {
  return { memoryUsedBytes: totalmem() - freemem(), memoryTotalBytes: totalmem() }
}

/** A file of a virtual file system; null where the system has none or does not show it. */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'latin1')
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null
    throw error
  }
}
