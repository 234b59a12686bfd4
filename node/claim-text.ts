/** `shoal why` for people: who holds a shard, why, and the bids that were compared. */
import type { ClaimExplanation } from '../src/client/local-hub.ts'
import { table } from './table.ts'

export function claimText(told: ClaimExplanation): string {
  const { shard, job, state, hub, epoch, reason, bids, askHub, waiting } = told
  const holder = hub === null ? (waiting ?? 'nobody has claimed it') : `${hub}, epoch ${epoch}, reason ${reason ?? '-'}`
  const parts = [`${job}/${shard} is ${state}: ${holder}\n`]
  if (bids.length > 0) parts.push(bidTable(bids))
  else if (askHub !== null) parts.push(`the bids are known to ${askHub}, which does not tell: run shoal why there\n`)
  else if (hub !== null) parts.push('the bids are not remembered any more, or there was nothing to compare\n')
  const votes = told.told.map(({ hub: by, digest }) => [by, digest])
  if (votes.length > 0) parts.push(table(['TOLD BY', 'DIGEST'], votes))
  return parts.join('\n')
}

/** Cheapest first. */
function bidTable(bids: ClaimExplanation['bids']): string {
  const terms = [...new Set(bids.flatMap((bid) => Object.keys(bid.terms)))]
  const head = ['HUB', 'FINISH IN', ...terms.map((term) => term.replace(/Ms$/, '').toUpperCase())]
  const rows = bids
    .toSorted((a, b) => a.finishInMs - b.finishInMs)
    .map(({ hub, finishInMs, terms: of }) => [hub, ms(finishInMs), ...terms.map((term) => ms(of[term] ?? 0))])
  return table(head, rows)
}

function ms(value: number): string {
  return `${Math.abs(value) < 10 ? Number(value.toFixed(2)) : Math.round(value)} ms`
}
