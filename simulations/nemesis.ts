/** Everything that can go wrong in a simulated swarm, as a catalogue of faults; each seed turns on a random subset. */
import type { Acts, FaultContext } from './faults/context.ts'
import { crashActs, killed } from './faults/crashes.ts'
import { jobActs } from './faults/jobs.ts'
import { linkActs } from './faults/links.ts'
import { machineActs } from './faults/machines.ts'
import { type KillStep, killSteps } from './kernel/kill-steps.ts'
import { Random } from './kernel/random.ts'
import type { SimWorld } from './kernel/world.ts'

/** Faults that begin at random moments, or lie in how the world is made. Names as `--faults` takes them and reports count them. */
const plainFaults = [
  'crash',
  'torn-disk',
  'rotten-log',
  'gone',
  'gone-holders',
  'amnesia',
  'backup',
  'twin',
  'power-cut',
  'restart-storm',
  'drain',
  'freeze',
  'pause',
  'stall',
  'freeze-most',
  'straggler',
  'clock-jump',
  'disk-full',
  'lost-blobs',
  'slot-crash',
  'partition',
  'cut-pair',
  'oneway',
  'flap',
  'link-reset',
  'slow-link',
  'slow-card',
  'gossip-loss',
  'gossip-duplicate',
  'gossip-reorder',
  'gossip-late',
  'cancel',
  'forgery',
  'stranger',
  'observer',
  'clock-skew',
  'load',
  'boast',
  'liar',
  'poison',
  'unfit',
] as const

/** Faults of how the world is made: nothing happens at a moment. */
export const builtInFaults = ['clock-skew', 'load', 'boast', 'liar', 'poison', 'unfit'] as const

export type FaultName = (typeof plainFaults)[number] | `kill-${KillStep}`

/** The fault that kills a hub at a protocol step. */
export function killFault(step: KillStep): `kill-${KillStep}` {
  return `kill-${step}`
}

export const faultNames: readonly FaultName[] = [...plainFaults, ...killSteps.map(killFault)]

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
const ON_SHARE = 0.2

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
  readonly #context: FaultContext
  readonly #acts: Acts
  /** What still has to be mended. */
  readonly #mending = new Set<() => void>()
  #isOver = false
  #noted = 0

  constructor(world: SimWorld, random: Random, options: NemesisOptions) {
    this.#world = world
    this.#random = random
    this.#options = options
    this.#context = {
      world,
      random,
      hubs: world.hubs.size,
      enabled: options.faults,
      gone: this.gone,
      draining: this.draining,
      isOver: () => this.#isOver,
      count: (fault) => this.count(fault),
      note: (hub, detail) => this.#note(hub, detail),
      mendAfter: (delayMs, mend) => this.#mendAfter(delayMs, mend),
    }
    const parts = [
      crashActs(this.#context),
      machineActs(this.#context),
      linkActs(this.#context),
      jobActs(this.#context),
    ]
    this.#acts = Object.assign({}, ...parts)
    world.onTrap = (hub, step) => killed(this.#context, hub, step)
  }

  begin(): void {
    const acts = this.#enabledActs()
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
    // What did nothing says nothing; a trap counts when it goes off.
    const before = this.#noted
    act()
    if (this.#noted > before) this.count(fault)
  }

  /** Draws what the fault drew the first time, the time until the next one included. */
  #repeat({ fault, luck }: FaultEvent): void {
    const act = this.#acts[fault]
    if (this.#isOver || act === undefined) return
    this.#random.state = luck
    this.#happen(fault, act)
    this.#random.next()
  }

  #enabledActs(): [FaultName, () => void][] {
    return faultNames.flatMap((name) => {
      const act = this.#acts[name]
      return act !== undefined && this.#options.faults.has(name) ? [[name, act] as [FaultName, () => void]] : []
    })
  }

  /** A fault ends by itself, or when the nemesis does. */
  #mendAfter(delayMs: number, mend: () => void): void {
    if (this.#isOver) return mend()
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
    this.#noted++
    this.#world.history.note(this.#world.events.nowMs, hub, 'fault', { detail })
  }
}
