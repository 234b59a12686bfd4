/** `shoal cancel`: stops a job on all hubs. */
import { exitCodes } from '../exit.ts'
import { homeHub } from '../home-hub.ts'
import { homeOption, jsonOption, type Verb } from '../verb.ts'

export const cancel: Verb = {
  name: 'cancel',
  summary: 'Cancel a job on all hubs.',
  positionals: [{ name: 'job', description: 'job id', required: true }],
  options: {
    home: homeOption,
    reason: { type: 'text', value: 'text', description: 'what the job report says' },
    json: jsonOption,
  },
  async run(args) {
    const job = args.required('job')
    const hub = await homeHub(args)
    await hub.cancel(job, args.text('reason') ?? 'cancelled on the command line')
    const { status } = await hub.job(job)
    const cancelled = status === 'cancelled' || status === 'running'
    if (args.flag('json')) process.stdout.write(`${JSON.stringify({ schema: 1, job, cancelled, status })}\n`)
    else process.stderr.write(cancelled ? `cancelled ${job}\n` : `${job} had ended before: ${status}\n`)
    return exitCodes.done
  },
}
