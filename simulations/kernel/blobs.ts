/** Blobs in a simulated swarm: stored by content, fetched from whoever is reachable, copied to a second holder. */
import { recovery, shellLimits } from '../../src/limits.ts'
import type { Ref } from '../../src/program/ref.ts'
import { packList, unpackList } from '../../src/wire/pack.ts'
import { MIX_BEGIN, mixText } from './mixing.ts'
import type { SimHub } from './sim-hub.ts'
import { SimTransfers } from './transfers.ts'
import type { SimWorld } from './world.ts'

/** The smallest blob; inputs and checkpoints are of this size. */
const BLOB_BYTES = 2_000
const MISSING_MS = 20
const FETCH_TRIES_MAX = 3
const COPY_TIMEOUT_MS = 2_000

export interface BlobModel {
  /** Share of results that are blobs, and so need a second holder before they count. */
  readonly share: number
  /** How large results are: what a millisecond of work makes, beyond the least of any blob. */
  readonly bytesPerWorkMs: number
}

export class SimBlobs {
  readonly transfers: SimTransfers
  readonly #world: SimWorld
  readonly #model: BlobModel
  readonly #seed: number
  /** What is behind each blob; equal content has an equal name. */
  readonly #contents = new Map<string, readonly string[]>()
  /** What was read from inline results: all hubs hold the very same. */
  readonly #inline = new Map<Uint8Array, readonly string[]>()
  readonly #sizes = new Map<string, number>()
  readonly #offers = new Map<string, number>()
  readonly #encoder = new TextEncoder()
  readonly #decoder = new TextDecoder()

  constructor(world: SimWorld, model: BlobModel, seed: number) {
    this.#world = world
    this.#model = model
    this.#seed = seed
    this.transfers = new SimTransfers(world.events, world.network)
  }

  /** Null when the disk has no room. */
  store(hub: SimHub, name: string, values: readonly string[], workMs: number): Ref | null {
    const { share, bytesPerWorkMs } = this.#model
    const cid = `result-${name}+${values.length}`
    if (!isLarge(cid, share, this.#seed)) return this.inline(values)
    this.#contents.set(cid, values)
    const size = BLOB_BYTES + Math.round(workMs * bytesPerWorkMs)
    this.#sizes.set(cid, size)
    return hub.disk.keep(cid) ? { kind: 'blob', cid, size } : null
  }

  /** Null when the disk has no room. */
  storeCheckpoint(hub: SimHub, name: string, progress: number): Ref | null {
    const cid = `checkpoint-${name}=${progress}`
    return hub.disk.keep(cid) ? { kind: 'blob', cid, size: BLOB_BYTES } : null
  }

  inline(values: readonly string[]): Ref {
    return { kind: 'inline', bytes: packList(values.map((value) => this.#encoder.encode(value))) }
  }

  values(ref: Ref): readonly string[] {
    if (ref.kind === 'blob') return this.#contents.get(ref.cid) ?? []
    const known = this.#inline.get(ref.bytes)
    if (known !== undefined) return known
    const values = unpackList(ref.bytes).map((bytes) => this.#decoder.decode(bytes))
    this.#inline.set(ref.bytes, values)
    return values
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
    const finish = (isWhole: boolean) => {
      if (isWhole && this.#has(hub, source, cid)) done(hub.disk.keep(cid))
      else if (tries < FETCH_TRIES_MAX) this.fetch(hub, cid, done, tries + 1)
      else done(false)
    }
    if (source.isFrozen) return later(COPY_TIMEOUT_MS, () => finish(true))
    const askMs = network.delayMs(hub.id, source.id) + network.delayMs(source.id, hub.id)
    later(askMs, () => this.#move(cid, source, hub, shellLimits.deliverTimeoutMs, hub, finish))
  }

  /** How often a hub offered a blob to the others. */
  offered(hub: SimHub, cid: string): number {
    return this.#offers.get(`${hub.boot} ${cid}`) ?? 0
  }

  /** Offers a blob to one hub after the other; tells who took it, or nobody. */
  replicate(from: SimHub, cid: string, to: readonly string[], isFirst = true): void {
    const { events, network, hubs } = this.#world
    if (isFirst) this.#offers.set(`${from.boot} ${cid}`, this.offered(from, cid) + 1)
    const [target, ...rest] = to
    const other = target === undefined ? undefined : hubs.get(target)
    const answer = (holders: string[]) => events.after(0, () => from.input({ type: 'replicated', cid, holders }))
    if (target === undefined || !from.isAlive) return answer([])
    const finish = (isWhole: boolean) => {
      if (isWhole && other !== undefined && this.#takes(from, other, cid)) answer([target])
      else this.replicate(from, cid, rest, false)
    }
    if (other === undefined || !this.#reaches(from, other))
      events.after(COPY_TIMEOUT_MS / 4, () => from.whenAwake(() => finish(false)))
    else
      events.after(network.delayMs(from.id, target), () =>
        this.#move(cid, from, other, recovery.replicateTimeoutMs, from, finish),
      )
  }

  /** Moves the bytes of a blob; `who` asked for it and goes on. */
  #move(
    cid: string,
    from: SimHub,
    to: SimHub,
    timeoutMs: number,
    who: SimHub,
    finish: (isWhole: boolean) => void,
  ): void {
    this.transfers.begin(from.id, to.id, this.#sizes.get(cid) ?? BLOB_BYTES, timeoutMs, (isWhole) =>
      who.whenAwake(() => finish(isWhole)),
    )
  }

  #takes(from: SimHub, other: SimHub, cid: string): boolean {
    return this.#reaches(from, other) && from.disk.blobs.has(cid) && other.disk.keep(cid)
  }

  #reaches(from: SimHub, other: SimHub): boolean {
    return other.isUp && !other.isFrozen && this.#world.links.isUp(from.id, other.id)
  }

  #sourceOf(hub: SimHub, cid: string): SimHub | null {
    for (const other of this.#world.hubs.values()) {
      if (other !== hub && other.isUp && other.disk.blobs.has(cid) && this.#world.links.isUp(hub.id, other.id))
        return other
    }
    return null
  }

  #has(hub: SimHub, source: SimHub, cid: string): boolean {
    return this.#reaches(hub, source) && source.disk.blobs.has(cid)
  }
}

/** The same values are as large wherever they are made: what is a blob at one hub is none of the others' inline. */
function isLarge(cid: string, share: number, seed: number): boolean {
  const hash = mixText(MIX_BEGIN ^ seed, cid)
  const spread = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (spread >>> 0) / 2 ** 32 < share
}
