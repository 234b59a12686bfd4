/** What the control group allows this process: cores and memory, when less than the machine has. */
import { readIfThere } from './proc-counters.ts'

export interface CgroupReading {
  /** Cores' worth of CPU time allowed; Infinity without a limit. */
  readonly cores: number
  /** CPU seconds the group has used; NaN when not told. */
  readonly cpuSeconds: number
  /** Infinity without a limit. */
  readonly memoryBytesMax: number
  /** Memory of the group that cannot simply be dropped; NaN when not told. */
  readonly memoryUsedBytes: number
}

/** @param folder where control groups are mounted; @param ownPath content of /proc/self/cgroup. */
export function readCgroup(folder: string, ownPath: string): CgroupReading {
  const unified = ownPath
    .split('\n')
    .find((line) => line.startsWith('0::'))
    ?.slice(3)
  const paths = unified === undefined ? [] : ancestors(unified).map((path) => `${folder}${path}`)
  const limited = paths.find(
    (path) => readIfThere(`${path}/cpu.max`) !== null || readIfThere(`${path}/memory.max`) !== null,
  )
  return limited === undefined ? readFirstVersion(folder, ownPath) : readUnified(paths, limited)
}

function readUnified(paths: readonly string[], own: string): CgroupReading {
  const cores = paths.map((path) => quotaCores(readIfThere(`${path}/cpu.max`)))
  const memory = paths.map((path) => limitBytes(readIfThere(`${path}/memory.max`)))
  const stat = readIfThere(`${own}/memory.stat`)
  return {
    cores: Math.min(...cores),
    cpuSeconds: numberIn(readIfThere(`${own}/cpu.stat`), /^usage_usec (\d+)/m) / 1e6,
    memoryBytesMax: Math.min(...memory),
    memoryUsedBytes: numberIn(readIfThere(`${own}/memory.current`), /^(\d+)/) - droppable(stat),
  }
}

/** Each controller has a tree of its own; the tightest limit on the way up holds, and use is read where it does. */
function readFirstVersion(folder: string, ownPath: string): CgroupReading {
  const cpu = firstVersionFolders(folder, ownPath, 'cpu')
  const quotas = cpu.map((path) => {
    const quota = numberIn(readIfThere(`${path}/cpu.cfs_quota_us`), /^(-?\d+)/)
    const period = numberIn(readIfThere(`${path}/cpu.cfs_period_us`), /^(\d+)/)
    return quota > 0 && period > 0 ? quota / period : Number.POSITIVE_INFINITY
  })
  const cores = Math.min(...quotas)
  const limiting = cpu[quotas.indexOf(cores)] ?? folder
  const usage =
    readIfThere(`${limiting}/cpuacct.usage`) ??
    readIfThere(`${firstVersionFolders(folder, ownPath, 'cpuacct')[quotas.indexOf(cores)]}/cpuacct.usage`)
  return { cores, cpuSeconds: numberIn(usage, /^(\d+)/) / 1e9, ...firstVersionMemory(folder, ownPath) }
}

function firstVersionMemory(
  folder: string,
  ownPath: string,
): Pick<CgroupReading, 'memoryBytesMax' | 'memoryUsedBytes'> {
  const memory = firstVersionFolders(folder, ownPath, 'memory')
  const limits = memory.map((path) => limitBytes(readIfThere(`${path}/memory.limit_in_bytes`)))
  const memoryBytesMax = Math.min(...limits)
  const limiting = memory[limits.indexOf(memoryBytesMax)] ?? folder
  const stat = readIfThere(`${limiting}/memory.stat`)
  const used = numberIn(readIfThere(`${limiting}/memory.usage_in_bytes`), /^(\d+)/)
  return { memoryBytesMax, memoryUsedBytes: used - droppable(stat) }
}

/** Where a controller keeps this process and everything above it; inside a container its own tree begins at the mount. */
function firstVersionFolders(folder: string, ownPath: string, controller: string): string[] {
  const own = ownPath
    .split('\n')
    .map((line) => line.split(':'))
    .find(([, controllers]) => controllers?.split(',').includes(controller))
  const [, mount = controller, ...path] = own ?? []
  return [...new Set([mount, controller])].flatMap((name) =>
    ancestors(path.join(':')).map((inner) => `${folder}/${name}${inner}`),
  )
}

/** The path itself and every folder above it, nearest first. */
function ancestors(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..')
  return Array.from({ length: parts.length + 1 }, (_, cut) =>
    parts
      .slice(0, parts.length - cut)
      .map((part) => `/${part}`)
      .join(''),
  )
}

/** `max 100000` or `200000 100000`. */
function quotaCores(text: string | null): number {
  const [quota, period] = (text ?? 'max').trim().split(/\s+/)
  const cores = Number(quota) / Number(period)
  return cores > 0 ? cores : Number.POSITIVE_INFINITY
}

function limitBytes(text: string | null): number {
  const bytes = Number(text?.trim())
  return text !== null && bytes > 0 ? bytes : Number.POSITIVE_INFINITY
}

function droppable(stat: string | null): number {
  const bytes = numberIn(stat, /^(?:total_)?inactive_file (\d+)/m)
  return Number.isNaN(bytes) ? 0 : bytes
}

function numberIn(text: string | null, pattern: RegExp): number {
  return Number(pattern.exec(text ?? '')?.[1] ?? Number.NaN)
}
