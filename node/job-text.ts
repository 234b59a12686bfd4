/** A job's end for people: the result on stdout, what happened on stderr. */
import { jsonText } from '../src/client/json-form.ts'
import type { JobJson } from './job-json.ts'

export function tellJob(json: JobJson): void {
  if (json.status === 'done') process.stdout.write(`${jsonText(json.result)}\n`)
  process.stderr.write(`${jobText(json)}\n`)
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

/** Where results came from, which may be hubs that have gone since. */
function where({ byHub }: JobJson): string {
  if (byHub.length === 0) return ''
  return byHub.length === 1 ? ' on one hub' : ` on ${byHub.length} hubs`
}

/** How results were compared, where that was asked for: plainly, too, when nothing was. */
function comparedText({ verified }: JobJson): string[] {
  if (verified === null || verified.hubs < 2) return []
  if (verified.note !== null) return [verified.note]
  const { shards, hubs, quorum } = verified
  return [`${counted(shards, 'shard')} compared on ${hubs} hubs each, ${quorum} have to agree`]
}

/** What became of a job, where it ran, and for a failure the error with the step that helps. */
export function jobText(json: JobJson): string {
  const { total, attempts, resumed, migrated, speculated } = json.shards
  const seconds = (json.wallMs / 1000).toFixed(2)
  const extra = [
    attempts > total ? `${counted(attempts - total, 'attempt')} more than shards` : '',
    resumed > 0 ? `${resumed} resumed from a checkpoint` : '',
    migrated > 0 ? `${migrated} moved` : '',
    speculated > 0 ? `${speculated} doubled` : '',
  ].filter((text) => text !== '')
  const lines = [
    `job ${json.job} ${json.status} in ${seconds} s: ${counted(total, 'shard')} of ${counted(json.families, 'family', 'families')}${where(json)}`,
    ...extra.map((text) => `  ${text}`),
    ...(json.note === null ? [] : [`  ${json.note}`]),
    ...comparedText(json).map((text) => `  ${text}`),
    ...json.byHub.map(
      ({ hub, shards, busyMs }) => `  ${hub}  ${counted(shards, 'shard')}  ${(busyMs / 1000).toFixed(2)} s`,
    ),
  ]
  if (json.error !== null) {
    const { code, message, stack, shard, next } = json.error
    const of = shard === null ? '' : ` (shard ${shard})`
    const trace = stack !== '' && !stack.includes(message) ? [message, stack] : [stack === '' ? message : stack]
    lines.push(`${code}${of}: ${trace.join('\n')}`, `  next: ${next}`)
  }
  return lines.join('\n')
}
