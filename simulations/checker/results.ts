/** Rules about results: one each, the right one, from work that was done, and the same everywhere. */
import { ROOT_FAMILY } from '../../src/program/family.ts'
import { generationOf, type HistoryEvent, type Knowledge, PerLife, type Report, type Rule } from './rule.ts'

/** A result as the replicas name it. */
interface Taken {
  readonly by: string
  readonly epoch: number
  readonly generation: number
}

/** I1: all results of a shard that were ever recorded are the same. I2, I3: and they are what the shard returns. */
export function oneResult(report: Report, knowledge: Knowledge): Rule {
  const recorded = new Map<string, { readonly value: string; readonly hub: string }[]>()
  const condemned = new Set<string>()
  const wanted = new Map<string, readonly string[]>()
  return {
    kinds: ['condemn', 'done'],
    see(event, names) {
      if (event.kind === 'condemn') for (const name of names) condemned.add(name)
      if (event.kind !== 'done') return
      names.forEach((name, index) => {
        const shard = event.lo + index
        const value = event.more?.values?.[index] ?? null
        const known = recorded.get(name) ?? []
        if (value === null || knowledge.isLie?.(value) === true || known.some((one) => one.value === value)) return
        recorded.set(name, [...known, { value, hub: event.hub }])
        const right = wantedValue(event, shard, knowledge)
        if (right !== null) wanted.set(name, right)
      })
    },
    end() {
      for (const [name, results] of recorded) {
        // A verdict of one side may stand beside a result of the other.
        if (condemned.has(name)) continue
        const right = wanted.get(name)
        const invariant = name.includes(`/${ROOT_FAMILY}:`) ? 'I2' : 'I3'
        for (const { value, hub } of results)
          if (right !== undefined && !right.includes(value))
            report(invariant, `${name} is recorded as ${value} by ${hub}, and not ${right.join(' or ')}`)
        const [first, second] = results
        if (right === undefined && first !== undefined && second !== undefined)
          report('I1', `${name} has two results: ${first.value} of ${first.hub}, and ${second.value} of ${second.hub}`)
      }
    },
  }
}

function wantedValue(event: HistoryEvent, shard: number, knowledge: Knowledge): readonly string[] | null {
  const { job, family } = event
  if (family === ROOT_FAMILY) return knowledge.results?.get(job) ?? null
  const value = knowledge.shardValue?.(job, family, shard) ?? null
  return value === null ? null : [value]
}

/** I1: a root is given each result once, and again only after it was nowhere to be had. */
export function deliveredOnce(report: Report): Rule {
  const lives = new PerLife(() => new Map<string, string>())
  return {
    kinds: ['unavailable', 'deliver'],
    see(event, names) {
      const delivered = lives.of(event)
      if (event.kind === 'unavailable') {
        const { job, family, lo, hi } = event
        for (const key of delivered.keys()) {
          const [, of = '', shard = ''] = /^(.*):(\d+)$/.exec(delivered.get(key) ?? '') ?? []
          if (of === `${job}/${family}` && Number(shard) >= lo && Number(shard) < hi) delivered.delete(key)
        }
      }
      if (event.kind !== 'deliver') return
      names.forEach((name) => {
        const key = `${event.more?.run} ${name}`
        if (delivered.has(key)) report('I1', `${name} was delivered twice by ${event.hub}`)
        delivered.set(key, name)
      })
    },
  }
}

/** I3: a hub records only results of shards that its slots finished, or that it condemned. */
export function realWork(report: Report): Rule {
  const lives = new PerLife(() => new Set<string>())
  return {
    kinds: ['execute', 'condemn', 'done'],
    see(event, names) {
      const finished = lives.of(event)
      if (event.kind === 'execute' || event.kind === 'condemn') for (const name of names) finished.add(name)
      if (event.kind !== 'done') return
      names.forEach((name) => {
        if (!finished.has(name)) report('I3', `${event.hub} records a result of ${name} without having run it`)
      })
    },
  }
}

/**
 * I4, results: at every replica a result gives way only to one of an earlier epoch, or of a later generation. I10: at the end
 * all hubs have the same.
 */
export function agreement(report: Report, { settled = [], settledJobs }: Knowledge): Rule {
  const lives = new PerLife(() => new Map<string, Taken>())
  const dropped = new Set<string>()
  return {
    kinds: ['drop', 'reopen', 'take'],
    see(event, names) {
      const taken = lives.of(event)
      if (event.kind === 'drop') {
        dropped.add(event.job)
        forget(taken, event.job)
      }
      if (event.kind === 'reopen') for (const name of names) reopen(taken, name, generationOf(event))
      if (event.kind !== 'take') return
      const next = { by: event.more?.by ?? '', epoch: event.epoch, generation: generationOf(event) }
      names.forEach((name) => {
        const held = taken.get(name)
        const isLate = held !== undefined && held.generation === next.generation && next.epoch > held.epoch
        if (isLate || (held !== undefined && next.generation < held.generation))
          report(
            'I4',
            `${name}: at ${event.hub} a result @${next.epoch} of ${next.by} replaced one @${held.epoch} of ${held.by}`,
          )
        taken.set(name, next)
      })
    },
    end() {
      const [first, ...others] = settled
      const reference = first === undefined ? undefined : lives.ofHub(first)
      for (const other of others) {
        const isJudged = (job: string) => !dropped.has(job) && settledJobs?.has(job) !== false
        const difference = differing(reference ?? new Map(), lives.ofHub(other) ?? new Map(), isJudged)
        if (difference !== null) report('I10', `${difference} differs between ${first} and ${other}`)
      }
    },
  }
}

function forget(taken: Map<string, Taken>, job: string): void {
  for (const name of taken.keys()) if (name.startsWith(`${job}/`)) taken.delete(name)
}

function reopen(taken: Map<string, Taken>, name: string, generation: number): void {
  if ((taken.get(name)?.generation ?? generation) < generation) taken.delete(name)
}

function differing(
  a: ReadonlyMap<string, Taken>,
  b: ReadonlyMap<string, Taken>,
  isJudged: (job: string) => boolean,
): string | null {
  for (const name of new Set([...a.keys(), ...b.keys()])) {
    if (!isJudged(name.slice(0, name.lastIndexOf('/')))) continue
    const [one, other] = [a.get(name), b.get(name)]
    if (one?.by !== other?.by || one?.epoch !== other?.epoch || one?.generation !== other?.generation) return name
  }
  return null
}
