/** A hub's slots as processes: one warm spare, one tenant per process at a time, replaced when lost. */
import { fileURLToPath } from 'node:url'
import { assert } from '../errors.ts'
import { counts, slotLimits } from '../limits.ts'
import { type IsolationLevel, plainLauncher, type SlotLauncher } from './launcher.ts'
import { Paces } from './pace.ts'
import { RootRun } from './root-run.ts'
import { ShardRun } from './shard-run.ts'
import { type ProcessEnd, SlotProcess } from './slot-process.ts'
import type { RootHandle, RootListener, RootRequest, RunHandle, RunListener, RunRequest, SlotPool } from './slots.ts'
import { residentBytes, totalUsage, type Usage } from './usage.ts'
import { MemoryWatchdog } from './watchdog.ts'

export interface ProcessSlotPoolOptions {
  /** Runs that may go on at once. */
  readonly size: number
  /** Told what happens to processes, one line each. */
  readonly log: (line: string) => void
  /** Absolute URL of the module in the slot that exports `loadProgram` (decompose/runtime/contract.ts); another runtime, or a test's. */
  readonly runtimeUrl?: string
  /** How processes are started; a plain child process unless told otherwise. */
  readonly launcher?: SlotLauncher
}

export class ProcessSlotPool implements SlotPool {
  readonly size: number
  readonly isolation: IsolationLevel
  readonly #log: (line: string) => void
  readonly #launcher: SlotLauncher
  readonly #runtimeUrl: string
  readonly #memory = new MemoryWatchdog()
  readonly #paces = new Paces()
  readonly #processes = new Set<SlotProcess>()
  readonly #idle: SlotProcess[] = []
  readonly #waitingRoots: RootRun[] = []
  #runs = 0
  #roots = 0
  #stopped = false

  constructor(options: ProcessSlotPoolOptions) {
    assert(options.size > 0 && options.size <= counts.slotsMax, 'a pool has 1 to slotsMax slots')
    this.size = options.size
    this.#log = options.log
    this.#launcher = options.launcher ?? plainLauncher()
    this.isolation = this.#launcher.isolation
    this.#runtimeUrl = options.runtimeUrl ?? sibling('../decompose/runtime/program')
  }

  /** Starts the first process, so that the first run finds it warm. @throws ShoalError SHOAL_SLOT_START. */
  async start(): Promise<void> {
    const first = this.#launch()
    this.#idle.push(first)
    const problem = await first.started
    if (problem !== null) throw problem
  }

  run(request: RunRequest, listener: RunListener): RunHandle {
    assert(!this.#stopped, 'a stopped pool runs nothing')
    assert(this.#runs < this.size, 'the hub gives a slot its next run only when the last has ended')
    this.#runs++
    const process = this.#acquire(request.setting.program.key)
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

  /** CPU time and memory of all slot processes that live now. */
  usage(): Usage {
    return totalUsage(this.pids())
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
      root.start(this.#acquire(root.programKey), this.#memory)
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

  /** An idle process that has the program, else the one used last, else a new one. */
  #acquire(programKey: string): SlotProcess {
    const known = this.#idle.findLastIndex((process) => process.alive && process.has(programKey))
    const position = known >= 0 ? known : this.#idle.findLastIndex((process) => process.alive)
    const [idle] = position >= 0 ? this.#idle.splice(position, 1) : []
    return idle ?? this.#launch()
  }

  #release(process: SlotProcess, memoryBytesMax: number): void {
    if (this.#stopped || !process.alive) return
    const swollen = residentBytes(process.pid) > memoryBytesMax * slotLimits.recycleMemoryShare
    const worn = swollen || process.runs >= slotLimits.recycleRuns
    // One spare beside what may run at once; roots come and go.
    if (worn || this.#idle.length > this.size - this.#runs) process.kill({ kind: 'cancelled' })
    else this.#idle.push(process)
    if (worn) this.#keepSpare()
  }

  /** While anything runs, one process more is kept warm: it replaces a lost one, or takes the next run, at once. */
  #keepSpare(): void {
    const wanted = this.size + this.#roots + 1
    if (!this.#stopped && this.#idle.length === 0 && this.#processes.size < wanted) this.#idle.push(this.#launch())
  }

  #launch(): SlotProcess {
    const process = new SlotProcess(this.#launcher, {
      entryPath: fileURLToPath(sibling('./entry/slot')),
      runtimeUrl: this.#runtimeUrl,
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

/** URL of a module of this package, as this one is: TypeScript in the source tree, JavaScript in a build. */
function sibling(path: string): string {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
  return new URL(`${path}${extension}`, import.meta.url).href
}
