/** `shoal drain`: the hub of this home hands over what it holds and leaves. */
import { ShoalError } from '../../src/errors.ts'
import { exitCodes } from '../exit.ts'
import { homeHub } from '../home-hub.ts'
import { homeOption, jsonOption, type Verb } from '../verb.ts'

export const drain: Verb = {
  name: 'drain',
  summary: 'Let the hub of this home hand over its work and leave the swarm.',
  positionals: [{ name: 'hub', description: 'only this machine’s own hub can be drained', required: false }],
  options: { home: homeOption, json: jsonOption },
  async run(args) {
    const local = await homeHub(args)
    const { hub } = await local.info()
    const wanted = args.text('hub')
    if (wanted !== undefined && wanted !== hub) {
      throw new ShoalError('SHOAL_USAGE', `drain: ${wanted} is not the hub of this home (${hub})`, {
        next: 'run shoal drain on that machine; to shut a hub out for good: shoal remove HUB',
      })
    }
    await local.drain()
    if (args.flag('json')) process.stdout.write(`${JSON.stringify({ schema: 1, hub, drained: true })}\n`)
    else process.stderr.write(`${hub} has left the swarm\n`)
    return exitCodes.done
  },
}
