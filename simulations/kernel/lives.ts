/** Machines and their lives: started, ended, started again from what a disk kept, from a backup, from nothing, or twice. */
import { SimDisk } from './disk.ts'
import type { SimLedger } from './ledger.ts'
import type { Random } from './random.ts'
import { type MachineModel, SimHub } from './sim-hub.ts'
import type { SimWorld } from './world.ts'

export class SimLives {
  /** The present life of each machine; of two with one key the newer. */
  readonly hubs = new Map<string, SimHub>()
  /** Older lives that go on beside a newer one with the same key. */
  readonly twins = new Map<string, SimHub>()
  readonly #world: SimWorld
  readonly #random: Random
  readonly #model: (index: number) => MachineModel
  readonly #newLedger: (job: string) => SimLedger
  readonly #counts = new Map<string, number>()
  readonly #backups = new Map<string, SimDisk>()
  readonly #dropped = new Set<string>()

  constructor(
    world: SimWorld,
    random: Random,
    model: (index: number) => MachineModel,
    newLedger: (job: string) => SimLedger,
  ) {
    this.#world = world
    this.#random = random
    this.#model = model
    this.#newLedger = newLedger
  }

  /** Ends a life at once; its disk stays, whole or damaged. */
  crash(hub: SimHub, damage: ((disk: SimDisk) => void) | null = null): void {
    if (!hub.isAlive) return
    hub.isAlive = false
    hub.isUp = false
    damage?.(hub.disk)
    if (this.twins.get(hub.id) === hub) this.twins.delete(hub.id)
    else this.#world.links.ended(hub.id)
  }

  /** Starts a machine, for the first time or again from its disk. */
  bounce(name: string, disk = this.hubs.get(name)?.disk, incarnation?: number): void {
    const count = (this.#counts.get(name) ?? 0) + 1
    this.#counts.set(name, count)
    const life = {
      boot: count,
      incarnation: incarnation ?? count,
      disk: disk ?? new SimDisk(this.#newLedger),
      model: this.#model(Number(name.slice(1))),
    }
    const hub = new SimHub(this.#world, name, life)
    this.hubs.set(name, hub)
    this.#world.events.after(this.#random.next() * 5, () => {
      hub.boots()
      if (hub.isUp) this.#world.links.booted(name)
    })
  }

  /** Starts a machine with an empty disk under its old name. */
  amnesia(name: string): void {
    this.#forgetDropped(name)
    this.bounce(name, new SimDisk(this.#newLedger))
  }

  /** Copies a machine's disk, for {@link restore}. */
  backUp(hub: SimHub): void {
    this.#backups.set(hub.id, hub.disk.copy())
  }

  /** Starts a machine from its last backup, or from its disk when there is none. */
  restore(name: string): void {
    const backup = this.#backups.get(name)
    if (backup !== undefined) this.#forgetDropped(name)
    this.bounce(name, backup?.copy())
  }

  /** Starts a second life with the same key from a copy of the home, while the first goes on. */
  twin(hub: SimHub, isSameIncarnation: boolean): void {
    this.twins.set(hub.id, hub)
    this.bounce(hub.id, hub.disk.copy(), isSameIncarnation ? hub.incarnation : undefined)
  }

  /** All that live under a name. */
  of(name: string): SimHub[] {
    return [this.hubs.get(name), this.twins.get(name)].filter((hub) => hub !== undefined)
  }

  /** Where a message to a name ends up: of two with one key, either. */
  reached(name: string): SimHub | undefined {
    const twin = this.twins.size === 0 ? undefined : this.twins.get(name)
    return twin !== undefined && this.#random.chance(0.5) ? twin : this.hubs.get(name)
  }

  dropped(hub: SimHub, job: string): void {
    this.#dropped.add(`${hub.id}/${job}`)
    hub.disk.ledgers.delete(job)
  }

  isDropped(hub: string, job: string): boolean {
    return this.#dropped.size > 0 && this.#dropped.has(`${hub}/${job}`)
  }

  #forgetDropped(name: string): void {
    for (const key of this.#dropped) if (key.startsWith(`${name}/`)) this.#dropped.delete(key)
  }
}
