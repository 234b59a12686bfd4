/**
 * Network namespaces for end-to-end tests: hosts on one switch, nothing of it visible outside. Everything is made with the names of
 * this process and removed by those names; processes are ended by their ids. Needs root and iproute2.
 */
import { type ChildProcess, execFile, spawn as spawnChild } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A host: its own network namespace with one interface `eth0`, loopback, and no default route. */
export interface Host {
  readonly name: string
  readonly address: string
  /** Runs a command to its end; rejects when it fails. */
  exec(command: string, args: readonly string[]): Promise<string>
  /** Starts a process; it is ended with the namespaces at the latest. */
  spawn(command: string, args: readonly string[], env?: Readonly<Record<string, string>>): ChildProcess
  /** Unplugs it at the switch: its own interface stays up and notices nothing. */
  cut(): Promise<void>
  restore(): Promise<void>
  /** Deletes the interface, as when a dock or a virtual machine goes. */
  removeInterface(): Promise<void>
  /** Makes the interface again, with the same address. */
  addInterface(): Promise<void>
}

export interface Namespaces {
  readonly hosts: readonly Host[]
  destroy(): Promise<void>
}

/** Why namespaces cannot be made here, or null when they can. */
export async function namespacesUnavailable(): Promise<string | null> {
  if (process.platform !== 'linux') return 'network namespaces exist on Linux only'
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  const probe = `shoal-${process.pid}-probe`
  try {
    await ip('netns', 'add', probe)
    await ip('netns', 'del', probe)
    return null
  } catch (error) {
    return `\`ip netns add\` fails (is iproute2 installed?): ${error instanceof Error ? error.message : String(error)}`
  }
}

/** Of one command, in bytes: results of jobs can be long. */
const OUTPUT_MAX = 64 * 2 ** 20

let lastId = 0

/** `count` hosts 10.77.0.1 ... on one switch. */
export async function createNamespaces(count: number): Promise<Namespaces> {
  const id = `shoal-${process.pid}-${++lastId}`
  const network = new Network(id)
  try {
    await network.create(count)
    return network
  } catch (error) {
    await network.destroy()
    throw error
  }
}

class Network implements Namespaces {
  readonly hosts: NamespaceHost[] = []
  readonly #id: string
  readonly #made: string[] = []

  constructor(id: string) {
    this.#id = id
  }

  async create(count: number): Promise<void> {
    const switchName = await this.#namespace('switch')
    await ip('-n', switchName, 'link', 'add', 'br0', 'type', 'bridge')
    await ip('-n', switchName, 'link', 'set', 'br0', 'up')
    for (let i = 1; i <= count; i++) {
      const host = new NamespaceHost(await this.#namespace(`host${i}`), switchName, i)
      await host.addInterface()
      this.hosts.push(host)
    }
  }

  async destroy(): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.endProcesses()))
    for (const name of this.#made.splice(0).toReversed()) await ip('netns', 'del', name)
  }

  async #namespace(role: string): Promise<string> {
    const name = `${this.#id}-${role}`
    await ip('netns', 'add', name)
    this.#made.push(name)
    await ip('-n', name, 'link', 'set', 'lo', 'up')
    return name
  }
}

class NamespaceHost implements Host {
  readonly name: string
  readonly address: string
  readonly #switchName: string
  readonly #port: string
  readonly #children = new Set<ChildProcess>()

  constructor(name: string, switchName: string, index: number) {
    this.name = name
    this.address = `10.77.0.${index}`
    this.#switchName = switchName
    this.#port = `port${index}`
  }

  async exec(command: string, args: readonly string[]): Promise<string> {
    const { stdout } = await run('ip', ['netns', 'exec', this.name, command, ...args], { maxBuffer: OUTPUT_MAX })
    return stdout
  }

  spawn(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
    const child = spawnChild('ip', ['netns', 'exec', this.name, command, ...args], { env: { ...process.env, ...env } })
    this.#children.add(child)
    child.once('exit', () => this.#children.delete(child))
    return child
  }

  async cut(): Promise<void> {
    await ip('-n', this.#switchName, 'link', 'set', this.#port, 'nomaster')
  }

  async restore(): Promise<void> {
    await ip('-n', this.#switchName, 'link', 'set', this.#port, 'master', 'br0')
  }

  async removeInterface(): Promise<void> {
    await ip('-n', this.name, 'link', 'del', 'eth0')
  }

  async addInterface(): Promise<void> {
    const peer = ['peer', 'name', this.#port, 'netns', this.#switchName]
    await ip('link', 'add', 'eth0', 'netns', this.name, 'type', 'veth', ...peer)
    await this.restore()
    await ip('-n', this.#switchName, 'link', 'set', this.#port, 'up')
    await ip('-n', this.name, 'addr', 'add', `${this.address}/24`, 'dev', 'eth0')
    await ip('-n', this.name, 'link', 'set', 'eth0', 'up')
  }

  async endProcesses(): Promise<void> {
    await Promise.all(
      [...this.#children].map(async (child) => {
        const exited = once(child, 'exit')
        child.kill('SIGKILL')
        await exited
      }),
    )
  }
}

async function ip(...args: string[]): Promise<void> {
  await run('ip', args)
}
