/** `shoal logs`: what the shards of a job wrote, wherever they ran. */
import type { JobLogs, LoggedLine } from '../../src/client/local-hub.ts'
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
    const print = ({ shard, line, hub: at }: LoggedLine) => {
      process.stdout.write(args.flag('json') ? `${JSON.stringify({ shard, line, hub: at })}\n` : `${shard}  ${line}\n`)
    }
    if (args.flag('follow')) {
      for await (const event of hub.followLogs(job)) {
        if (event.type === 'line') print(event)
        else tellGaps(event)
      }
    } else {
      const known = await hub.logs(job)
      for (const entry of known.lines) print(entry)
      tellGaps(known)
    }
    return exitCodes.done
  },
}

/** What is not among the lines, and why. */
function tellGaps({ missing, cut }: Pick<JobLogs, 'missing' | 'cut'>): void {
  if (missing.length > 0) {
    process.stderr.write(
      `not asked, for they cannot be reached: ${missing.join(' ')}; what was written there is not shown\n`,
    )
  }
  if (cut.length > 0) process.stderr.write(`only the last lines are shown of ${cut.join(' ')}\n`)
}
