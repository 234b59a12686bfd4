/** One line of a history: what a hub did or learned. Real hubs and simulated ones write the same, and one checker judges both. */
import { ShoalError } from '../errors.ts'
import { historyLimits } from '../limits.ts'

/**
 * What a hub notes. It did: `boot`, `claimed` (recorded a claim), `claim` (began to run it), `start` (handed it to a slot or
 * began a root), `execute` (a slot finished it), `slot-lost`, `failed` and `released` (gave a claim up), `checkpoint`, `done`
 * (recorded a result), `family` (spawned one), `deliver` (gave results to a root), `condemn`, `cancel`, `reopen`, `accepted`,
 * `ended`, `drop`, `drained`. It learned: `heard` (a claim of another), `take` (a result now counts here), `unavailable`
 * (results nobody has), `member` (who is there), `end-heard` (a cancel). The simulator adds `fault` and `root`.
 */
export const historyKinds = [
  'boot',
  'fault',
  'claimed',
  'claim',
  'released',
  'failed',
  'heard',
  'start',
  'execute',
  'slot-lost',
  'checkpoint',
  'done',
  'take',
  'family',
  'member',
  'root',
  'deliver',
  'unavailable',
  'condemn',
  'cancel',
  'reopen',
  'accepted',
  'ended',
  'drop',
  'drained',
] as const
export type HistoryKind = (typeof historyKinds)[number]

export interface HistoryEvent {
  /** Virtual milliseconds in a simulation, Unix milliseconds of the hub's own clock otherwise: order counts within a hub only. */
  readonly atMs: number
  readonly hub: string
  readonly kind: HistoryKind
  /** Empty where the event is of no job; so are the next ones. */
  readonly job: string
  readonly family: string
  /** Shards `[lo, hi)`; -1 and 0 where the event is of none. */
  readonly lo: number
  readonly hi: number
  /** -1 where there is none. */
  readonly epoch: number
  /** A reason, a state, whose result it is: by kind. */
  readonly detail: string
  /** Which life of the hub, where two may write at once; else each `boot` begins one. */
  readonly life?: string | undefined
  readonly more?: HistoryDetails | undefined
}

/** What only some kinds have. */
export interface HistoryDetails {
  /** `boot`: which life of the hub. */
  readonly boot?: string
  /** `boot`: what it may do. */
  readonly roles?: readonly string[]
  /** How often the shards were re-opened before; 0 if not given. */
  readonly generation?: number
  /** `take`, `heard`: who wrote the record. */
  readonly by?: string
  /** `done`: a hash per shard of what it returned, as far as the hub saw it. */
  readonly values?: readonly (string | null)[]
  /** `checkpoint`, and `claim` of shards that resume. */
  readonly progress?: number
  /** `family`: on how many hubs each shard is to run, where results are compared. */
  readonly verify?: number
  /** `family`: dependencies as parent family, parent, child. */
  readonly edges?: readonly (readonly [family: string, from: number, to: number])[]
  /** `start` of a root, `deliver`: which run of it. */
  readonly run?: number
}

export type Told = Partial<Omit<HistoryEvent, 'atMs' | 'hub' | 'kind'>>

/** All events have one shape, or every reader of many would be slower for it. */
export function historyEvent(
  atMs: number,
  hub: string,
  kind: HistoryKind,
  told: Told = {},
  life: string | undefined = told.life,
): HistoryEvent {
  const { job = '', family = '', lo = -1, hi = lo + 1, epoch = -1, detail = '', more } = told
  return { atMs, hub, kind, job, family, lo, hi, epoch, detail, life, more }
}

/** What was left out when the line was written. */
const unsaid = { job: '', family: '', epoch: -1, detail: '' }

/** One line of a history file; what is not there is left out. */
export function historyLine(event: HistoryEvent): string {
  const { more, lo, hi, ...rest } = event
  const said = Object.entries(rest).filter(([key, value]) => value !== Reflect.get(unsaid, key))
  return JSON.stringify({ ...Object.fromEntries(said), ...(lo < 0 ? {} : { lo, hi }), ...more })
}

/** @throws ShoalError SHOAL_USAGE when the line is none of a history. */
export function readHistoryLine(line: string): HistoryEvent {
  const value = parsed(line)
  const { atMs, hub, kind: name, job = '', family = '', lo = -1, epoch = -1, detail = '', life, ...rest } = value
  const { hi = Number(lo) + 1, ...more } = rest
  const kind = historyKinds.find((one) => one === name)
  const numbers = [atMs, lo, hi, epoch]
  const texts = [hub, job, family, detail, life ?? '']
  const isWhole =
    numbers.every((one) => typeof one === 'number' && Number.isFinite(one)) &&
    texts.every((one) => typeof one === 'string') &&
    areDetails(more)
  if (kind === undefined || !isWhole || Number(hi) - Number(lo) > historyLimits.shardsMax) throw notHistory(line)
  return historyEvent(Number(atMs), String(hub), kind, {
    job: String(job),
    family: String(family),
    lo: Number(lo),
    hi: Number(hi),
    epoch: Number(epoch),
    detail: String(detail),
    ...(life === undefined ? {} : { life: String(life) }),
    ...(Object.keys(more).length === 0 ? {} : { more: more as HistoryDetails }),
  })
}

const isText = (value: unknown) => typeof value === 'string'
const isNumber = (value: unknown) => typeof value === 'number' && Number.isFinite(value)
const listOf = (check: (value: unknown) => boolean) => (value: unknown) => Array.isArray(value) && value.every(check)

const detailChecks: { readonly [Name in keyof HistoryDetails]-?: (value: unknown) => boolean } = {
  boot: isText,
  roles: listOf(isText),
  generation: isNumber,
  by: isText,
  values: listOf((value) => value === null || isText(value)),
  progress: isNumber,
  verify: isNumber,
  edges: listOf((value) => Array.isArray(value) && isText(value[0]) && isNumber(value[1]) && isNumber(value[2])),
  run: isNumber,
}

/** Fields that this version does not know are let be. */
function areDetails(more: object): more is HistoryDetails {
  return Object.entries(more).every(([key, value]) => {
    const check: unknown = Reflect.get(detailChecks, key)
    return typeof check !== 'function' || check(value) === true
  })
}

function parsed(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  } catch {
    throw notHistory(line)
  }
  throw notHistory(line)
}

function notHistory(line: string): ShoalError {
  return new ShoalError('SHOAL_USAGE', `this is no line of a history: ${line.slice(0, historyLimits.shownMax)}`, {
    next: 'give files that hubs wrote with shoal up --history FILE',
  })
}
