/** Carries out the acts of a scenario: breaks the world at their times, and mends it. */
import { Random } from '../kernel/random.ts'
import { hubName, type SimWorld } from '../kernel/world.ts'
import { type Act, range, type Which } from './scenario.ts'

/** A power cut in the middle of writes loses up to so many of the newest records of logs that others keep too. */
const TORN_RECORDS = 4
/** How often a machine that drains is looked at, until it has left and is started again. */
const LEFT_LOOK_MS = 50

/** What is not as it was when the acts are over. */
export interface Aftermath {
  /** Machines that never come back. */
  readonly gone: ReadonlySet<number>
  /** Lives of hubs that were asked to leave and have not said that they did. */
  readonly draining: Set<string>
}

/** Schedules all acts from `beginMs` on; machines that join later are switched off at once. */
export function perform(world: SimWorld, acts: readonly Act[], seed: number, beginMs: number): Aftermath {
  const performer = new Performer(world, new Random(seed, 'scenario'))
  for (const act of acts) {
    if (act.type === 'join') for (const hub of act.hubs) world.crash(hub)
    world.events.at(beginMs + act.atMs, () => performer.begin(act))
  }
  return performer
}

class Performer implements Aftermath {
  readonly gone = new Set<number>()
  readonly draining = new Set<string>()
  readonly #world: SimWorld
  readonly #random: Random

  constructor(world: SimWorld, random: Random) {
    this.#world = world
    this.#random = random
  }

  begin(act: Act): void {
    switch (act.type) {
      case 'partition':
        return this.#partition(act)
      case 'crash':
        return this.#crash(act)
      case 'amnesia':
        for (const hub of act.hubs) this.#off(hub, 'crash, amnesia', false)
        return this.#mend(act, () => {
          for (const hub of act.hubs) this.#world.lives.amnesia(hubName(hub))
        })
      case 'freeze':
        return this.#freeze(act)
      case 'drain':
        return this.#drain(act)
      case 'join':
        for (const hub of act.hubs) this.#world.bounce(hubName(hub))
        return
      case 'slow-link':
        return this.#slow(act)
      case 'flap':
        return this.#flap(act, this.#world.events.nowMs + act.forMs)
      case 'straggle':
        return this.#straggle(act)
      case 'gossip-loss':
        return this.#gossip(act)
    }
  }

  #partition({ sides, isOneway = false, ...act }: Extract<Act, { type: 'partition' }>): void {
    const told = sides.map((side) => side.join()).join(isOneway ? '>' : '|')
    this.#note('h----', `partition ${told}`)
    eachPair(sides, (from, to) => {
      if (!isOneway) this.#world.partition([from], [to])
      else this.#world.partitionOneway(to, from)
    })
    this.#mend(act, () => {
      this.#note('h----', `heal ${told}`)
      eachPair(sides, (from, to) => {
        if (!isOneway) this.#world.heal([from], [to])
        else this.#world.repairOneway(to, from)
      })
    })
  }

  #crash({ hubs, isTorn = false, forMs, ...act }: Extract<Act, { type: 'crash' }>): void {
    const cause = forMs === undefined ? 'gone for good' : hubs.length === this.#world.hubs.size ? 'power cut' : 'crash'
    for (const hub of hubs) {
      this.#off(hub, cause, isTorn)
      if (forMs === undefined) this.gone.add(hub)
    }
    this.#mend({ ...act, ...(forMs === undefined ? {} : { forMs }) }, () => {
      for (const hub of hubs) if (!this.#world.hub(hub).isAlive) this.#world.bounce(hubName(hub))
    })
  }

  #off(hub: number, cause: string, isTorn: boolean): void {
    if (!this.#world.hub(hub).isAlive) return
    this.#note(hubName(hub), isTorn ? `${cause}, torn disk` : cause)
    this.#world.hub(hub).isFrozen = false
    this.#world.crash(hub, isTorn ? (disk) => disk.tear(() => this.#random.below(TORN_RECORDS)) : null)
  }

  #freeze(act: Extract<Act, { type: 'freeze' }>): void {
    const frozen = act.hubs.map((index) => this.#world.hub(index)).filter((hub) => hub.isUp && !hub.isFrozen)
    for (const hub of frozen) {
      this.#note(hub.id, 'freeze')
      this.#world.freeze(indexOf(hub.id))
    }
    this.#mend(act, () => {
      for (const hub of frozen) {
        if (!hub.isFrozen || this.#world.hub(indexOf(hub.id)) !== hub) continue
        this.#note(hub.id, 'thaw')
        this.#world.thaw(indexOf(hub.id))
      }
    })
  }

  #drain(act: Extract<Act, { type: 'drain' }>): void {
    const leaving = act.hubs.map((index) => this.#world.hub(index)).filter((hub) => hub.isUp)
    for (const hub of leaving) {
      this.#note(hub.id, 'drain')
      this.draining.add(hub.boot)
      hub.input({ type: 'drain' })
    }
    this.#mend(act, () => {
      for (const hub of leaving) this.#restartOnceLeft(hub.id, hub.boot)
    })
  }

  #restartOnceLeft(name: string, boot: string): void {
    const world = this.#world
    const isSame = world.hubs.get(name)?.boot === boot
    const hasLeft = world.notes.some((note) => note.boot === boot && note.effect.type === 'drained')
    if (!isSame || !world.hub(indexOf(name)).isAlive) return
    if (!hasLeft) return world.events.after(LEFT_LOOK_MS, () => this.#restartOnceLeft(name, boot))
    this.draining.delete(boot)
    this.#note(name, 'restart')
    world.crash(indexOf(name))
    world.bounce(name)
  }

  #slow(act: Extract<Act, { type: 'slow-link' }>): void {
    const { network } = this.#world
    const told = act.between.map((side) => side.join()).join(' and ')
    this.#note('h----', `slow link between ${told}`)
    const set = (extraMs: number) => eachPair(act.between, (a, b) => network.slow(hubName(a), hubName(b), extraMs))
    set(act.extraMs)
    this.#mend(act, () => {
      this.#note('h----', `link between ${told} is fast again`)
      set(0)
    })
  }

  #flap(act: Extract<Act, { type: 'flap' }>, untilMs: number): void {
    const { events } = this.#world
    if (events.nowMs >= untilMs) return
    const [a, b] = act.between
    const told = `${a.join()}-${b.join()}`
    this.#note('h----', `link ${told} down`)
    this.#world.partition(a, b)
    events.after(act.everyMs / 2, () => {
      this.#note('h----', `link ${told} up`)
      this.#world.heal(a, b)
      events.after(act.everyMs / 2, () => this.#flap(act, untilMs))
    })
  }

  #straggle(act: Extract<Act, { type: 'straggle' }>): void {
    const hubs = act.hubs.map((index) => this.#world.hub(index))
    for (const hub of hubs) {
      this.#note(hub.id, `is ${act.times} times slower`)
      hub.slowdown = act.times
    }
    this.#mend(act, () => {
      for (const hub of hubs) hub.slowdown = 1
    })
  }

  #gossip(act: Extract<Act, { type: 'gossip-loss' }>): void {
    const { network } = this.#world
    this.#note('h----', `${Math.round(act.share * 100)} % of gossip is lost`)
    network.model = { ...network.model, gossipLoss: act.share }
    this.#mend(act, () => {
      this.#note('h----', 'gossip arrives again')
      network.model = { ...network.model, gossipLoss: 0 }
    })
  }

  #mend({ forMs }: { readonly forMs?: number }, mend: () => void): void {
    if (forMs !== undefined) this.#world.events.after(forMs, mend)
  }

  #note(hub: string, detail: string): void {
    this.#world.history.note(this.#world.events.nowMs, hub, 'fault', { detail })
  }
}

function eachPair(sides: readonly Which[], act: (a: number, b: number) => void): void {
  for (const first of range(0, sides.length)) {
    for (const second of range(first + 1, sides.length)) {
      for (const a of sides[first] ?? []) for (const b of sides[second] ?? []) act(a, b)
    }
  }
}

function indexOf(name: string): number {
  return Number(name.slice(1))
}
