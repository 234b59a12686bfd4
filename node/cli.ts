/** The command line: finds the verb, runs it, tells errors, sets the exit code. */
import { ShoalError, toShoalError } from '../src/errors.ts'
import { packageVersion } from '../src/package-folder.ts'
import { errorText, exitCodeOfError, exitCodes } from './exit.ts'
import { nearest } from './nearest.ts'
import { tableOfVerbs, verbs } from './verbs.ts'

/** Runs one command line and ends the process with its exit code once all output is written. */
export async function main(words: readonly string[]): Promise<void> {
  quietWhenReaderLeaves()
  process.exitCode = await commandLine(words)
}

/** @returns the exit code. */
export async function commandLine(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words
  try {
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      if (name === 'help' && rest[0] !== undefined) return await runVerb(rest[0], ['--help'])
      process.stdout.write(tableOfVerbs(packageVersion()))
      return name === undefined ? exitCodes.usage : exitCodes.done
    }
    if (name === '--version' || name === '-v' || name === 'version') {
      process.stdout.write(`${packageVersion()}\n`)
      return exitCodes.done
    }
    return await runVerb(name, rest)
  } catch (thrown) {
    const error = toShoalError(thrown)
    const asJson = rest.includes('--json')
    if (asJson) process.stdout.write(`${JSON.stringify(await refusal(name, error))}\n`)
    process.stderr.write(errorText(error, asJson))
    if (error.code === 'SHOAL_INTERNAL' && process.env.SHOAL_LOG === 'debug') console.error(error.cause)
    return exitCodeOfError(error)
  }
}

async function runVerb(name: string, words: readonly string[]): Promise<number> {
  const entry = verbs.find((verb) => verb.name === name)
  if (entry === undefined) {
    const near = nearest(
      name,
      verbs.map((verb) => verb.name),
    )
    throw new ShoalError('SHOAL_USAGE', `there is no verb ${JSON.stringify(name)}`, {
      next: near === null ? 'shoal --help lists the verbs' : `did you mean: shoal ${near}?`,
    })
  }
  const verb = await entry.load()
  const { parseVerb, verbUsage } = await import('./verb.ts')
  if (asksForHelp(words)) {
    process.stdout.write(`${await verbUsage(verb)}\n`)
    return exitCodes.done
  }
  return verb.run(parseVerb(verb, words))
}

/** A program that asks for JSON gets one value, whatever happens. */
async function refusal(name: string | undefined, error: ShoalError): Promise<unknown> {
  const verb = await verbs.find((one) => one.name === name)?.load()
  return verb?.refused?.(error) ?? { schema: 1, error: error.toJSON() }
}

function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--')
  return words.slice(0, end < 0 ? words.length : end).some((word) => word === '--help' || word === '-h')
}

/** `shoal jobs | head -1` is no error. */
function quietWhenReaderLeaves(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(exitCodes.done)
  })
}

if (import.meta.main) await main(process.argv.slice(2))
