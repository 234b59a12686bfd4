/** Starts slot processes. The one place to wrap when isolation deepens: jails and isolates are other launchers. */
import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants, writeFileSync } from 'node:fs'
import { homedir, constants as osConstants, setPriority } from 'node:os'
import { join } from 'node:path'

/** How well a slot is walled off: L0 a process, L1 + permission flags, L2 an isolate in it, L3 a jail around it, L4 both. */
export type IsolationLevel = 'L0' | 'L1' | 'L2' | 'L3' | 'L4'

/** What a launcher has to start: node with these arguments. */
export interface LaunchRequest {
  readonly entryPath: string
  readonly runtimeUrl: string
}

/** Stdio of what it starts: 0 none, 1 and 2 output of user code, 3 frames from the hub, 4 frames to the hub. */
export interface SlotLauncher {
  readonly isolation: IsolationLevel
  launch(request: LaunchRequest): ChildProcess
}

/** A plain child process: enough where every submitter is trusted. It dies with its hub, however that dies. */
export function plainLauncher(options: { readonly watchInSlot?: boolean } = {}): SlotLauncher {
  const setpriv = options.watchInSlot === true ? null : findSetpriv()
  return { isolation: 'L0', launch: (request) => launchPlain(request, setpriv) }
}

const nodeFlags = ['--disable-warning=ExperimentalWarning']
const setprivPaths = ['/usr/bin/setpriv', '/bin/setpriv']

function launchPlain({ entryPath, runtimeUrl }: LaunchRequest, setpriv: string | null): ChildProcess {
  const node = [process.execPath, ...nodeFlags, entryPath, runtimeUrl, String(process.pid)]
  const command = setpriv === null ? [...node, 'watch'] : [setpriv, '--pdeathsig', 'KILL', ...node]
  const child = spawn(command[0] ?? process.execPath, command.slice(1), {
    env: slotEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    windowsHide: true,
  })
  if (child.pid !== undefined) yieldToHub(child.pid)
  return child
}

/** Nothing of the hub's environment, and the same zone and locale on every machine. User code sees none of it. */
function slotEnvironment(): NodeJS.ProcessEnv {
  const cacheHome = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
  const env = { TZ: 'UTC', LC_ALL: 'en_US.UTF-8', NODE_COMPILE_CACHE: join(cacheHome, 'shoal', 'compile') }
  const systemRoot = process.env.SystemRoot
  return systemRoot === undefined ? env : { ...env, SystemRoot: systemRoot }
}

/** The hub's event loop goes first for the CPU, and slots go first when memory runs out. */
function yieldToHub(pid: number): void {
  attempt(() => setPriority(pid, osConstants.priority.PRIORITY_BELOW_NORMAL))
  if (process.platform === 'linux') attempt(() => writeFileSync(`/proc/${pid}/oom_score_adj`, '1000'))
}

/** For what may be forbidden here and is only a courtesy. */
function attempt(courtesy: () => void): boolean {
  try {
    courtesy()
    return true
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  }
}

function findSetpriv(): string | null {
  if (process.platform !== 'linux') return null
  return setprivPaths.find((path) => attempt(() => accessSync(path, constants.X_OK))) ?? null
}
