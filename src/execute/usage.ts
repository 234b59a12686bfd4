/** What slot processes use of this machine: CPU seconds and resident memory, from /proc; zero where there is none. */
import { readFileSync } from 'node:fs'

export interface Usage {
  /** CPU time since the process began, all its threads, in seconds. */
  readonly cpuSeconds: number
  readonly rssBytes: number
}

const NOTHING: Usage = { cpuSeconds: 0, rssBytes: 0 }
// Linux shows /proc times in USER_HZ, which is 100 on every architecture node runs on.
const TICKS_PER_SECOND = 100
const onLinux = process.platform === 'linux'
const pageBytes = onLinux ? readPageBytes() : 4096

/** Usage of one process; zero when it is gone or the system does not tell. */
export function processUsage(pid: number): Usage {
  const stat = onLinux && pid > 0 ? readProc(`/proc/${pid}/stat`) : null
  if (stat === null) return NOTHING
  // The name in parentheses may contain anything; fields count from behind it. 14, 15: user and system ticks; 24: pages.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[11]) + Number(fields[12])
  return { cpuSeconds: ticks / TICKS_PER_SECOND, rssBytes: Number(fields[21]) * pageBytes }
}

/** Resident memory in bytes; 0 when the process is gone or the system does not tell. */
export function residentBytes(pid: number): number {
  const statm = onLinux && pid > 0 ? readProc(`/proc/${pid}/statm`) : null
  return statm === null ? 0 : Number(statm.split(' ')[1]) * pageBytes
}

/** Usage of each of several processes, by process id. */
export function usageByPid(pids: Iterable<number>): Map<number, Usage> {
  return new Map([...pids].map((pid) => [pid, processUsage(pid)]))
}

function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'latin1')
  } catch (error) {
    // ENOENT and ESRCH: the process ended meanwhile.
    if (error instanceof Error && 'code' in error) return null
    throw error
  }
}

/** The auxiliary vector of this process holds the page size under key 6 (AT_PAGESZ). */
function readPageBytes(): number {
  const auxv = readFileSync('/proc/self/auxv')
  for (let offset = 0; offset + 16 <= auxv.byteLength; offset += 16) {
    if (auxv.readBigUInt64LE(offset) === 6n) return Number(auxv.readBigUInt64LE(offset + 8))
  }
  return 4096
}
