/** `shoal token create`: a token that lets a machine join without anybody at its screen. */
import { ShoalError } from '../../src/errors.ts'
import { exitCodes } from '../exit.ts'
import { homeHub } from '../home-hub.ts'
import { homeOption, jsonOption, type Verb } from '../verb.ts'

const EXPIRES_MS = 3_600_000
const USES_MAX = 4096

export const token: Verb = {
  name: 'token',
  summary: 'Make a join token: shoal token create [--expires 1h] [--uses N].',
  positionals: [{ name: 'action', description: 'create', required: true }],
  options: {
    home: homeOption,
    expires: { type: 'text', value: 'duration', description: 'how long it may be used (default: 1h)' },
    uses: { type: 'text', value: 'n', description: 'how many machines may use it (default: 1)' },
    json: jsonOption,
  },
  async run(args) {
    if (args.required('action') !== 'create') {
      throw new ShoalError('SHOAL_USAGE', 'token: the only action is create', { next: 'shoal token create' })
    }
    const expiresMs = args.durationMs('expires') ?? EXPIRES_MS
    const uses = args.whole('uses', 1, USES_MAX) ?? 1
    const made = await (await homeHub(args)).createToken({ expiresMs, uses })
    if (args.flag('json')) process.stdout.write(`${JSON.stringify({ schema: 1, token: made, expiresMs, uses })}\n`)
    else {
      process.stdout.write(`${made}\n`)
      process.stderr.write('on the other machine: shoal up --join TOKEN\n')
    }
    return exitCodes.done
  },
}
