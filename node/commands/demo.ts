/** `shoal demo`: three hubs on this machine, one job, and kill -9 for the hub that took it. */
import { join } from 'node:path'
import { ShoalError } from '../../src/errors.ts'
import { packageFolder } from '../../src/package-folder.ts'
import { onSignals } from '../ctrl-c.ts'
import { play } from '../demo/play.ts'
import { Screen } from '../demo/screen.ts'
import { exitCodes } from '../exit.ts'
import type { Verb } from '../verb.ts'

const DEADLINE_MS = 58_000

export const demo: Verb = {
  name: 'demo',
  summary: 'Start three hubs, give them a job, pull the plug of the one that took it, compare the result.',
  positionals: [],
  options: { json: { type: 'flag', description: 'print the verdict as JSON on stdout, the show on stderr' } },
  async run(args) {
    const asJson = args.flag('json')
    const ending = new AbortController()
    const stopListening = onSignals({
      first: () =>
        ending.abort(new ShoalError('SHOAL_INTERRUPTED', 'the demo was interrupted', { next: 'run it again' })),
      second: () => process.exit(exitCodes.interrupted),
    })
    const tooLong = setTimeout(() => ending.abort(late()), DEADLINE_MS)
    try {
      const verdict = await play({
        screen: new Screen(asJson ? process.stderr : process.stdout),
        signal: ending.signal,
        module: join(packageFolder(), 'examples', 'word-stats.ts'),
        input: join(packageFolder(), 'examples', 'shakespeare.txt'),
      })
      if (asJson) process.stdout.write(`${JSON.stringify(verdict)}\n`)
      return verdict.isEqual ? exitCodes.done : exitCodes.failed
    } catch (error) {
      throw ending.signal.aborted ? ending.signal.reason : error
    } finally {
      clearTimeout(tooLong)
      stopListening()
    }
  },
}

function late(): ShoalError {
  return new ShoalError('SHOAL_INTERNAL', `the demo was not over after ${DEADLINE_MS / 1000} s`, {
    next: 'run shoal doctor; on a busy machine run it again',
  })
}
