/** Everything that can go wrong in a simulated swarm, as a catalogue of faults; each seed turns on a random subset. */
import { Random } from './kernel/random.ts'
import { killSteps } from './kernel/sim-hub.ts'
import { hubName, type SimWorld } from './kernel/world.ts'

/** Names of faults, as `--faults` takes them and reports count them. */
export const faultNames = [
  'crash',
  'crash-at-step',
  'torn-disk',
  'gone',
  'amnesia',
  'lost-blobs',
  'freeze',
  'pause',
  'partition',
  'oneway',
  'flap',
  'slow-link',
  'gossip-loss',
  'gossip-duplicate',
  'gossip-reorder',
  'slot-crash',
  'poison',
  'straggler',
  'clock-skew',
  'power-cut',
  'drain',
  'cancel',
] as const
export type FaultName = (typeof faultNames)[number]

export interface NemesisOptions {
  readonly faults: ReadonlySet<FaultName>
  /** Virtual milliseconds during which faults begin; after it everything is mended. */
  readonly untilMs: number
  /** Mean time between two faults. */
  readonly everyMs: number
  /** These happen instead of freshly drawn ones. */
  readonly events?: readonly FaultEvent[]
}

/** One fault as a seed drew it: enough to let it happen again, alone or among others. */
export interface FaultEvent {
  readonly atMs: number
  readonly fault: FaultName
  /** What the fault draws from: which hub, for how long. */
  readonly luck: number
}

/** Each fault is on with this chance: subsets reach states that all faults at once drown. */
const ON_SHARE = 0.35

/** A random subset of the allowed faults: swarm testing. Each has its own generator, so that a new fault shifts no other. */
export function swarmOf(seed: number, allowed: readonly FaultName[]): Set<FaultName> {
  const share = allowed.length < 4 ? 0.8 : ON_SHARE
  return new Set(allowed.filter((fault) => new Random(seed, `fault ${fault}`).chance(share)))
}

/** Breaks a world at random moments, and mends it at the end. */
export class Nemesis {
  readonly counts = new Map<FaultName, number>()
  readonly draining = new Set<string>()
  readonly gone = new Set<number>()
  /** What happened, in order. */
  readonly happened: FaultEvent[] = []
  readonly #world: SimWorld
  readonly #random: Random
  readonly #options: NemesisOptions
  readonly #hubs: number
  /** What still has to be mended. */
  readonly #mending = new Set<() => void>()
  #isOver = false

  constructor(world: SimWorld, random: Random, options: NemesisOptions) {
    this.#world = world
    this.#random = random
    this.#options = options
    this.#hubs = world.hubs.size
    world.onTrap = (hub) => this.#crashFor(Number(hub.id.slice(1)), 'crash-at-step')
  }

  begin(): void {
    const acts = this.#acts()
    const { events } = this.#options
    if (events !== undefined) for (const event of events) this.#world.events.at(event.atMs, () => this.#repeat(event))
    else if (acts.length > 0) this.#next(acts)
    this.#world.events.at(this.#options.untilMs, () => this.#end())
  }

  /** Counts a fault that was built into the world. */
  count(fault: FaultName): void {
    this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1)
  }

  #next(acts: readonly [FaultName, () => void][]): void {
    this.#world.events.after(this.#random.between(0, 2 * this.#options.everyMs), () => {
      if (this.#isOver) return
      const [fault, act] = acts[this.#random.below(acts.length)] ?? acts[0] ?? ['crash', () => undefined]
      this.#happen(fault, act)
      this.#next(acts)
    })
  }

  #happen(fault: FaultName, act: () => void): void {
    this.happened.push({ atMs: this.#world.events.nowMs, fault, luck: this.#random.state })
    this.count(fault)
    act()
  }

  /** Draws what the fault drew the first time, the time until the next one included. */
  #repeat({ fault, luck }: FaultEvent): void {
    const act = this.#actOf()[fault]
    if (this.#isOver || act === undefined) return
    this.#random.state = luck
    this.#happen(fault, act)
    this.#random.next()
  }

  #acts(): [FaultName, () => void][] {
    const acts = this.#actOf()
    return faultNames.flatMap((name) => {
      const act = acts[name]
      return act !== undefined && this.#options.faults.has(name) ? [[name, act] as [FaultName, () => void]] : []
    })
  }

  #actOf(): Partial<Record<FaultName, () => void>> {
    return {
      crash: () => this.#crashFor(this.#hub(), 'crash'),
      'crash-at-step': () => this.#setTrap(),
      gone: () => this.#loseForGood(),
      amnesia: () => this.#forget(),
      'lost-blobs': () => this.#loseBlobs(),
      freeze: () => this.#freeze(this.#random.between(2_000, 20_000), 'freeze'),
      pause: () => this.#freeze(this.#random.between(50, 1_500), 'pause'),
      partition: () => this.#partition(),
      oneway: () => this.#oneway(),
      flap: () => this.#flap(),
      'slow-link': () => this.#slowLink(),
      'gossip-loss': () => this.#gossip('gossip-loss', { gossipLoss: 0.3 }),
      'gossip-duplicate': () => this.#gossip('gossip-duplicate', { gossipDuplicate: 0.5 }),
      'gossip-reorder': () => this.#gossip('gossip-reorder', { gossipReorder: 0.5, gossipLateMs: 3_000 }),
      'slot-crash': () => this.#slotCrashes(),
      straggler: () => this.#straggle(),
      'power-cut': () => this.#powerCut(),
      drain: () => this.#drain(),
      cancel: () => this.#cancel(),
    }
  }

  #hub(): number {
    return this.#random.below(this.#hubs)
  }

  /** A fault ends by itself, or when the nemesis does. */
  #mendAfter(delayMs: number, mend: () => void): void {
    const once = () => {
      if (this.#mending.delete(once)) mend()
    }
    this.#mending.add(once)
    this.#world.events.after(delayMs, once)
  }

  #end(): void {
    this.#isOver = true
    for (const hub of this.#world.hubs.values()) hub.trap = null
    for (const mend of [...this.#mending]) mend()
    this.#world.slotCrash = 0
    this.#note('h----', 'the nemesis ends')
  }

  #note(hub: string, detail: string): void {
    this.#world.history.note(this.#world.events.nowMs, hub, 'fault', { detail })
  }

  #crashFor(index: number, cause: string): void {
    if (!this.#world.hub(index).isAlive) return
    const isTorn = this.#options.faults.has('torn-disk')
    if (isTorn) this.count('torn-disk')
    this.#note(hubName(index), `${cause}${isTorn ? ', torn disk' : ''}`)
    this.#world.hub(index).isFrozen = false
    this.#world.crash(index, isTorn ? () => this.#random.below(4) : null)
    this.#mendAfter(this.#random.between(20, 6_000), () => {
      if (!this.#world.hub(index).isAlive && !this.gone.has(index)) this.#world.bounce(hubName(index))
    })
  }

  #setTrap(): void {
    const step = killSteps[this.#random.below(killSteps.length)] ?? 'claim'
    this.#world.hub(this.#hub()).trap = { step, countdown: 1 + this.#random.below(10) }
  }

  #forget(): void {
    const index = this.#hub()
    if (!this.#world.hub(index).isAlive) return
    this.#note(hubName(index), 'crash, amnesia')
    this.#world.hub(index).isFrozen = false
    this.#world.crash(index)
    this.#mendAfter(this.#random.between(20, 6_000), () => {
      if (!this.#world.hub(index).isAlive && !this.gone.has(index)) this.#world.amnesia(hubName(index))
    })
  }

  /** A machine that never comes back; most of the swarm stays. */
  #loseForGood(): void {
    const index = this.#hub()
    if (!this.#world.hub(index).isAlive || this.gone.size >= this.#hubs >> 1) return
    this.#note(hubName(index), 'gone for good')
    this.gone.add(index)
    this.#world.hub(index).isFrozen = false
    this.#world.crash(index)
  }

  /** Only what was computed is lost: the program and its inputs are the user's to keep. */
  #loseBlobs(): void {
    const hub = this.#world.hub(this.#hub())
    const lost = hub.disk.loseBlobs((cid) => !cid.startsWith('program-') && this.#random.chance(0.5))
    this.#note(hub.id, `${lost} blobs lost`)
  }

  #freeze(forMs: number, cause: string): void {
    const index = this.#hub()
    const hub = this.#world.hub(index)
    if (!hub.isUp || hub.isFrozen) return
    this.#note(hub.id, cause)
    this.#world.freeze(index)
    this.#mendAfter(forMs, () => {
      // The machine may have crashed in between; its next life is not frozen.
      if (!hub.isFrozen || this.#world.hub(index) !== hub) return
      this.#note(hub.id, 'thaw')
      this.#world.thaw(index)
    })
  }

  #partition(): void {
    const sides: [number[], number[]] = [[], []]
    for (let index = 0; index < this.#hubs; index++) sides[this.#random.below(2)]?.push(index)
    this.#note('h----', `partition ${sides[0].join()}|${sides[1].join()}`)
    this.#world.partition(...sides)
    this.#mendAfter(this.#random.between(500, 12_000), () => {
      this.#note('h----', `heal ${sides[0].join()}|${sides[1].join()}`)
      this.#world.heal(...sides)
    })
  }

  #oneway(): void {
    const from = this.#hub()
    const to = this.#hub()
    if (from === to) return
    this.#note(hubName(to), `deaf to ${hubName(from)}`)
    this.#world.partitionOneway(from, to)
    this.#mendAfter(this.#random.between(500, 12_000), () => this.#world.repairOneway(from, to))
  }

  #flap(times = 6, a = this.#hub(), b = this.#hub()): void {
    if (a === b || times === 0) return
    this.#note(hubName(a), `link to ${hubName(b)} flaps`)
    this.#world.partition([a], [b])
    this.#mendAfter(500, () => {
      this.#world.heal([a], [b])
      if (!this.#isOver) this.#world.events.after(500, () => (this.#isOver ? undefined : this.#flap(times - 1, a, b)))
    })
  }

  #slowLink(): void {
    const a = hubName(this.#hub())
    const b = hubName(this.#hub())
    if (a === b) return
    this.#note(a, `slow link to ${b}`)
    this.#world.network.slow(a, b, this.#random.between(50, 1_000))
    this.#mendAfter(this.#random.between(1_000, 10_000), () => this.#world.network.slow(a, b, 0))
  }

  #gossip(name: string, change: Partial<SimWorld['network']['model']>): void {
    const { network } = this.#world
    const before = network.model
    this.#note('h----', name)
    network.model = { ...before, ...change }
    this.#mendAfter(this.#random.between(1_000, 10_000), () => {
      const calm = Object.fromEntries(Object.keys(change).map((key) => [key, 0]))
      network.model = { ...network.model, ...calm }
    })
  }

  #slotCrashes(): void {
    this.#note('h----', 'slots crash')
    this.#world.slotCrash = this.#random.between(0.01, 0.1)
    this.#mendAfter(this.#random.between(500, 5_000), () => {
      this.#world.slotCrash = 0
    })
  }

  #straggle(): void {
    const hub = this.#world.hub(this.#hub())
    this.#note(hub.id, 'straggles')
    hub.slowdown = this.#random.between(4, 50)
    this.#mendAfter(this.#random.between(1_000, 10_000), () => {
      hub.slowdown = 1
    })
  }

  #powerCut(): void {
    for (let index = 0; index < this.#hubs; index++) this.#crashFor(index, 'power cut')
  }

  /** A hub leaves in order, and its machine starts again some time after. */
  #drain(): void {
    const index = this.#hub()
    const hub = this.#world.hub(index)
    if (!hub.isUp || this.draining.size >= this.#hubs - 2 || this.draining.has(hub.boot)) return
    this.#note(hub.id, 'drain')
    this.draining.add(hub.boot)
    hub.input({ type: 'drain' })
  }

  #cancel(): void {
    const ids = [...this.#world.jobs.keys()]
    // The first job is always let run: there is work to judge in every seed.
    const job = ids[1 + this.#random.below(Math.max(1, ids.length - 1))]
    const hub = this.#world.hub(this.#hub())
    if (job === undefined || !hub.isUp) return
    this.#note(hub.id, `cancel ${job}`)
    hub.input({ type: 'cancel', job, reason: 'user' })
  }
}
