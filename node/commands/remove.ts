/** `shoal remove`: shuts a hub out of the swarm for good. */
import { exitCodes } from '../exit.ts'
import { homeHub } from '../home-hub.ts'
import { homeOption, jsonOption, type Verb } from '../verb.ts'

export const remove: Verb = {
  name: 'remove',
  summary: 'Shut a hub out of the swarm for good; it cannot come back with its old identity.',
  positionals: [{ name: 'hub', description: 'hub id, as shoal hubs shows it', required: true }],
  options: { home: homeOption, json: jsonOption },
  async run(args) {
    const hub = args.required('hub')
    await (await homeHub(args)).removeHub(hub)
    if (args.flag('json')) process.stdout.write(`${JSON.stringify({ schema: 1, hub, removed: true })}\n`)
    else process.stderr.write(`removed ${hub}\n`)
    return exitCodes.done
  },
}
