/** One slot process as its hub sees it: sends messages, checks what comes back, notices its end. */
import type { ChildProcess } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { assert, ShoalError, toShoalError } from '../errors.ts'
import { sizes, slotLimits } from '../limits.ts'
import type { JobId } from '../program/ref.ts'
import { weighSession } from './cpu-share.ts'
import { FrameDecoder, FrameSender, invalidFrame } from './frame.ts'
import { KeyedCache } from './keyed-cache.ts'
import type { LaunchRequest, SlotLauncher } from './launcher.ts'
import type { FromSlot, ToSlot } from './message.ts'
import { encodeToSlot } from './message-down.ts'
import { decodeFromSlot } from './message-up.ts'
import { OutputLines } from './output-lines.ts'
import type { KeyedBytes, RunEnd } from './slots.ts'

/** What a jail makes of SIGABRT, with which V8 ends a process that is out of memory. */
const ABORTED = 134

/** Why a process is no more, where it did not end by our wish. */
export type ProcessEnd = Exclude<RunEnd, { kind: 'complete' }>

/** The run or root that has the process. Calls stop after `gone`. */
export interface Tenant {
  readonly id: number
  message(message: FromSlot): void
  /** A line that user code or node itself wrote to stdout or stderr. */
  printed(line: string): void
  gone(end: ProcessEnd): void
}

export class SlotProcess {
  readonly launcher: SlotLauncher
  /** Settles with null at the first sign of life, or with what prevented it. */
  readonly started: Promise<ShoalError | null>
  /** Resolves when the process and its pipes are gone. */
  readonly gone: Promise<ProcessEnd>
  /** Runs and roots it has served. */
  runs = 0
  /** It has shown that it works. */
  wasReady = false
  /** The job it served last. */
  job: JobId | null = null
  readonly #child: ChildProcess
  readonly #sender: FrameSender
  readonly #yields: boolean
  readonly #keyed = new KeyedCache()
  readonly #decoder = new FrameDecoder()
  readonly #timers: NodeJS.Timeout[] = []
  #tenant: Tenant | null = null
  #lastId = 0
  #lastErrorLines: string[] = []
  #end: ProcessEnd | null = null
  #innerPid: number | null = null
  #outputBytes = 0
  #over = false
  #settleStarted: (problem: ShoalError | null) => void = () => undefined
  #settleGone: (end: ProcessEnd) => void = () => undefined

  constructor(launcher: SlotLauncher, request: LaunchRequest) {
    this.started = new Promise((resolve) => {
      this.#settleStarted = resolve
    })
    this.gone = new Promise((resolve) => {
      this.#settleGone = resolve
    })
    this.launcher = launcher
    this.#yields = request.yields === true
    this.#child = launcher.launch(request)
    const [, stdout, stderr, toSlot, fromSlot] = this.#child.stdio
    this.#sender = new FrameSender(toSlot as Writable)
    this.#listen(fromSlot as Readable)
    this.#listenToOutput(stdout as Readable, false)
    this.#listenToOutput(stderr as Readable, true)
    // A broken pipe is a symptom; the process's end, reported below, is the cause.
    toSlot?.on('error', () => undefined)
    this.#watchEnd()
  }

  /** The process that runs the code, as this machine numbers it; 0 when it could not be started. */
  get pid(): number {
    return this.#innerPid ?? this.#child.pid ?? 0
  }

  get alive(): boolean {
    return this.#end === null && this.pid > 0 && this.#child.exitCode === null && this.#child.signalCode === null
  }

  has(key: string): boolean {
    return this.#keyed.has(key)
  }

  /** Number for the next tenant's frames. */
  nextId(): number {
    return ++this.#lastId
  }

  occupy(tenant: Tenant, job: JobId): void {
    assert(this.#tenant === null, 'a slot process has one tenant at a time')
    assert(!this.launcher.isOneJob || this.job === null || this.job === job, 'this process is for one job')
    this.job = job
    this.#tenant = tenant
    this.#outputBytes = 0
    this.runs++
  }

  vacate(): void {
    this.#tenant = null
  }

  /** A message that fits into no frame costs the process: its tenant cannot go on. */
  send(message: ToSlot): void {
    try {
      this.#sender.send(encodeToSlot(message))
    } catch (error) {
      if (!(error instanceof ShoalError)) throw error
      this.kill({ kind: 'crashed', detail: `${error.code}: ${error.message}` })
    }
  }

  /** Makes sure that the slot has these bytes; they cross the pipe once. */
  provide(keyed: readonly KeyedBytes[]): void {
    const pinned = keyed.map((entry) => entry.key)
    for (const { key, bytes } of keyed) {
      const { send, forget } = this.#keyed.use(key, bytes.byteLength, pinned)
      for (const old of forget) this.send({ type: 'forget', key: old })
      if (send) this.send({ type: 'put', key, bytes })
    }
  }

  /** Kills the process; its tenant is told `end` once it is gone. */
  kill(end: ProcessEnd): void {
    this.#end ??= end
    this.#child.kill('SIGKILL')
  }

  #listen(fromSlot: Readable): void {
    fromSlot.on('data', (chunk: Buffer) => {
      if (this.#end !== null) return
      try {
        for (const frame of this.#decoder.push(chunk)) this.#receive(decodeFromSlot(frame))
      } catch (error) {
        if (!(error instanceof ShoalError) || error.code !== 'SHOAL_FRAME_INVALID') throw error
        this.kill({ kind: 'crashed', detail: `${error.code}: ${error.message}` })
      }
    })
    fromSlot.on('error', () => undefined)
  }

  #receive(message: FromSlot): void {
    if (message.type === 'ready') {
      this.wasReady = true
      this.#findInside()
      this.#settleStarted(null)
      return
    }
    if (message.id > this.#lastId) throw invalidFrame(`run ${message.id} was never begun`)
    const tenant = this.#tenant
    if (tenant !== null && tenant.id === message.id) tenant.message(message)
    // What a run that is over still has to say is of no interest, unless the process itself is broken.
    else if (message.type === 'fault') this.kill({ kind: 'crashed', detail: message.detail })
  }

  /** A jail has opened its session by now: before, it was in the hub's. */
  #findInside(): void {
    if (this.#innerPid !== null || this.launcher.innerPid === undefined) return
    this.#innerPid = this.launcher.innerPid(this.pid)
    if (this.#yields) weighSession(this.#innerPid)
  }

  #listenToOutput(stream: Readable, isError: boolean): void {
    const lines = new OutputLines((line) => {
      if (isError) this.#lastErrorLines = [...this.#lastErrorLines, line].slice(-8)
      this.#tenant?.printed(line)
    })
    stream.on('data', (chunk: Buffer) => {
      lines.push(chunk)
      this.#outputBytes += chunk.byteLength
      if (this.#outputBytes > slotLimits.logBytesPerRunMax) this.#throttle(stream)
    })
    stream.on('error', () => undefined)
  }

  /** A flood is slowed down, not stopped: its writer is blocked meanwhile, and the hub has other things to do. */
  #throttle(stream: Readable): void {
    stream.pause()
    setTimeout(() => stream.resume(), slotLimits.outputPauseMs)
  }

  #watchEnd(): void {
    const child = this.#child
    child.on('error', (error) =>
      this.#finish({ kind: 'crashed', detail: `the process did not start: ${error.message}` }),
    )
    child.on('exit', (code, signal) => {
      const end = (): void => this.#finish(this.#diagnose(code, signal))
      child.once('close', end)
      // Results sent before the end are still in the pipe; whoever else holds it open may not keep us waiting.
      this.#timers.push(setTimeout(end, slotLimits.drainMs))
    })
    const late = (): void =>
      this.kill({ kind: 'crashed', detail: `the process was not ready in ${slotLimits.startMs} ms` })
    const timer = setTimeout(late, slotLimits.startMs)
    this.#timers.push(timer)
    this.started.then(() => clearTimeout(timer))
  }

  #diagnose(code: number | null, signal: NodeJS.Signals | null): ProcessEnd {
    const said = this.#lastErrorLines.join('\n').slice(0, sizes.logLineBytesMax)
    if ((signal === 'SIGABRT' || code === ABORTED) && /out of memory/i.test(said))
      return { kind: 'memory', detail: said }
    const how = signal === null ? `exited with code ${code}` : `was ended by ${signal}`
    return { kind: 'crashed', detail: `the slot process ${how}${said === '' ? '' : `: ${said}`}` }
  }

  #finish(found: ProcessEnd): void {
    if (this.#over) return
    this.#over = true
    const end = this.#end ?? found
    this.#end = end
    for (const timer of this.#timers) clearTimeout(timer)
    for (const stream of this.#child.stdio) stream?.destroy()
    const tenant = this.#tenant
    this.#tenant = null
    this.#settleStarted(startProblem(end))
    this.#settleGone(end)
    tenant?.gone(end)
  }
}

function startProblem(end: ProcessEnd): ShoalError {
  const why = end.kind === 'cancelled' ? 'it was stopped' : end.detail
  return new ShoalError('SHOAL_SLOT_START', `a slot process could not be started: ${why}`, {
    next: 'check that this node binary and the files of shoal can be read, then start the hub again',
    cause: toShoalError(new Error(why)),
  })
}
