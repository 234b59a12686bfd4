/** Rules about what comes before what: checkpoints before resumes, inputs before starts, nothing after the end of a job. */
import { ROOT_FAMILY } from '../../src/program/family.ts'
import { PerLife, type Report, type Rule } from './rule.ts'

/** I6: what resumes has a checkpoint of that shard with at least that progress. */
export function checkpoints(report: Report): Rule {
  const progress = new Map<string, number>()
  const resumes: { name: string; hub: string; progress: number }[] = []
  return {
    kinds: ['checkpoint', 'claim'],
    see(event, names) {
      const told = event.more?.progress ?? 0
      if (event.kind === 'checkpoint')
        for (const name of names) progress.set(name, Math.max(told, progress.get(name) ?? 0))
      // A claim of many tells the progress of the one it begins with.
      if (event.kind === 'claim' && told > 0)
        resumes.push({ name: `${event.job}/${event.family}:${event.lo}`, hub: event.hub, progress: told })
    },
    end() {
      for (const { name, hub, progress: resumed } of resumes) {
        const known = progress.get(name) ?? 0
        if (resumed > known) report('I6', `${name} resumes at ${hub} from ${resumed}, its checkpoints reach ${known}`)
      }
    },
  }
}

/**
 * I7: a shard starts only where the results of all it depends on have been seen. One that was opened again since, because others
 * lost it, may still lie where it was fetched before: whether it does, the slot's inputs tell.
 */
export function inputsFirst(report: Report): Rule {
  const parents = new Map<string, string[]>()
  const lives = new PerLife(() => new Set<string>())
  return {
    kinds: ['family', 'take', 'start'],
    see(event, names) {
      const taken = lives.of(event)
      for (const [family, from, to] of event.more?.edges ?? []) {
        const name = `${event.job}/${event.family}:${to}`
        parents.set(name, [...(parents.get(name) ?? []), `${event.job}/${family}:${from}`])
      }
      if (event.kind === 'take') for (const name of names) taken.add(name)
      if (event.kind !== 'start' || event.family === ROOT_FAMILY) return
      names.forEach((name) => {
        const missing = parents.get(name)?.find((parent) => !taken.has(parent))
        if (missing !== undefined) report('I7', `${name} starts at ${event.hub} before ${missing} is done`)
      })
    },
  }
}

/** I8: a hub starts nothing for a job that it knows to have ended. */
export function endings(report: Report): Rule {
  const lives = new PerLife(() => new Set<string>())
  return {
    kinds: ['ended', 'cancel', 'reopen', 'start'],
    see(event) {
      const ended = lives.of(event)
      if (event.kind === 'ended' || event.kind === 'cancel') ended.add(event.job)
      if (event.kind === 'reopen' && event.family === ROOT_FAMILY) ended.delete(event.job)
      if (event.kind === 'start' && ended.has(event.job))
        report('I8', `${event.hub} starts work of ended job ${event.job}`)
    },
  }
}
