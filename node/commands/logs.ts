/** `shoal logs`: what the shards of a job wrote, wherever they ran. */
import type { JobLogs } from '../../src/client/local-hub.ts'
import { exitCodes } from '../exit.ts'
import { homeHub } from '../home-hub.ts'
import { homeOption, type Verb } from '../verb.ts'

export const logs: Verb = {
  name: 'logs',
  summary: 'Print what the shards of a job wrote, at all hubs that can be asked.',
  positionals: [{ name: 'job', description: 'job id', required: true }],
  options: {
    home: homeOption,
    follow: { type: 'flag', short: 'f', description: 'go on until the job ends' },
    json: { type: 'flag', description: 'print one JSON object per line' },
  },
  async run(args) {
    const hub = await homeHub(args)
    const job = args.required('job')
    const { hub: own } = await hub.info()
    const print = (entry: { hub: string; shard: string; line: string }) => {
      const { shard, line } = entry
      process.stdout.write(
        args.flag('json') ? `${JSON.stringify({ shard, line, hub: entry.hub })}\n` : `${shard}  ${line}\n`,
      )
    }
    // Events first: a line that is written between the two would be lost, one that is in both is not.
    const events = args.flag('follow') ? hub.events(job) : null
    const first = events?.next()
    let known = await hub.logs(job)
    for (const entry of known.lines) print(entry)
    await first
    if (events !== null) {
      for await (const event of events) if (event.type === 'log') print({ ...event, hub: own })
      const last = await hub.logs(job)
      for (const entry of beyond(last, known)) if (entry.hub !== own) print(entry)
      known = last
    }
    tellGaps(known)
    return exitCodes.done
  },
}

/** What came since, hub by hub. */
function beyond(now: JobLogs, before: JobLogs): JobLogs['lines'] {
  const seen = new Map<string, number>()
  for (const { hub } of before.lines) seen.set(hub, (seen.get(hub) ?? 0) + 1)
  return now.lines.filter(({ hub }) => {
    const left = seen.get(hub) ?? 0
    seen.set(hub, left - 1)
    return left <= 0
  })
}

/** What is not among the lines, and why. */
function tellGaps({ missing, cut }: JobLogs): void {
  if (missing.length > 0) {
    process.stderr.write(
      `not asked, for they cannot be reached: ${missing.join(' ')}; what was written there is not shown\n`,
    )
  }
  if (cut.length > 0) process.stderr.write(`only the last lines are shown of ${cut.join(' ')}\n`)
}
