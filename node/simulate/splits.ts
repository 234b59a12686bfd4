/** The splits of a simulated network, as the command line gives them. */
import { type Act, range } from '../../simulations/scenarios/scenario.ts'
import { type Arguments, parseDurationMs } from '../arguments.ts'
import { HUBS_MAX, MS_MAX, usageOf } from './bounds.ts'

const usage = usageOf('simulate partition')

const HUBS_PLAIN = 8
const AT_MS = 10_000
const HEAL_MS = 40_000

export interface Split {
  /** Sizes of the sides, in the order of the hubs. */
  readonly sides: readonly number[]
  readonly atMs: number
  readonly healMs: number
  readonly isOneway: boolean
  /** For people. */
  readonly told: string
}

export interface Splits {
  readonly hubs: number
  readonly splits: readonly Split[]
}

/** @throws ShoalError SHOAL_USAGE when sides and hubs do not fit, or a split heals before it begins. */
export function splitsOf(args: Arguments): Splits {
  const wantedHubs = args.whole('hubs', 2, HUBS_MAX)
  const given = args.list('partition')
  if (given.length > 0 && ['split', 'at', 'heal'].some((name) => args.text(name) !== undefined))
    throw usage('--partition says it all', 'leave out --split, --at and --heal, or --partition')
  const isOneway = args.flag('oneway')
  const splits =
    given.length > 0
      ? given.map((text) => wholeSplit(text, isOneway))
      : [split(args.text('split') ?? halves(wantedHubs ?? HUBS_PLAIN), isOneway, timesOf(args))]
  const hubs = wantedHubs ?? Math.max(...splits.map(total))
  for (const one of splits) {
    if (one.healMs > MS_MAX) throw usage(`${one.told}: a simulation ends within a day`, 'give earlier times')
    if (total(one) !== hubs)
      throw usage(`the sides of ${one.told} have ${total(one)} hubs, the swarm has ${hubs}`, `as in ${halves(hubs)}`)
  }
  return { hubs, splits }
}

export function partitionActs({ splits }: Splits): Act[] {
  return splits.map(({ sides, atMs, healMs, isOneway }) => {
    let next = 0
    const groups = sides.map((size) => {
      next += size
      return range(next - size, next)
    })
    return { type: 'partition', atMs, forMs: healMs - atMs, sides: groups, ...(isOneway ? { isOneway } : {}) }
  })
}

/** `sides@begin..end`. */
function wholeSplit(text: string, isOneway: boolean): Split {
  const [, sides = '', at = '', heal = ''] = /^([^@]+)@(.+?)\.\.(.+)$/.exec(text) ?? []
  if (sides === '') throw usage(`--partition ${JSON.stringify(text)} cannot be read`, 'write it as 4/4@10s..40s')
  return split(sides, isOneway, { atMs: durationMs(at), healMs: durationMs(heal) })
}

/** Sides with `/` between cut both ways; with `>` the first is still heard. */
function split(text: string, isOneway: boolean, { atMs, healMs }: { atMs: number; healMs: number }): Split {
  const sides = text.split(/[/>]/).map(Number)
  const isSized = sides.length >= 2 && sides.every((side) => Number.isInteger(side) && side > 0)
  if (!isSized || sides.reduce((sum, side) => sum + side, 0) > HUBS_MAX)
    throw usage(
      `--split ${JSON.stringify(text)} names no sides`,
      `two or more sizes, as in 5/3; at most ${HUBS_MAX} hubs`,
    )
  if (healMs <= atMs) throw usage('the network cannot heal before it splits', 'give --heal a later time than --at')
  const isHeard = isOneway || text.includes('>')
  const told = `${sides.join(isHeard ? '>' : '/')} from ${atMs / 1000} s to ${healMs / 1000} s`
  return { sides, atMs, healMs, isOneway: isHeard, told }
}

function timesOf(args: Arguments): { atMs: number; healMs: number } {
  const atMs = args.durationMs('at') ?? AT_MS
  const forMs = args.durationMs('for')
  return {
    atMs,
    healMs: args.durationMs('heal') ?? (forMs === undefined ? Math.max(HEAL_MS, atMs + HEAL_MS - AT_MS) : atMs + forMs),
  }
}

function durationMs(text: string): number {
  const ms = parseDurationMs(text)
  if (ms === null) throw usage(`${JSON.stringify(text)} is no duration`, 'write it as 500ms, 8s or 1h')
  return ms
}

function halves(hubs: number): string {
  return `${Math.ceil(hubs / 2)}/${Math.floor(hubs / 2)}`
}

function total({ sides }: Split): number {
  return sides.reduce((sum, side) => sum + side, 0)
}
