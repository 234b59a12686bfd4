/** Networks that split, go deaf, flap, crawl, lose, double and reorder. */
import type { LinkModel } from '../kernel/network.ts'
import { hubName } from '../kernel/world.ts'
import type { FaultName } from '../nemesis.ts'
import { type Acts, anyHub, anyIndex, type FaultContext } from './context.ts'

export function linkActs(context: FaultContext): Acts {
  return {
    partition: () => partition(context),
    'cut-pair': () => cutPair(context),
    oneway: () => oneway(context),
    flap: () => flap(context, 6, anyIndex(context), anyIndex(context)),
    'link-reset': () => reset(context),
    'slow-link': () => slowLink(context),
    'slow-card': () => slowCard(context),
    'gossip-loss': () => gossip(context, 'gossip-loss', { gossipLoss: 0.3 }),
    'gossip-duplicate': () => gossip(context, 'gossip-duplicate', { gossipDuplicate: 0.5 }),
    'gossip-reorder': () => gossip(context, 'gossip-reorder', { gossipReorder: 0.5, gossipLateMs: 3_000 }),
    'gossip-late': () => gossip(context, 'gossip-late', { gossipReorder: 0.1, gossipLateMs: 60_000 }),
  }
}

function partition(context: FaultContext): void {
  const { world, random, hubs } = context
  const sides: [number[], number[]] = [[], []]
  for (let index = 0; index < hubs; index++) sides[random.below(2)]?.push(index)
  context.note('h----', `partition ${sides[0].join()}|${sides[1].join()}`)
  world.partition(...sides)
  context.mendAfter(random.between(500, 12_000), () => {
    context.note('h----', `heal ${sides[0].join()}|${sides[1].join()}`)
    world.heal(...sides)
  })
}

/** Two hubs that reach each other only through the rest. */
function cutPair(context: FaultContext): void {
  const [a, b] = [anyIndex(context), anyIndex(context)]
  if (a === b) return
  context.note(hubName(a), `no link to ${hubName(b)}`)
  context.world.partition([a], [b])
  context.mendAfter(context.random.between(2_000, 20_000), () => context.world.heal([a], [b]))
}

function oneway(context: FaultContext): void {
  const [from, to] = [anyIndex(context), anyIndex(context)]
  if (from === to) return
  context.note(hubName(to), `deaf to ${hubName(from)}`)
  context.world.partitionOneway(from, to)
  context.mendAfter(context.random.between(500, 12_000), () => context.world.repairOneway(from, to))
}

function flap(context: FaultContext, times: number, a: number, b: number): void {
  const { world, isOver } = context
  if (a === b || times === 0) return
  context.note(hubName(a), `link to ${hubName(b)} flaps`)
  world.partition([a], [b])
  context.mendAfter(500, () => {
    world.heal([a], [b])
    if (!isOver()) world.events.after(500, () => (isOver() ? undefined : flap(context, times - 1, a, b)))
  })
}

/** The connection breaks with all that is on its way, as after a frame that nobody can read. */
function reset(context: FaultContext): void {
  const [a, b] = [anyHub(context).id, anyHub(context).id]
  if (a === b) return
  context.note(a, `connection to ${b} reset`)
  context.world.links.reset(a, b)
}

function slowLink(context: FaultContext): void {
  const { world, random } = context
  const [a, b] = [anyHub(context).id, anyHub(context).id]
  if (a === b) return
  context.note(a, `slow link to ${b}`)
  world.network.slow(a, b, random.between(50, 1_000))
  context.mendAfter(random.between(1_000, 10_000), () => world.network.slow(a, b, 0))
}

/** A network card negotiates itself down: all transfers of the machine share what is left. */
function slowCard(context: FaultContext): void {
  const { world, random } = context
  const { id } = anyHub(context)
  context.note(id, 'slow network card')
  world.blobs.transfers.narrow(id, random.between(20, 2_000))
  context.mendAfter(random.between(1_000, 10_000), () => world.blobs.transfers.narrow(id, null))
}

function gossip(context: FaultContext, name: FaultName, change: Partial<LinkModel>): void {
  const { network } = context.world
  context.note('h----', name)
  network.model = { ...network.model, ...change }
  context.mendAfter(context.random.between(1_000, 10_000), () => {
    const calm = Object.fromEntries(Object.keys(change).map((key) => [key, 0]))
    network.model = { ...network.model, ...calm }
  })
}
