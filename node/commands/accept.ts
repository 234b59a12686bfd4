/** `shoal accept`: lets the hub in that shows a code. */
import { ShoalError } from '../../src/errors.ts'
import { exitCodes } from '../exit.ts'
import { homeHub } from '../home-hub.ts'
import { homeOption, jsonOption, type Verb } from '../verb.ts'

const PORT_MAX = 65_535

export const accept: Verb = {
  name: 'accept',
  summary: 'Let a new hub into the swarm: the one that shows this code after shoal up --pair.',
  positionals: [{ name: 'code', description: 'the eight characters that the new hub shows', required: true }],
  options: {
    home: homeOption,
    at: { type: 'text', value: 'host:port', description: 'where the new hub listens, if it is not heard on the LAN' },
    json: jsonOption,
  },
  async run(args) {
    const at = args.text('at')
    const hub = await (await homeHub(args)).acceptHub(args.required('code'), at === undefined ? null : placeOf(at))
    if (args.flag('json')) process.stdout.write(`${JSON.stringify({ schema: 1, hub, accepted: true })}\n`)
    else process.stderr.write(`accepted ${hub}\n`)
    return exitCodes.done
  },
}

function placeOf(text: string): { host: string; port: number } {
  const at = text.lastIndexOf(':')
  const [host, port] = [text.slice(0, at), Number(text.slice(at + 1))]
  if (at > 0 && Number.isInteger(port) && port > 0 && port <= PORT_MAX) return { host, port }
  throw new ShoalError('SHOAL_USAGE', `accept: ${JSON.stringify(text)} is no HOST:PORT`, {
    next: 'for example: shoal accept CODE --at 192.168.1.20:4711',
  })
}
