/** I9: nothing that a stranger says changes anything, and nobody does what its role does not allow. */
import { type HistoryKind, historyKinds } from '../../src/history/event.ts'
import type { Knowledge, Report, Rule } from './rule.ts'

const computing = new Set<HistoryKind>(['claimed', 'claim', 'start', 'execute', 'done', 'checkpoint', 'family'])

const heardOf: Partial<Record<HistoryKind, string>> = { take: 'a result', heard: 'a claim', checkpoint: 'a checkpoint' }

export function members(report: Report, { roles }: Knowledge): Rule {
  if (roles === undefined) return { kinds: [], see: () => undefined }
  return {
    kinds: historyKinds,
    see(event) {
      const { hub, kind, job, family, lo, epoch } = event
      const by = event.more?.by
      const place = () => `${job}/${family}:${lo}`
      if (by !== undefined) {
        const what = heardOf[kind] ?? 'a record'
        if (!roles.has(by)) report('I9', `${hub} counts ${what} of ${place()} @${epoch} by ${by}, who is no member`)
        else if (kind !== 'cancel' && roles.get(by)?.includes('compute') !== true)
          report('I9', `${hub} counts ${what} of ${place()} @${epoch} by ${by}, who may not compute`)
      }
      if (kind === 'member') {
        const [who = '', state] = event.detail.split(' ')
        if (state === 'alive' && !roles.has(who)) report('I9', `${hub} takes ${who} for a member`)
      }
      if (computing.has(kind) && roles.has(hub) && roles.get(hub)?.includes('compute') !== true)
        report('I9', `${hub} may not compute: ${kind} ${place()}`)
    },
  }
}
