/** A jail around slot processes: bubblewrap with namespaces of their own, a seccomp filter and limits of the kernel. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { Socket } from 'node:net'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { slotLimits } from '../../limits.ts'
import { slotNice } from '../cpu-share.ts'
import { seccompFilter } from './seccomp.ts'

/** What a jail needs to know of this machine. */
export interface JailTools {
  readonly bwrap: string
  readonly filter: Uint8Array
  /** Whether the kernel lets a jail have a /proc of its own; default containers do not. */
  readonly hasProc: boolean
  /** What stands between the hub and bubblewrap, so that nothing of a jail outlives the hub; empty where that cannot be had. */
  readonly leash: readonly string[]
}

export interface JailContent {
  /** Files by their place in the jail. All read-only. */
  readonly files: Readonly<Record<string, string>>
  /** Arguments of Node in the jail. */
  readonly nodeArguments: readonly string[]
  readonly env: NodeJS.ProcessEnv
}

const FILTER_FD = 5

/** Runs before bubblewrap does: what it passes on to all its children. */
const prologue = [
  'echo 1000 2>/dev/null >/proc/self/oom_score_adj',
  `ulimit -c 0 && ulimit -d ${slotLimits.jailDataBytesMax / 1024} && ulimit -n ${slotLimits.jailFilesMax} || exit 125`,
  `exec nice -n ${slotNice} "$@"`,
].join('; ')

/**
 * A process namespace around bubblewrap that ends with the hub. Bubblewrap's own `--die-with-parent` alone leaves a gap at the
 * start: its child waits for a word of its parent before it asks to die with it, and waits for ever if that is killed.
 * Here the kernel ends all of them with the first process of the namespace. What is started so early that not even that
 * process is bound yet meets closed pipes, and ends by itself.
 */
const namespaceFlags = ['--user', '--map-current-user', '--pid', '--fork', '--kill-child=KILL'] as const

/** What could be better on this machine. */
export interface Lack {
  readonly what: string
  /** The one step that brings it. */
  readonly next: string
}

/** What a jail that works still lacks. */
export function jailLacks({ leash, hasProc }: Pick<JailTools, 'leash' | 'hasProc'>): Lack[] {
  const lacks: Lack[] = []
  if (leash.length === 0) {
    const missing = leashPrograms.filter((name) => findProgram(name) === null).join(' and ')
    const why = missing === '' ? 'a jail in a process namespace is refused' : `${missing} is not installed`
    const next = missing === '' ? howToAllow() : 'apt-get install util-linux, then start the hub again'
    lacks.push({ what: `${why}: a slot that starts while its hub is killed may outlive it`, next })
  }
  if (!hasProc) {
    const next = 'in a container, start it with --security-opt systempaths=unconfined'
    lacks.push({ what: 'jails get no /proc of their own: code that reads it fails there', next })
  }
  return lacks
}

/** Looks for bubblewrap and tries it. Says why there is no jail, and what to do, where there is none. */
export function findJail(): JailTools | { readonly missing: string; readonly next: string } {
  if (process.platform !== 'linux') {
    return {
      missing: `there is no jail for slots on ${process.platform}`,
      next: 'run hubs that take foreign code on Linux',
    }
  }
  const filter = seccompFilter(process.arch)
  if (filter === null)
    return { missing: `no list of system calls is known for ${process.arch}`, next: 'use an x64 or arm64 machine' }
  const bwrap = findProgram('bwrap')
  if (bwrap === null)
    return { missing: 'bubblewrap is not installed', next: 'apt-get install bubblewrap, then start the hub again' }
  let refusal = ''
  for (const leash of [findLeash(), []]) {
    for (const hasProc of [true, false]) {
      const tools = { bwrap, filter, hasProc, leash }
      const said = tryJail(tools)
      if (said === null) return tools
      refusal = said
    }
  }
  return { missing: `bubblewrap does not work here: ${refusal}`, next: howToAllow() }
}

/** Starts Node in a jail. Its end, or that of this process, ends everything in it. */
export function startInJail(tools: JailTools, content: JailContent): ChildProcess {
  const [command = '/bin/sh', ...args] = jailCommand(tools, content)
  const child = spawn(command, args, {
    env: content.env,
    // The shell tells its children where it is: nothing of this machine's folders.
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
  })
  giveFilter(child, tools.filter)
  return child
}

/** The process in the jail, as this machine numbers it; the jail's own where it has none yet. */
export function innermostPid(pid: number): number {
  const [child] = childrenOf(pid)
  return child === undefined ? pid : innermostPid(child)
}

function jailCommand(tools: JailTools, { files, nodeArguments }: JailContent): string[] {
  const shown = [...nodeFiles(), ...Object.entries(files).map(([place, file]) => [file, place] as const)]
  return [
    '/bin/sh',
    '-c',
    prologue,
    'sh',
    ...tools.leash,
    tools.bwrap,
    ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-net', '--unshare-uts', '--unshare-cgroup-try'],
    ...['--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--hostname', 'slot'],
    ...(tools.hasProc ? ['--proc', '/proc'] : []),
    ...['--dev', '/dev'],
    ...shown.flatMap(([file, place]) => ['--ro-bind', file, place]),
    ...['--remount-ro', '/dev', '--remount-ro', '/', '--chdir', '/', '--seccomp', String(FILTER_FD)],
    ...['--', jailPlaces.node, ...nodeArguments],
  ]
}

/** Node and the libraries it is linked to. */
function nodeFiles(): (readonly [string, string])[] {
  const own = realpathSync(process.execPath)
  return [[own, jailPlaces.node] as const, ...nodeLibraries().map((path) => [path, path] as const)]
}

let libraries: readonly string[] | null = null

function nodeLibraries(): readonly string[] {
  libraries ??= [...new Set([...mappedLibraries(), ...loaders.filter((path) => existsSync(path))])]
  return libraries
}

/** The dynamic loaders, under the names that programs ask for. */
const loaders = [
  '/lib64/ld-linux-x86-64.so.2',
  '/lib/ld-linux-aarch64.so.1',
  '/lib/ld-musl-x86_64.so.1',
  '/lib/ld-musl-aarch64.so.1',
]

/** Libraries as the loader found them: names, not what links lead to. */
function mappedLibraries(): string[] {
  const report = process.report.getReport() as { sharedObjects?: unknown }
  const objects = Array.isArray(report.sharedObjects) ? report.sharedObjects : []
  return objects.filter((path): path is string => typeof path === 'string' && isSystemLibrary(path))
}

/** Not addons that the hub itself has loaded. */
function isSystemLibrary(path: string): boolean {
  return path.startsWith('/') && /\.so(\.[0-9.]+)?$/.test(path) && existsSync(path)
}

function giveFilter(child: ChildProcess, filter: Uint8Array): void {
  const pipes: readonly unknown[] = child.stdio
  const stream = pipes[FILTER_FD]
  if (!(stream instanceof Socket)) return
  // A jail that fails to start closes its end: that shows in its exit code.
  stream.on('error', () => undefined)
  stream.end(filter)
}

/** @returns null when Node starts in the jail, else what was said. */
function tryJail(tools: JailTools): string | null {
  const [command = '/bin/sh', ...args] = jailCommand(tools, { files: {}, nodeArguments: ['--version'], env: {} })
  // spawnSync can only feed standard input: the filter comes through a shell's redirection of it.
  const wrapped = ['-c', `exec "$@" ${FILTER_FD}<&0`, 'sh', command, ...args]
  const { status, stdout, stderr, error } = spawnSync('/bin/sh', wrapped, {
    input: tools.filter,
    env: { PATH: process.env.PATH },
    timeout: slotLimits.startMs,
  })
  if (status === 0 && String(stdout).startsWith('v')) return null
  return (error?.message ?? String(stderr).trim().split('\n').at(-1) ?? '') || `exit code ${status}`
}

function howToAllow(): string {
  const restricted = '/proc/sys/kernel/apparmor_restrict_unprivileged_userns'
  if (existsSync(restricted) && readFileSync(restricted, 'latin1').trim() === '1') {
    return 'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or give bwrap an AppArmor profile'
  }
  const clone = '/proc/sys/kernel/unprivileged_userns_clone'
  if (existsSync(clone) && readFileSync(clone, 'latin1').trim() === '0')
    return 'sudo sysctl -w kernel.unprivileged_userns_clone=1'
  return 'allow user namespaces: in a container, start it with --security-opt seccomp=unconfined'
}

const leashPrograms = ['setpriv', 'unshare'] as const

function findLeash(): string[] {
  const [setpriv, unshare] = leashPrograms.map(findProgram)
  return typeof setpriv !== 'string' || typeof unshare !== 'string'
    ? []
    : [setpriv, '--pdeathsig', 'KILL', unshare, ...namespaceFlags]
}

function findProgram(name: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/bin']
  return folders.map((folder) => join(folder, name)).find((path) => path.startsWith('/') && existsSync(path)) ?? null
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').trim().split(' ').filter(Boolean).map(Number),
    )
  } catch (error) {
    // It is gone, or the kernel does not tell.
    if (error instanceof Error && 'code' in error) return []
    throw error
  }
}

/** Where slot code lies in a jail. */
export const jailPlaces = { node: '/slot/node', entry: '/slot/entry.mjs', runtime: '/slot/runtime.mjs' } as const
export const jailRuntimeUrl = pathToFileURL(jailPlaces.runtime).href
