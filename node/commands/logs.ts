/** `shoal logs`: what the shards of a job wrote. */
import { exitCodes } from '../exit.ts'
import { homeHub } from '../home-hub.ts'
import { homeOption, type Verb } from '../verb.ts'

export const logs: Verb = {
  name: 'logs',
  summary: 'Print what the shards of a job wrote.',
  positionals: [{ name: 'job', description: 'job id', required: true }],
  options: {
    home: homeOption,
    follow: { type: 'flag', short: 'f', description: 'go on until the job ends' },
    json: { type: 'flag', description: 'print one JSON object per line' },
  },
  async run(args) {
    const hub = await homeHub(args)
    const job = args.required('job')
    const print = ({ shard, line }: { shard: string; line: string }) => {
      process.stdout.write(args.flag('json') ? `${JSON.stringify({ shard, line })}\n` : `${shard}  ${line}\n`)
    }
    // Events first: a line that is written between the two would be lost, one that is in both is not.
    const events = args.flag('follow') ? hub.events(job) : null
    const first = events?.next()
    for (const entry of await hub.logs(job)) print(entry)
    await first
    if (events !== null) for await (const event of events) if (event.type === 'log') print(event)
    return exitCodes.done
  },
}
