/** I4, claims: the epochs of a shard grow, and a result carries the epoch of its author's claim. */
import { generationOf, PerLife, type Report, type Rule } from './rule.ts'

interface Fence {
  readonly generation: number
  readonly epoch: number
}

export function fences(report: Report): Rule {
  const lives = new PerLife(() => ({ highest: new Map<string, Fence>(), own: new Set<string>() }))
  return {
    kinds: ['drop', 'claimed', 'heard', 'take', 'done'],
    see(event, names) {
      const { highest, own } = lives.of(event)
      const generation = generationOf(event)
      if (event.kind === 'drop')
        for (const name of highest.keys()) if (name.startsWith(`${event.job}/`)) highest.delete(name)
      if (event.kind === 'claimed' || event.kind === 'heard' || event.kind === 'take') {
        names.forEach((name) => {
          const known = highest.get(name)
          const isSame = known?.generation === generation
          if (event.kind === 'claimed' && isSame && event.epoch <= known.epoch)
            report('I4', `${name} is claimed @${event.epoch} by ${event.hub}, which knew of @${known.epoch}`)
          if (event.kind === 'claimed') own.add(`${name}@${event.epoch}`)
          if (known === undefined || known.generation < generation || (isSame && known.epoch < event.epoch))
            highest.set(name, { generation, epoch: event.epoch })
        })
      }
      if (event.kind !== 'done') return
      names.forEach((name) => {
        if (!own.has(`${name}@${event.epoch}`))
          report('I4', `${event.hub} records a result of ${name} @${event.epoch}, an epoch it never claimed`)
      })
    },
  }
}
