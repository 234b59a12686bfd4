/** Writes a hub's history while it runs: it watches what goes into the hub and what comes out, and changes neither. */
import type { Effect, RunPlan, StoryEvent } from '../hub/effect.ts'
import type { AuthoredRecord, Input } from '../hub/input.ts'
import type { HubState } from '../hub/state.ts'
import type { Author, CheckpointRecord, ClaimRecord, ClaimState, DoneRecord, LedgerRecord } from '../ledger/record.ts'
import type { Done, FamilyView } from '../ledger/view.ts'
import { type FamilyKey, ROOT_FAMILY } from '../program/family.ts'
import type { JobId, Ref } from '../program/ref.ts'
import type { HistoryDetails, HistoryKind, Told } from './event.ts'

export type Note = (kind: HistoryKind, told: Told) => void

export interface RecorderOptions {
  /** A hash per shard of what a result holds, null where it cannot be seen from here. */
  readonly values: (ref: Ref, family: FamilyKey, shards: number) => readonly (string | null)[]
  /** Whether results count as executions: not where the slots tell of those themselves. */
  readonly notesExecutions: boolean
}

/** One life of a hub. */
export class Recorder {
  readonly #state: HubState
  readonly #note: Note
  readonly #options: RecorderOptions

  constructor(state: HubState, note: Note, options: RecorderOptions) {
    this.#state = state
    this.#note = note
    this.#options = options
  }

  /** Call after the hub has handled it, before the effects are carried out. */
  input(input: Input): void {
    if (input.type === 'records') this.#learned(input.job, input.entries)
    else if (input.type === 'unavailable') {
      const { job, family, lo, hi } = input
      this.#note('unavailable', { job, family, lo, hi })
    } else if (input.type === 'results' && this.#options.notesExecutions) {
      const run = this.#state.runs.get(input.run)
      if (run !== undefined) this.#note('execute', { job: run.job, family: run.family, lo: input.lo, hi: input.hi })
    }
  }

  /** Call for each effect, before it is carried out. */
  effect(effect: Effect): void {
    switch (effect.type) {
      case 'append':
        for (const record of effect.records) this.#wrote(effect.job, record)
        return
      case 'start':
        return this.#note('start', place(effect.plan))
      case 'start-root': {
        const { job, epoch, run } = effect
        return this.#note('start', { job, family: ROOT_FAMILY, lo: 0, epoch, more: { run } })
      }
      case 'deliver':
        return this.#delivered(effect)
      case 'fail-shard': {
        const run = this.#state.runs.get(effect.run)
        return this.#note('condemn', {
          job: run?.job ?? '',
          family: run?.family ?? '',
          lo: effect.shard,
          detail: effect.code,
        })
      }
      case 'story':
        return this.#told(effect.event)
      case 'accepted':
        return this.#note('accepted', { job: effect.job })
      case 'job-ended':
        return this.#note('ended', { job: effect.job })
      case 'drop-job':
        return this.#note('drop', { job: effect.job })
      case 'drained':
        return this.#note('drained', {})
    }
  }

  /** What this hub wrote counts here at once. */
  #wrote(job: JobId, record: LedgerRecord): void {
    switch (record.kind) {
      case 'claim':
        return this.#note(claimKinds[record.state], { ...claimPlace(job, record), detail: record.reason })
      case 'checkpoint':
        return this.#note('checkpoint', checkpointPlace(job, record))
      case 'done':
        this.#note('done', {
          ...donePlace(job, record),
          more: {
            values: this.#options.values(record.ref, record.family, record.hi - record.lo),
            ...nonZero(record.generation),
          },
        })
        return this.#taken(job, this.#state.author, record)
      case 'family': {
        const { key, cut, edges } = record.spec
        const { verify } = this.#state.jobs.get(job)?.manifest.options ?? {}
        const more = {
          ...(edges.length === 0 ? {} : { edges: edges.map(({ family, from, to }) => [family, from, to] as const) }),
          ...(verify === undefined ? {} : { verify }),
        }
        const told = { job, family: key, lo: 0, hi: cut.starts.length }
        this.#note('family', Object.keys(more).length === 0 ? told : { ...told, more })
        return this.#familyLearned(job, key)
      }
      case 'cancel':
        return this.#note('cancel', { job, detail: record.reason })
      case 'reopen':
        return this.#reopened(job, record)
    }
  }

  #learned(job: JobId, entries: readonly AuthoredRecord[]): void {
    for (const { author, record } of entries) {
      const by = author.hub
      if (record.kind === 'claim') this.#heard(job, record, by)
      else if (record.kind === 'done') this.#taken(job, author, record)
      else if (record.kind === 'checkpoint') this.#note('checkpoint', checkpointPlace(job, record, { by }))
      else if (record.kind === 'family') this.#familyLearned(job, record.spec.key)
      else if (record.kind === 'cancel') this.#note('cancel', { job, detail: record.reason, more: { by } })
      else if (record.kind === 'reopen') this.#reopened(job, record)
    }
  }

  /** Of claims of others their beginning counts, and that slots went down in them. */
  #heard(job: JobId, record: ClaimRecord, by: string): void {
    if (record.state === 'claimed') this.#note('heard', claimPlace(job, record, { by }))
    else if (record.state === 'failed')
      this.#note('failed', { ...claimPlace(job, record, { by }), detail: record.reason })
  }

  /** Stretches of a result that count here now: the others lost to better ones. */
  #taken(job: JobId, author: Author, record: DoneRecord): void {
    const view = this.#state.jobs.get(job)?.view.families.get(record.family)
    if (view === undefined) return
    // Where results are compared it takes the last of several to make one of them count.
    const isIts = (held: Done) => view.comparesResults || (held.hub === author.hub && held.epoch === record.epoch)
    this.#takenWithin(job, view, record, isIts)
  }

  /** Results may come before the family they belong to: they begin to count with it. */
  #familyLearned(job: JobId, key: string): void {
    const view = this.#state.jobs.get(job)?.view.families.get(key)
    if (view !== undefined && view.doneCount > 0) this.#takenWithin(job, view, { lo: 0, hi: view.shards }, () => true)
  }

  #takenWithin(
    job: JobId,
    view: FamilyView,
    { lo, hi }: { readonly lo: number; readonly hi: number },
    isMeant: (held: Done) => boolean,
  ): void {
    let from = lo
    let first: Done | null = null
    for (let shard = lo; shard <= hi; shard++) {
      const held = shard < hi ? view.done(shard) : null
      const isSame = held !== null && first !== null && held.hub === first.hub && held.epoch === first.epoch
      if (isSame && view.generation(shard) === view.generation(from)) continue
      if (first !== null) {
        const more = { by: first.hub, ...nonZero(view.generation(from)) }
        this.#note('take', { job, family: view.spec.key, lo: from, hi: shard, epoch: first.epoch, more })
      }
      first = held !== null && isMeant(held) ? held : null
      from = shard
    }
  }

  #reopened(job: JobId, record: Extract<LedgerRecord, { kind: 'reopen' }>): void {
    const { family, lo, hi, reason, generation } = record
    this.#note('reopen', { job, family, lo, hi, detail: reason, more: { generation } })
  }

  #delivered(effect: Extract<Effect, { type: 'deliver' }>): void {
    const families = this.#state.jobs.get(effect.job)?.view.families.values() ?? []
    const family = [...families].find(({ spec }) => spec.sequence === effect.sequence)?.spec.key ?? ''
    const { job, lo, hi, run } = effect
    this.#note('deliver', { job, family, lo, hi, more: { run } })
  }

  #told(event: StoryEvent): void {
    if (event.type === 'hub') this.#note('member', { detail: `${event.hub} ${event.state}` })
  }
}

const claimKinds: Readonly<Record<ClaimState, HistoryKind>> = {
  claimed: 'claimed',
  running: 'claim',
  released: 'released',
  failed: 'failed',
}

function place({ job, family, shards, epoch }: RunPlan): Told {
  const lo = shards[0]?.index ?? 0
  return { job, family, lo, hi: (shards.at(-1)?.index ?? lo) + 1, epoch }
}

function claimPlace(job: JobId, record: ClaimRecord, by: HistoryDetails = {}): Told {
  const { family, lo, hi, epoch, resumedFrom, generation } = record
  const more = { ...by, ...nonZero(generation), ...(resumedFrom > 0 ? { progress: resumedFrom } : {}) }
  return { job, family, lo, hi, epoch, ...(Object.keys(more).length === 0 ? {} : { more }) }
}

function checkpointPlace(job: JobId, record: CheckpointRecord, by: HistoryDetails = {}): Told {
  const { family, shard, epoch, progress, generation } = record
  return { job, family, lo: shard, epoch, more: { progress, ...by, ...nonZero(generation) } }
}

function donePlace(job: JobId, { family, lo, hi, epoch }: DoneRecord): Told {
  return { job, family, lo, hi, epoch }
}

function nonZero(generation: number): HistoryDetails {
  return generation === 0 ? {} : { generation }
}
