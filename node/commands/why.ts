/** `shoal why`: the bids that decided who ran a shard. */
import { claimText } from '../claim-text.ts'
import { exitCodes } from '../exit.ts'
import { homeHub } from '../home-hub.ts'
import { homeOption, jsonOption, type Verb } from '../verb.ts'

export const why: Verb = {
  name: 'why',
  summary: 'Show all bids of the plan that decided who ran a shard, with the terms of their cost.',
  positionals: [{ name: 'shard', description: 'JOB/FAMILY:INDEX, as shoal job shows it', required: true }],
  options: { home: homeOption, json: jsonOption },
  async run(args) {
    const told = await (await homeHub(args)).why(args.required('shard'))
    process.stdout.write(args.flag('json') ? `${JSON.stringify(told)}\n` : claimText(told))
    return exitCodes.done
  },
}
