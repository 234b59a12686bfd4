/** A hub's slots as processes: one warm spare, one tenant per process at a time, replaced when lost. */
import { fileURLToPath } from 'node:url'
import { assert, ShoalError } from '../errors.ts'
import { counts, slotLimits } from '../limits.ts'
import type { IsolationLevel } from '../program/isolation-level.ts'
import type { JobId } from '../program/ref.ts'
import { type Guard, noGuard } from './isolation/guard.ts'
import type { SlotLauncher } from './launcher.ts'
import { Paces } from './pace.ts'
import { RootRun } from './root-run.ts'
import { ShardRun } from './shard-run.ts'
import { type ProcessEnd, SlotProcess } from './slot-process.ts'
import type {
  JobSetting,
  RootHandle,
  RootListener,
  RootRequest,
  RunHandle,
  RunListener,
  RunRequest,
  SlotPool,
} from './slots.ts'
import { residentBytes, type Usage, usageByPid } from './usage.ts'
import { MemoryWatchdog } from './watchdog.ts'

export interface ProcessSlotPoolOptions {
  /** Runs that may go on at once. */
  readonly size: number
  /** Told what happens to processes, one line each. */
  readonly log: (line: string) => void
  /** Absolute URL of the module in the slot that exports `loadProgram` (decompose/runtime/contract.ts); another runtime, or a test's. */
  readonly runtimeUrl?: string
  /** How processes are started; plain child processes unless told otherwise. */
  readonly launcher?: SlotLauncher
  /** Decides how per job; takes the place of `launcher`. */
  readonly guard?: Guard
  /** Whether slots give way to programs of other sessions, too. */
  readonly yields?: boolean
}

export class ProcessSlotPool implements SlotPool {
  readonly size: number
  readonly isolation: IsolationLevel
  readonly #log: (line: string) => void
  readonly #guard: Guard
  readonly #runtimeUrl: string
  readonly #yields: boolean
  readonly #memory = new MemoryWatchdog()
  readonly #paces = new Paces()
  readonly #processes = new Set<SlotProcess>()
  readonly #idle: SlotProcess[] = []
  readonly #waitingRoots: RootRun[] = []
  #runs = 0
  #roots = 0
  #stopped = false
  /** What spares are kept of: how the last job was run. */
  #usual: SlotLauncher

  constructor(options: ProcessSlotPoolOptions) {
    assert(options.size > 0 && options.size <= counts.slotsMax, 'a pool has 1 to slotsMax slots')
    this.size = options.size
    this.#log = options.log
    this.#yields = options.yields ?? false
    this.#guard = options.guard ?? noGuard(options.launcher)
    this.isolation = this.#guard.level
    this.#usual = this.#guard.usual
    this.#runtimeUrl = options.runtimeUrl ?? sibling('../decompose/runtime/program')
  }

  /** Starts the first process, so that the first run finds it warm. @throws ShoalError SHOAL_SLOT_START. */
  async start(): Promise<void> {
    const first = this.#launch(this.#usual)
    this.#idle.push(first)
    const problem = await first.started
    if (problem !== null) throw problem
  }

  run(request: RunRequest, listener: RunListener): RunHandle {
    assert(!this.#stopped, 'a stopped pool runs nothing')
    assert(this.#runs < this.size, 'the hub gives a slot its next run only when the last has ended')
    this.#runs++
    const process = this.#acquire(request.setting)
    const released = (): void => {
      this.#runs--
      this.#release(process, request.limits.memoryBytesMax)
    }
    const pace = this.#paces.of(request.setting.program.key, request.spot)
    const run = new ShardRun(process, request, listener, { memory: this.#memory, pace, released })
    this.#keepSpare()
    return run
  }

  root(request: RootRequest, listener: RootListener): RootHandle {
    assert(!this.#stopped, 'a stopped pool runs nothing')
    const root = new RootRun(request, listener, (ended, process) => this.#rootEnded(ended, process))
    this.#waitingRoots.push(root)
    this.#startRoots()
    return root
  }

  /** CPU time and memory of each slot process that lives now, by process id. */
  usage(): ReadonlyMap<number, Usage> {
    return usageByPid(this.pids())
  }

  /** Process ids of all slots, spare and waiting ones included. */
  pids(): number[] {
    return [...this.#processes].map((process) => process.pid).filter((pid) => pid > 0)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const root of this.#waitingRoots.splice(0)) root.cancel()
    const ending = [...this.#processes]
    for (const process of ending) process.kill({ kind: 'cancelled' })
    await Promise.all(ending.map((process) => process.gone))
  }

  #startRoots(): void {
    while (!this.#stopped && this.#roots < counts.rootsMax) {
      const root = this.#waitingRoots.shift()
      if (root === undefined) break
      if (root.cancelled) continue
      this.#roots++
      root.start(this.#acquire(root.setting), this.#memory)
    }
    this.#keepSpare()
  }

  #rootEnded(root: RootRun, process: SlotProcess | null): void {
    if (process === null) {
      const position = this.#waitingRoots.indexOf(root)
      if (position >= 0) this.#waitingRoots.splice(position, 1)
      return
    }
    this.#roots--
    this.#release(process, root.memoryBytesMax)
    this.#startRoots()
  }

  /** An idle process that has the program, else the one used last, else a new one. @throws ShoalError SHOAL_ROLE_MISSING. */
  #acquire(setting: JobSetting): SlotProcess {
    const launcher = this.#guard.launcherFor(setting)
    if (launcher === null) throw unwanted(setting)
    this.#usual = launcher
    const fits = (process: SlotProcess): boolean =>
      process.alive && process.launcher === launcher && isFor(process, setting.job)
    const known = this.#idle.findLastIndex((process) => fits(process) && process.has(setting.program.key))
    const position = known >= 0 ? known : this.#idle.findLastIndex(fits)
    const [idle] = position >= 0 ? this.#idle.splice(position, 1) : []
    if (idle !== undefined) return idle
    // An idle process that nobody can use gives its place to the new one.
    if (this.#idle.length > this.size - this.#runs) this.#idle.shift()?.kill({ kind: 'cancelled' })
    return this.#launch(launcher)
  }

  #release(process: SlotProcess, memoryBytesMax: number): void {
    if (this.#stopped || !process.alive) return
    const worn = process.runs >= slotLimits.recycleRuns
    // One spare beside what may run at once; roots come and go.
    if (worn || this.#idle.length > this.size - this.#runs) process.kill({ kind: 'cancelled' })
    else this.#idle.push(process)
    if (worn) this.#keepSpare()
    // The results that came with the end are waited for: the system is asked for its memory after them.
    else setImmediate(() => this.#retireSwollen(process, memoryBytesMax))
  }

  /** One that has a tenant by then is looked at when that has left. */
  #retireSwollen(process: SlotProcess, memoryBytesMax: number): void {
    const position = this.#idle.indexOf(process)
    if (position < 0 || residentBytes(process.pid) <= memoryBytesMax * slotLimits.recycleMemoryShare) return
    this.#idle.splice(position, 1)
    process.kill({ kind: 'cancelled' })
    this.#keepSpare()
  }

  /** While anything runs, one process more is kept warm: it replaces a lost one, or takes the next run, at once. */
  #keepSpare(): void {
    const wanted = this.size + this.#roots + 1
    if (this.#stopped || this.#idle.some((process) => !process.launcher.isOneJob || process.job === null)) return
    if (this.#processes.size < wanted) this.#idle.push(this.#launch(this.#usual))
  }

  #launch(launcher: SlotLauncher): SlotProcess {
    const process = new SlotProcess(launcher, {
      entryPath: fileURLToPath(sibling('./entry/slot')),
      runtimeUrl: this.#runtimeUrl,
      yields: this.#yields,
    })
    this.#processes.add(process)
    process.gone.then((end) => this.#lost(process, end))
    return process
  }

  #lost(process: SlotProcess, end: ProcessEnd): void {
    this.#processes.delete(process)
    const position = this.#idle.indexOf(process)
    if (position >= 0) this.#idle.splice(position, 1)
    if (end.kind !== 'cancelled') this.#log(`slot process ${process.pid} is gone (${end.kind}): ${end.detail}`)
    // Only a process that once worked is replaced, else a broken installation would start processes for ever.
    if (process.wasReady) this.#keepSpare()
  }
}

function isFor(process: SlotProcess, job: JobId): boolean {
  return !process.launcher.isOneJob || process.job === null || process.job === job
}

function unwanted(setting: JobSetting): ShoalError {
  return new ShoalError('SHOAL_ROLE_MISSING', `this hub has no walls for the code of job ${setting.job}`, {
    next: 'run `shoal doctor` here, or start this hub with `--trust full`',
  })
}

/** URL of a module of this package, as this one is: TypeScript in the source tree, JavaScript in a build. */
function sibling(path: string): string {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
  return new URL(`${path}${extension}`, import.meta.url).href
}
