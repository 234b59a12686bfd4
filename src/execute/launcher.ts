/** Starts slot processes. Jails and isolates (isolation/) are other launchers than the plain one here. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir, setPriority } from 'node:os'
import { join } from 'node:path'
import type { IsolationLevel } from '../program/isolation-level.ts'
import { slotNice, weighSession } from './cpu-share.ts'

/** What a launcher has to start; `slotArguments` and `slotEnvironment` say how. */
export interface LaunchRequest {
  readonly entryPath: string
  readonly runtimeUrl: string
  /** Further flags of Node. */
  readonly flags?: readonly string[]
  /** Whether it gives way to programs of other sessions, too: for that it needs one of its own. */
  readonly yields?: boolean
}

/** Stdio of what it starts: 0 none, 1 and 2 output of user code, 3 frames from the hub, 4 frames to the hub. */
export interface SlotLauncher {
  readonly isolation: IsolationLevel
  /** User code runs in an isolate of its own per job, so one process may serve one job after another. */
  readonly isolates: boolean
  /** Whether code of one job may find what an earlier one left in the process. */
  readonly isOneJob: boolean
  /** The process that runs the code, where that is not the one started. */
  readonly innerPid?: (pid: number) => number
  launch(request: LaunchRequest): ChildProcess
}

/** A plain child process: enough where every submitter is trusted. It dies with its hub, however that dies. */
export function plainLauncher(options: { readonly watchInSlot?: boolean } = {}): SlotLauncher {
  const setpriv = options.watchInSlot === true ? null : findSetpriv()
  return { isolation: 'L0', isolates: false, isOneJob: false, launch: (request) => launchPlain(request, setpriv) }
}

const nodeFlags = ['--disable-warning=ExperimentalWarning']
const setprivPaths = ['/usr/bin/setpriv', '/bin/setpriv']

/**
 * What Node is told in a slot. It ends itself at the start if its parent is not `parent` (0: any will do, a jail sees
 * to it); with `watch` it goes on looking, in a thread.
 */
export function slotArguments(request: LaunchRequest, parent: number, watch: boolean): string[] {
  const args = [...nodeFlags, ...(request.flags ?? []), request.entryPath, request.runtimeUrl, String(parent)]
  return watch ? [...args, 'watch'] : args
}

/** Nothing of the hub's environment, and the same zone and locale on every machine. User code sees none of it. */
export function slotEnvironment(cache: string | null): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { TZ: 'UTC', LC_ALL: 'en_US.UTF-8' }
  if (cache !== null) env.NODE_COMPILE_CACHE = cache
  if (process.env.SystemRoot !== undefined) env.SystemRoot = process.env.SystemRoot
  return env
}

/** Where slots keep their compiled entry: it halves their start. Null where there is no place for it. */
export function compileCache(): string | null {
  const cacheHome = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
  const own = join(cacheHome, 'shoal')
  const path = join(own, 'compile')
  // Made here, step by step: node itself spins for ever over a path that cannot be made.
  for (const step of [cacheHome, own, path]) attempt(() => mkdirSync(step, { mode: 0o700 }))
  return existsSync(path) ? path : null
}

function launchPlain(request: LaunchRequest, setpriv: string | null): ChildProcess {
  const jail = setpriv === null ? [] : [setpriv, '--pdeathsig', 'KILL']
  const command = [...jail, process.execPath, ...slotArguments(request, process.pid, setpriv === null)]
  const child = spawn(command[0] ?? process.execPath, command.slice(1), {
    env: slotEnvironment(compileCache()),
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    windowsHide: true,
    detached: request.yields === true && process.platform === 'linux',
  })
  if (child.pid !== undefined) yieldToHub(child.pid, request.yields === true)
  return child
}

/** The hub's event loop goes first for the CPU, and slots go first when memory runs out. */
function yieldToHub(pid: number, hasSession: boolean): void {
  attempt(() => setPriority(pid, slotNice))
  if (hasSession) weighSession(pid)
  if (process.platform === 'linux') attempt(() => writeFileSync(`/proc/${pid}/oom_score_adj`, '1000'))
}

/** For what may be forbidden or done already, and is only a courtesy. */
function attempt(courtesy: () => void): void {
  try {
    courtesy()
  } catch (error) {
    // EPERM, EACCES, EEXIST, or the process is gone: its end is reported elsewhere.
    if (!(error instanceof Error && 'code' in error)) throw error
  }
}

function findSetpriv(): string | null {
  if (process.platform !== 'linux') return null
  // Tried, not just found: smaller userlands have a setpriv without this option.
  return setprivPaths.find((path) => spawnSync(path, ['--pdeathsig', 'KILL', 'true']).status === 0) ?? null
}
