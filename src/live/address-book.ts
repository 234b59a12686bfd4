/** Where hubs may be found: told on the command line, heard on the LAN, or remembered from an earlier run. Bounded. */
import type { Connection } from '@libp2p/interface'
import { CODE_P2P, multiaddr } from '@multiformats/multiaddr'
import * as v from 'valibot'
import { liveLimits } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import { readPrivateFile, writePrivateFile } from './admission/private-file.ts'
import { errorFields, type Log } from './log.ts'

const rememberedSchema = v.object({
  version: v.literal(1),
  hubs: v.pipe(
    v.array(
      v.object({
        hub: v.pipe(v.string(), v.maxLength(64)),
        addresses: v.pipe(
          v.array(v.pipe(v.string(), v.maxLength(256))),
          v.maxLength(liveLimits.addressesPerCandidateMax),
        ),
      }),
    ),
    v.maxLength(liveLimits.rememberedMax),
  ),
})

export type RememberedHub = v.InferOutput<typeof rememberedSchema>['hubs'][number]

/** The hub id at the end of a multiaddr, or null. */
export function hubOfAddress(address: string): HubId | null {
  return (
    multiaddr(address)
      .getComponents()
      .findLast((component) => component.code === CODE_P2P)?.value ?? null
  )
}

/** A multiaddr without the hub id at its end. */
export function withoutHub(address: string): string {
  return multiaddr(address).decapsulateCode(CODE_P2P).toString()
}

/** Members last seen, newest last, in a file of the home folder. A damaged file is only a loss of memory. */
export class RememberedHubs {
  readonly #file: string
  readonly #log: Log
  readonly #hubs = new Map<HubId, readonly string[]>()
  #saving: Promise<void> | null = null
  #changed = false

  constructor(file: string, log: Log) {
    this.#file = file
    this.#log = log
  }

  async load(): Promise<readonly RememberedHub[]> {
    const stored = await readPrivateFile(this.#file)
    if (stored === null) return []
    try {
      const { hubs } = v.parse(rememberedSchema, JSON.parse(Buffer.from(stored).toString('utf8')))
      for (const { hub, addresses } of hubs) this.#hubs.set(hub, addresses)
      return hubs
    } catch (error) {
      this.#log.warn(errorFields(error), 'the remembered addresses are damaged and were dropped')
      return []
    }
  }

  remember(hub: HubId, addresses: readonly string[]): void {
    const kept = addresses.slice(0, liveLimits.addressesPerCandidateMax)
    if (kept.length === 0) return
    this.#hubs.delete(hub)
    this.#hubs.set(hub, kept)
    const oldest = this.#hubs.keys().next()
    if (this.#hubs.size > liveLimits.rememberedMax && !oldest.done) this.#hubs.delete(oldest.value)
    this.#save()
  }

  has(hub: HubId): boolean {
    return this.#hubs.has(hub)
  }

  forget(hub: HubId): void {
    if (this.#hubs.delete(hub)) this.#save()
  }

  /** Resolves once everything remembered is on disk. */
  async saved(): Promise<void> {
    while (this.#saving !== null) await this.#saving
  }

  #save(): void {
    this.#changed = true
    this.#saving ??= this.#saveAll().finally(() => {
      this.#saving = null
    })
  }

  async #saveAll(): Promise<void> {
    while (this.#changed) {
      this.#changed = false
      const hubs = [...this.#hubs].map(([hub, addresses]) => ({ hub, addresses }))
      try {
        await writePrivateFile(this.#file, `${JSON.stringify({ version: 1, hubs })}\n`)
      } catch (error) {
        this.#log.warn(errorFields(error), 'addresses could not be remembered')
      }
    }
  }
}

/** Where a hub can be dialled: the address we reached it at first, then what it says; its loopback is ours only on one machine. */
export function reachableAddresses(connection: Connection, told: readonly string[]): string[] {
  const remote = connection.remoteAddr.toString()
  const isLocal = remote.startsWith('/ip4/127.')
  const said = told.filter((address) => isLocal || !address.startsWith('/ip4/127.'))
  const dialled = connection.direction === 'outbound' ? [withoutHub(remote)] : []
  return [...new Set([...dialled, ...said])].slice(0, liveLimits.addressesPerCandidateMax)
}
