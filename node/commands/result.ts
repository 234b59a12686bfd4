/** `shoal result`: the value of a job, from any hub of the swarm. */
import { jsonText } from '../../src/client/json-form.ts'
import { errorCodes, ShoalError } from '../../src/errors.ts'
import { errorText, exitCodeOfError, exitCodes } from '../exit.ts'
import { homeHub } from '../home-hub.ts'
import { readGiven } from '../job-json.ts'
import { homeOption, type Verb } from '../verb.ts'

export const result: Verb = {
  name: 'result',
  summary: 'Print the result of a job as JSON; waits for the job to end.',
  positionals: [{ name: 'job', description: 'job id', required: true }],
  options: {
    home: homeOption,
    wait: { type: 'flag', description: '--no-wait: fail with SHOAL_RESULT_NOT_READY while the job runs' },
    json: { type: 'flag', description: 'print {schema, job, result, resultV8, error, note}' },
  },
  async run(args) {
    const hub = await homeHub(args)
    const job = args.required('job')
    const given = readGiven(await hub.result(job, { wait: !args.isOff('wait') }), job)
    const asJson = args.flag('json')
    if (asJson) process.stdout.write(`${JSON.stringify({ schema: 1, job, ...given })}\n`)
    else if (given.error === null) process.stdout.write(`${jsonText(given.result)}\n`)
    if (given.note !== null) process.stderr.write(`${given.note}\n`)
    if (given.error === null) return exitCodes.done
    const { code, message, stack, next } = given.error
    const known = errorCodes.find((one) => one === code) ?? 'SHOAL_JOB_FAILED'
    const error = new ShoalError(known, stack === '' ? message : stack, { next })
    process.stderr.write(errorText(error, asJson))
    return exitCodeOfError(error)
  },
}
