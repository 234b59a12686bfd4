/** Machines that live and behave badly: frozen, blocked, slow, with clocks that jump and disks that fill up or lose blobs. */
import type { SimHub } from '../kernel/sim-hub.ts'
import { type Acts, anyHub, anyIndex, type FaultContext } from './context.ts'

export function machineActs(context: FaultContext): Acts {
  const { random } = context
  return {
    freeze: () => freeze(context, anyIndex(context), random.between(2_000, 20_000), 'freeze'),
    pause: () => freeze(context, anyIndex(context), random.between(50, 1_500), 'pause'),
    stall: () => freeze(context, anyIndex(context), random.between(1_000, 6_000), 'stall'),
    'freeze-most': () => freezeMost(context),
    straggler: () => straggle(context),
    'clock-jump': () => jumpClock(context),
    'disk-full': () => fillDisk(context),
    'lost-blobs': () => loseBlobs(context),
    'slot-crash': () => slotsCrash(context),
  }
}

/** A stall blocks the hub's own loop only: its slots go on. */
function freeze(context: FaultContext, index: number, forMs: number, cause: 'freeze' | 'pause' | 'stall'): void {
  const { world } = context
  const hub = world.hub(index)
  if (!hub.isUp || hub.isFrozen) return
  context.note(hub.id, cause)
  world.freeze(index, cause !== 'stall')
  context.mendAfter(forMs, () => {
    // The machine may have crashed in between; its next life is not frozen.
    if (!hub.isFrozen || world.hub(index) !== hub) return
    context.note(hub.id, 'thaw')
    world.thaw(index)
  })
}

function freezeMost(context: FaultContext): void {
  const forMs = context.random.between(1_000, 8_000)
  const first = anyIndex(context)
  const count = (context.hubs >> 1) + 1
  for (let offset = 0; offset < count; offset++) freeze(context, (first + offset) % context.hubs, forMs, 'freeze')
}

function straggle(context: FaultContext): void {
  const { random } = context
  const hub = anyHub(context)
  context.note(hub.id, 'straggles')
  hub.slowdown = random.between(4, 50)
  context.mendAfter(random.between(1_000, 10_000), () => {
    hub.slowdown = 1
  })
}

function jumpClock(context: FaultContext): void {
  const hub = anyHub(context)
  if (!hub.isUp || hub.isFrozen) return
  const byMs = context.random.between(500, 30_000)
  context.note(hub.id, `clock jumps ${Math.round(byMs)} ms`)
  hub.jumpClock(byMs)
}

function fillDisk(context: FaultContext): void {
  const { random } = context
  const hub = busyHub(context)
  const { disk } = hub
  if (disk.isFull) return
  context.note(hub.id, 'disk full')
  disk.isFull = true
  // Another program may free the room at once: then a run loses some results and stores the next ones.
  context.mendAfter(random.chance(0.5) ? random.between(5, 300) : random.between(500, 10_000), () => {
    disk.isFull = false
  })
}

/** One that runs something, if there is any. */
function busyHub(context: FaultContext): SimHub {
  const first = anyIndex(context)
  for (let offset = 0; offset < context.hubs; offset++) {
    const hub = context.world.hub((first + offset) % context.hubs)
    if (hub.isUp && hub.hub.state.runningRuns().length > 0) return hub
  }
  return context.world.hub(first)
}

/** Only what was computed is lost: the program and its inputs are the user's to keep. */
function loseBlobs(context: FaultContext): void {
  const hub = anyHub(context)
  const lost = hub.disk.loseBlobs((cid) => !cid.startsWith('program-') && context.random.chance(0.5))
  context.note(hub.id, `${lost} blobs lost`)
}

function slotsCrash(context: FaultContext): void {
  const { world, random } = context
  context.note('h----', 'slots crash')
  world.slotCrash = random.between(0.01, 0.1)
  context.mendAfter(random.between(500, 5_000), () => {
    world.slotCrash = 0
  })
}
