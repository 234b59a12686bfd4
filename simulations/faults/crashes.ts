/** Machines that end and start again: at any moment or at a protocol step, with whole, damaged, old, empty or doubled homes. */
import type { SimDisk } from '../kernel/disk.ts'
import { type KillStep, killSteps } from '../kernel/kill-steps.ts'
import type { SimHub } from '../kernel/sim-hub.ts'
import { hubName } from '../kernel/world.ts'
import { killFault } from '../nemesis.ts'
import { type Acts, anyHub, anyIndex, type FaultContext } from './context.ts'

const AWAY_MS = 6_000

export function crashActs(context: FaultContext): Acts {
  const acts: Acts = {
    crash: () => crashFor(context, anyIndex(context), 'crash'),
    'torn-disk': () => crashFor(context, anyIndex(context), 'crash', torn(context)),
    'rotten-log': () => crashFor(context, anyIndex(context), 'crash', rotten(context)),
    gone: () => loseForGood(context),
    'gone-holders': () => loseHolders(context),
    amnesia: () => endFor(context, anyIndex(context), 'crash, amnesia', (name) => context.world.lives.amnesia(name)),
    backup: () => restoreBackup(context),
    twin: () => doubleHome(context),
    'power-cut': () => {
      for (let index = 0; index < context.hubs; index++) crashFor(context, index, 'power cut')
    },
    'restart-storm': () => restartStorm(context),
    drain: () => drain(context),
  }
  for (const step of killSteps) acts[killFault(step)] = () => setTrap(context, step)
  return acts
}

/** A trap has gone off. */
export function killed(context: FaultContext, hub: SimHub, step: KillStep): void {
  context.count(killFault(step))
  const index = Number(hub.id.slice(1))
  if (context.world.hub(index) === hub) crashFor(context, index, `killed at ${step}`)
  else context.world.lives.crash(hub)
}

/** The machine is off for a while; its disk may be damaged, if only by chance, and what starts again is up to `start`. */
function endFor(
  context: FaultContext,
  index: number,
  cause: string,
  start: (name: string) => void,
  known?: Damage,
): void {
  const { world, gone, random } = context
  const hub = world.hub(index)
  if (!hub.isAlive) return
  const damage = known ?? damageOf(context)
  context.note(hub.id, `${cause}${damage.told}`)
  hub.isFrozen = false
  world.crash(index, damage.act)
  context.mendAfter(random.between(20, AWAY_MS), () => {
    if (!world.hub(index).isAlive && !gone.has(index)) start(hub.id)
  })
}

function crashFor(context: FaultContext, index: number, cause: string, damage?: Damage): void {
  endFor(context, index, cause, (name) => context.world.bounce(name), damage)
}

interface Damage {
  readonly told: string
  readonly act: ((disk: SimDisk) => void) | null
}

/** Where disks may be damaged, every end of a machine may do it. */
function damageOf(context: FaultContext): Damage {
  const { enabled, random, count } = context
  if (enabled.has('rotten-log') && random.chance(0.3)) {
    count('rotten-log')
    return rotten(context)
  }
  if (!enabled.has('torn-disk')) return { told: '', act: null }
  count('torn-disk')
  return torn(context)
}

function torn({ random }: FaultContext): Damage {
  return { told: ', torn disk', act: (disk) => disk.tear(() => random.below(4)) }
}

function rotten({ random }: FaultContext): Damage {
  return { told: ', rotten log', act: (disk) => disk.rot(() => random.next()) }
}

/** Few seeds come by these more than once. */
const rareSteps: ReadonlySet<KillStep> = new Set(['root', 'snapshot', 'deliver', 'send'])

function setTrap(context: FaultContext, step: KillStep): void {
  const times = 1 + context.random.below(10)
  anyHub(context).trap = { step, countdown: rareSteps.has(step) ? 1 : times }
}

/** A machine that never comes back; most of the swarm stays. */
function loseForGood(context: FaultContext, index = anyIndex(context)): void {
  const { world, gone, hubs } = context
  if (!world.hub(index).isAlive || gone.size >= hubs >> 1) return
  context.note(hubName(index), 'gone for good')
  gone.add(index)
  world.hub(index).isFrozen = false
  world.crash(index)
}

/** All that hold some result at once, and for good. */
function loseHolders(context: FaultContext): void {
  const { world, gone, hubs } = context
  const cid = [...anyHub(context).disk.blobs].findLast((name) => name.startsWith('result-'))
  const holders = [...world.hubs.values()].filter(({ disk }) => cid !== undefined && disk.blobs.has(cid))
  if (holders.length > (hubs >> 1) - gone.size) return
  for (const { id } of holders) loseForGood(context, Number(id.slice(1)))
}

/** The home is copied now, and some time later the machine starts from the copy. */
function restoreBackup(context: FaultContext): void {
  const { world, random } = context
  const index = anyIndex(context)
  const hub = world.hub(index)
  if (!hub.isUp) return
  context.note(hub.id, 'backup taken')
  world.lives.backUp(hub)
  context.mendAfter(random.between(500, 8_000), () =>
    endFor(context, index, 'crash, backup restored', (name) => world.lives.restore(name)),
  )
}

/** Two lives with one key, until the older one ends. */
function doubleHome(context: FaultContext): void {
  const { world, random } = context
  const hub = anyHub(context)
  if (!hub.isUp || hub.isFrozen || world.lives.twins.has(hub.id)) return
  context.note(hub.id, 'a second life with the same key')
  context.draining.delete(hub.boot)
  world.lives.twin(hub, random.chance(0.5))
  context.mendAfter(random.between(500, 10_000), () => {
    if (!hub.isAlive) return
    context.note(hub.id, 'the older life ends')
    world.lives.crash(hub)
  })
}

/** All machines at once, and all back at once. */
function restartStorm(context: FaultContext): void {
  const { world, gone, random } = context
  context.note('h----', 'all start again at once')
  for (const hub of world.hubs.values()) {
    hub.isFrozen = false
    world.lives.crash(hub)
  }
  context.mendAfter(random.between(20, 1_000), () => {
    for (const hub of world.hubs.values()) if (!hub.isAlive && !gone.has(Number(hub.id.slice(1)))) world.bounce(hub.id)
  })
}

/** A hub leaves in order, one that runs something if there is one, and its machine starts again some time after. */
function drain(context: FaultContext): void {
  const { world, random, draining, hubs } = context
  const busy = [...world.hubs.values()].filter(({ isUp, hub: { state } }) => isUp && state.runs.size > 0)
  const hub = busy[random.below(Math.max(1, busy.length))] ?? anyHub(context)
  if (!hub.isUp || draining.size >= hubs - 2 || draining.has(hub.boot)) return
  context.note(hub.id, 'drain')
  draining.add(hub.boot)
  hub.input({ type: 'drain' })
}
