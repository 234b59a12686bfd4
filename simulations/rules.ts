/** The rules of the protocol, as a sweep counts their use: one that no seed comes by is not checked by any. */
import type { Effect } from '../src/hub/effect.ts'
import { type HubState, MOVE_REASON } from '../src/hub/state.ts'
import type { LedgerRecord } from '../src/ledger/record.ts'

/** Every rule that a large sweep of all faults must have used, with what is counted. */
export const protocolRules = {
  'claim-plan': 'shards claimed because the common plan gives them to this hub',
  'claim-patience': 'shards claimed because whom the plan names did not come',
  'claim-steal': 'shards claimed that a busy hub gave away',
  'claim-migrate': 'running shards that moved to this hub',
  'claim-handover': 'running shards and roots taken over from a hub that left',
  'claim-speculate': 'late shards claimed a second time',
  'claim-recover': 'shards claimed at a higher epoch after their hub was lost',
  'claim-poison': 'a shard claimed to give it an error as its result',
  'released-drain': 'claims given back by a hub that leaves',
  'released-handover': 'what ran handed over by a hub that leaves, with its checkpoint where there is one',
  'released-orphan': 'claims given back because a parent has nobody',
  'released-stopped': 'claims given back because the slot ended without results',
  'released-behind-lost': 'claims given back behind shards that were lost to others',
  'released-inputs-missing': 'claims given back for want of inputs',
  'released-slot-lost': 'the rest of a run whose slot went down',
  'released-steal-unclaimed': 'shards given to a thief that never claimed them',
  'released-unstored': 'shards whose results found no room',
  'failed-crashed': 'a shard took down its slot',
  'failed-memory': 'a shard ran out of memory',
  checkpoint: 'a resumable state recorded',
  resumed: 'a run that began at a checkpoint',
  'lost-claim': 'a run under way stopped because others won its shards',
  'late-result': 'a result recorded although a newer claim holds its shard',
  trimmed: 'a run under way cut short',
  'steal-granted': 'unstarted work given to a thief',
  'steal-refused': 'a thief that got nothing',
  'root-takeover': 'a root started again at a higher epoch',
  'root-move': 'a root that left a loaded hub for this one while it computed',
  'root-replay': 'a root started again from recorded families',
  'copied-again': 'a blob offered again after nobody took it',
  verdict: 'a poison shard condemned',
  'reopen-holders-dead': 'results opened again as all holders are dead',
  'reopen-blob-lost': 'results opened again as living holders have lost them',
  'cancel-user': 'a job cancelled',
  'cancel-deadline': 'a job ended by its deadline',
  'member-suspect': 'a silent hub suspected',
  'member-dead': 'a suspect declared dead',
  'member-left': 'a hub that had said so is gone',
  'member-alive': 'a hub heard again',
  reconciled: 'shards with more than one result, of which one stands',
  gap: 'records that came before their predecessors, fetched at once',
  snapshot: 'a log replaced by a snapshot',
  outranked: 'a beacon of a life that a newer one outranks',
  accepted: 'a submission acknowledged',
  drained: 'a drain finished',
  'root-deliver': 'results given to a root',
} as const satisfies Readonly<Record<string, string>>

export type Rule = keyof typeof protocolRules

/** How often each rule was used in a world. */
export class RuleCounts {
  readonly counts = new Map<string, number>()

  use(rule: Rule): void {
    this.counts.set(rule, (this.counts.get(rule) ?? 0) + 1)
  }

  /** What an effect tells of the rule behind it. */
  effect(state: HubState, effect: Effect): void {
    switch (effect.type) {
      case 'append':
        for (const record of effect.records) this.#record(state, effect.job, record)
        return
      case 'story':
        if (effect.event.type === 'hub') this.use(`member-${effect.event.state}`)
        return
      case 'stop-run':
        if (state.jobs.get(state.runs.get(effect.run)?.job ?? '')?.endedMs === null) this.use('lost-claim')
        return
      case 'trim':
        return this.use('trimmed')
      case 'send':
        if (effect.message.type === 'stolen')
          this.use(effect.message.given === null ? 'steal-refused' : 'steal-granted')
        return
      case 'start-root':
        if (effect.epoch > 0) this.use('root-takeover')
        if (state.runs.get(effect.run)?.reason === MOVE_REASON) this.use('root-move')
        if (effect.recordedCuts.size > 0) this.use('root-replay')
        return
      case 'replicate':
        if (state.replicaTries.has(effect.cid)) this.use('copied-again')
        return
      case 'deliver':
        return this.use('root-deliver')
      case 'fail-shard':
        return this.use('verdict')
      case 'accepted':
      case 'drained':
        return this.use(effect.type)
      default:
    }
  }

  #record(state: HubState, job: string, record: LedgerRecord): void {
    if (record.kind === 'checkpoint') this.use('checkpoint')
    else if (record.kind === 'reopen') this.#known(`reopen-${record.reason}`)
    else if (record.kind === 'cancel') this.#known(`cancel-${record.reason}`)
    else if (record.kind === 'done') {
      const claim = state.jobs.get(job)?.view.families.get(record.family)?.claim(record.lo)
      if (claim !== null && claim !== undefined && claim.epoch > record.epoch) this.use('late-result')
    } else if (record.kind === 'claim') {
      if (record.state === 'claimed') this.#known(`claim-${record.reason}`)
      else if (record.state !== 'running') this.#known(`${record.state}-${record.reason}`)
      else if (record.resumedFrom > 0) this.use('resumed')
    }
  }

  #known(rule: string): void {
    if (isRule(rule)) this.use(rule)
  }
}

function isRule(name: string): name is Rule {
  return Object.hasOwn(protocolRules, name)
}
