/** Blobs in a simulated swarm: stored by content, fetched from whoever is reachable, copied to a second holder. */
import type { Ref } from '../../src/program/ref.ts'
import { packList, unpackList } from '../../src/wire/pack.ts'
import type { Random } from './random.ts'
import type { SimHub } from './sim-hub.ts'
import type { SimWorld } from './world.ts'

const BLOB_BYTES = 2_000
const MISSING_MS = 20
const FETCH_TRIES_MAX = 3
const COPY_TIMEOUT_MS = 2_000

export class SimBlobs {
  readonly #world: SimWorld
  readonly #share: number
  readonly #random: Random
  /** What is behind each blob; equal content has an equal name. */
  readonly #contents = new Map<string, readonly string[]>()
  readonly #offers = new Map<string, number>()
  readonly #encoder = new TextEncoder()
  readonly #decoder = new TextDecoder()

  constructor(world: SimWorld, share: number, random: Random) {
    this.#world = world
    this.#share = share
    this.#random = random
  }

  store(hub: SimHub, name: string, values: readonly string[]): Ref {
    if (this.#share === 0 || !this.#random.chance(this.#share)) return this.inline(values)
    const cid = `result-${name}+${values.length}`
    this.#contents.set(cid, values)
    hub.disk.blobs.add(cid)
    return { kind: 'blob', cid, size: BLOB_BYTES }
  }

  storeCheckpoint(hub: SimHub, name: string, progress: number): Ref {
    const cid = `checkpoint-${name}=${progress}`
    hub.disk.blobs.add(cid)
    return { kind: 'blob', cid, size: BLOB_BYTES }
  }

  inline(values: readonly string[]): Ref {
    return { kind: 'inline', bytes: packList(values.map((value) => this.#encoder.encode(value))) }
  }

  values(ref: Ref): readonly string[] {
    if (ref.kind === 'inline') return unpackList(ref.bytes).map((bytes) => this.#decoder.decode(bytes))
    return this.#contents.get(ref.cid) ?? []
  }

  /** I6: a checkpoint is of the shard that resumes from it. */
  progressOf(ref: Ref, name: string): number {
    const prefix = `checkpoint-${name}=`
    if (ref.kind === 'blob' && ref.cid.startsWith(prefix)) return Number(ref.cid.slice(prefix.length))
    this.#world.broken('I6', `${name} resumes from a checkpoint that is not its own`)
    return 0
  }

  read(hub: SimHub, ref: Ref, done: (values: readonly string[] | null) => void): void {
    if (ref.kind === 'inline') {
      this.#world.events.after(0, () => hub.whenAwake(() => done(this.values(ref))))
      return
    }
    this.fetch(hub, ref.cid, (isHere) => done(isHere ? this.values(ref) : null))
  }

  /** Brings a blob to a hub, from the first that has it and can be reached. */
  fetch(hub: SimHub, cid: string, done: (isHere: boolean) => void, tries = 1): void {
    const { events, network } = this.#world
    const later = (delayMs: number, run: () => void) => events.after(delayMs, () => hub.whenAwake(run))
    if (hub.disk.blobs.has(cid)) return later(0, () => done(true))
    const source = this.#sourceOf(hub, cid)
    if (source === null) return later(MISSING_MS, () => done(false))
    const durationMs =
      network.delayMs(hub.id, source.id) + network.delayMs(source.id, hub.id) + BLOB_BYTES / network.model.bytesPerMs
    later(source.isFrozen ? COPY_TIMEOUT_MS : durationMs, () => {
      if (this.#has(hub, source, cid)) {
        hub.disk.blobs.add(cid)
        done(true)
      } else if (tries < FETCH_TRIES_MAX) this.fetch(hub, cid, done, tries + 1)
      else done(false)
    })
  }

  /** How often a hub offered a blob to the others. */
  offered(hub: SimHub, cid: string): number {
    return this.#offers.get(`${hub.boot} ${cid}`) ?? 0
  }

  /** Offers a blob to one hub after the other; tells who took it, or nobody. */
  replicate(from: SimHub, cid: string, to: readonly string[], isFirst = true): void {
    const { events, network, links, hubs } = this.#world
    if (isFirst) this.#offers.set(`${from.boot} ${cid}`, this.offered(from, cid) + 1)
    const [target, ...rest] = to
    const other = target === undefined ? undefined : hubs.get(target)
    const answer = (holders: string[]) => events.after(0, () => from.input({ type: 'replicated', cid, holders }))
    if (target === undefined || !from.isAlive) return answer([])
    const isReachable = other?.isUp === true && !other.isFrozen && links.isUp(from.id, target)
    const durationMs = network.delayMs(from.id, target) + BLOB_BYTES / network.model.bytesPerMs
    events.after(isReachable ? durationMs : COPY_TIMEOUT_MS / 4, () =>
      from.whenAwake(() => {
        const isTaken = other !== undefined && isReachable && this.#takes(from, other, cid)
        if (isTaken) answer([target])
        else this.replicate(from, cid, rest, false)
      }),
    )
  }

  #takes(from: SimHub, other: SimHub, cid: string): boolean {
    if (!other.isUp || other.isFrozen || !this.#world.links.isUp(from.id, other.id)) return false
    if (!from.disk.blobs.has(cid)) return false
    other.disk.blobs.add(cid)
    return true
  }

  #sourceOf(hub: SimHub, cid: string): SimHub | null {
    for (const other of this.#world.hubs.values()) {
      if (other !== hub && other.isUp && other.disk.blobs.has(cid) && this.#world.links.isUp(hub.id, other.id))
        return other
    }
    return null
  }

  #has(hub: SimHub, source: SimHub, cid: string): boolean {
    return source.isUp && !source.isFrozen && source.disk.blobs.has(cid) && this.#world.links.isUp(hub.id, source.id)
  }
}
