/** A hub as a child process of ours: `shoal up` in a home of its own, gone when we are gone. */
import { type ChildProcess, spawn } from 'node:child_process'
import { getCompileCacheDir } from 'node:module'
import { extname } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { ShoalError } from '../errors.ts'
import { embeddedLimits } from '../limits.ts'
import { readApiFile } from './api-file.ts'
import { type ReadyEvent, readySchema } from './ready.ts'
import { RemoteHub } from './remote-hub.ts'

/**
 * Hubs of a run share the machine with the work. Half of what an idle one holds is room that V8 and malloc set aside in case: a
 * young generation of 32 MiB, and a heap for every thread.
 */
const thriftFlags = ['--max-semi-space-size=4']
const thrift = { MALLOC_ARENA_MAX: '2' }

export interface HubProcessInit {
  readonly home: string
  /** Further arguments of `shoal up`. */
  readonly args: readonly string[]
  /** A command that starts the hub's own, such as `taskset -c 1` to give it one core. */
  readonly launcher?: readonly string[]
  readonly signal?: AbortSignal | undefined
}

export class HubProcess {
  readonly home: string
  readonly ready: ReadyEvent
  readonly remote: RemoteHub
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>
  readonly #child: ChildProcess

  constructor(init: { home: string; ready: ReadyEvent; remote: RemoteHub; ended: Promise<void>; child: ChildProcess }) {
    this.home = init.home
    this.ready = init.ready
    this.remote = init.remote
    this.ended = init.ended
    this.#child = init.child
  }

  /** Pulls the plug: no word to anybody. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }

  /** Lets the hub leave by itself, then ends it. */
  async stop(): Promise<void> {
    await endChild(this.#child, this.ended)
  }
}

/**
 * Starts a hub and waits until it is ready. The child watches its standard input: it leaves, and removes its home, as soon
 * as this process is gone, however that happens.
 * @throws ShoalError SHOAL_HUB_UNREACHABLE with what the child said, when it does not get ready.
 */
export async function startHubProcess(init: HubProcessInit): Promise<HubProcess> {
  const args = [cliFile(), 'up', '--json', '--embedded', '--home', init.home, ...init.args]
  const cache = getCompileCacheDir()
  const env = { ...thrift, ...process.env, ...(cache === undefined ? {} : { NODE_COMPILE_CACHE: cache }) }
  const [command = process.execPath, ...words] = [...(init.launcher ?? []), process.execPath, ...thriftFlags, ...args]
  const child = spawn(command, words, { stdio: ['pipe', 'pipe', 'pipe'], env })
  child.stdin.on('error', () => undefined)
  const said: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.push(text)
    if (said.length > 64) said.shift()
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  try {
    const ready = await readyLine(child, init.signal)
    const access = await readApiFile(init.home)
    if (access === null) throw new Error('it wrote no API file')
    return new HubProcess({ home: init.home, ready, remote: new RemoteHub(access), ended, child })
  } catch (cause) {
    await endChild(child, ended)
    init.signal?.throwIfAborted()
    const tail = said.join('').slice(-embeddedLimits.lastWordsMax).trim()
    const why = tail === '' ? String(cause) : tail
    throw new ShoalError('SHOAL_HUB_UNREACHABLE', `a hub of the embedded swarm did not start: ${why}`, {
      next: 'run shoal up --json and look at what it says',
      cause,
    })
  }
}

/** The command line of this very build, as source or compiled. */
function cliFile(): string {
  return fileURLToPath(new URL(`../../node/cli${extname(import.meta.url)}`, import.meta.url))
}

function readyLine(child: ChildProcess, signal: AbortSignal | undefined): Promise<ReadyEvent> {
  return new Promise((resolve, reject) => {
    if (child.stdout === null) return reject(new Error('the child has no standard output'))
    const timer = setTimeout(() => reject(new Error('it took too long')), embeddedLimits.readyMs)
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
    child.once('error', reject)
    child.once('exit', (code, by) => reject(new Error(`it ended with ${by ?? `code ${code}`}`)))
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(timer)
      try {
        resolve(v.parse(readySchema, JSON.parse(line)))
      } catch (error) {
        reject(error)
      }
    })
    child.once('close', () => clearTimeout(timer))
  })
}

async function endChild(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.stdin?.end()
  const timer = setTimeout(() => child.kill('SIGKILL'), embeddedLimits.leaveMs)
  await ended
  clearTimeout(timer)
}
