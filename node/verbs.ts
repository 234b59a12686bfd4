/** The table of verbs; each is loaded only when it is asked for. */
import type { Verb } from './verb.ts'

export interface VerbEntry {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<Verb>
}

export const verbs: readonly VerbEntry[] = [
  entry('up', 'start the hub of this machine', async () => (await import('./commands/up.ts')).up),
  entry('run', 'run a function or workflow on the swarm', async () => (await import('./commands/run.ts')).run),
  entry('demo', 'three hubs, one job, one plug pulled', async () => (await import('./commands/demo.ts')).demo),
  entry('jobs', 'list jobs', async () => (await import('./commands/jobs.ts')).jobs),
  entry('job', 'show one job, its shards and attempts', async () => (await import('./commands/job.ts')).job),
  entry('result', 'print the result of a job', async () => (await import('./commands/result.ts')).result),
  entry('cancel', 'cancel a job', async () => (await import('./commands/cancel.ts')).cancel),
  entry('logs', 'print what the shards of a job wrote', async () => (await import('./commands/logs.ts')).logs),
  entry(
    'explain',
    'say what of a module is sharded and why',
    async () => (await import('./commands/explain.ts')).explain,
  ),
  entry('why', 'show the bids that decided who ran a shard', async () => (await import('./commands/why.ts')).why),
  entry('hubs', 'list the hubs of the swarm', async () => (await import('./commands/hubs.ts')).hubs),
  entry('forecast', 'back-test the load forecast', async () => (await import('./commands/forecast.ts')).forecast),
  entry('doctor', 'say why hubs do not see each other', async () => (await import('./commands/doctor.ts')).doctor),
  entry('check', 'judge the histories that hubs wrote', async () => (await import('./commands/check.ts')).check),
  entry(
    'simulate',
    'run these hubs on a virtual clock, under faults',
    async () => (await import('./commands/simulate.ts')).simulate,
  ),
  entry('token', 'make a token that lets a machine join', async () => (await import('./commands/token.ts')).token),
  entry('accept', 'let the hub in that shows a code', async () => (await import('./commands/accept.ts')).accept),
  entry('drain', 'hand over and leave the swarm', async () => (await import('./commands/drain.ts')).drain),
  entry('remove', 'remove a hub from the swarm for good', async () => (await import('./commands/remove.ts')).remove),
]

function entry(name: string, summary: string, load: () => Promise<Verb>): VerbEntry {
  return { name, summary, load }
}

/** What `shoal --help` prints. */
export function tableOfVerbs(version: string): string {
  const width = Math.max(...verbs.map(({ name }) => name.length))
  const lines = verbs.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  return [
    `shoal ${version}: the machines of a LAN as one computer that nobody has to run`,
    '',
    'usage: shoal VERB [options]',
    '',
    ...lines,
    '',
    'shoal VERB --help shows the options of a verb. Data goes to stdout, everything else to stderr.',
    '',
  ].join('\n')
}
