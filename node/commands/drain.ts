/** `shoal drain`: a hub hands over what it holds and leaves; that of this home, or another of the swarm. */
import { exitCodes } from '../exit.ts'
import { homeHub } from '../home-hub.ts'
import { homeOption, jsonOption, type Verb } from '../verb.ts'

export const drain: Verb = {
  name: 'drain',
  summary: 'Let a hub hand over its work and leave the swarm; waits until it has left.',
  positionals: [
    { name: 'hub', description: 'hub id, as shoal hubs shows it (default: the hub of this home)', required: false },
  ],
  options: { home: homeOption, json: jsonOption },
  async run(args) {
    const local = await homeHub(args)
    const { hub: own } = await local.info()
    const hub = args.text('hub') ?? own
    if (hub === own) await local.drain()
    else await local.drainHub(hub)
    if (args.flag('json')) process.stdout.write(`${JSON.stringify({ schema: 1, hub, drained: true })}\n`)
    else process.stderr.write(`${hub} has left the swarm\n`)
    return exitCodes.done
  },
}
