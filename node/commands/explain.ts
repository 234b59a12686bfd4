/** `shoal explain`: what of a module is sharded, what is not, and why; with the figures of a run, where there was one. */
import { resolve } from 'node:path'
import { startEmbeddedSwarm } from '../../src/client/embedded-swarm.ts'
import { decompose } from '../../src/decompose/decompose.ts'
import { explain as explainProgram } from '../../src/decompose/explain.ts'
import { loadModule } from '../../src/decompose/load-module.ts'
import type { SpotReport } from '../../src/program/report.ts'
import type { Arguments } from '../arguments.ts'
import { exitCodes } from '../exit.ts'
import { explainFiles } from '../explain-text.ts'
import { lastRun } from '../last-runs.ts'
import { outsideModules, outsideText } from '../outside-modules.ts'
import { prepareSubmission } from '../prepare-submission.ts'
import { homeOption, jsonOption, type Verb } from '../verb.ts'

export const explain: Verb = {
  name: 'explain',
  summary: 'Say for every loop and array call of a module whether it is sharded, and why.',
  positionals: [{ name: 'file', description: 'module (.js, .mjs, .ts)', required: true }],
  options: {
    input: { type: 'text', value: 'json', description: 'run it on this input first: JSON, @file, or -' },
    scale: { type: 'text', value: 'n', description: 'run it on input(n) first' },
    home: homeOption,
    json: jsonOption,
  },
  async run(args) {
    const file = args.required('file')
    const loaded = await loadModule(resolve(file))
    const program = decompose(loaded.source, loaded.file, loaded.map)
    const figures = await figuresOf(args, program.source)
    const spots = explainProgram(program, figures)
    const outside = outsideModules(program)
    if (args.flag('json')) process.stdout.write(`${JSON.stringify({ schema: 1, file, spots, outside })}\n`)
    else {
      const colours = process.stdout.hasColors?.() === true
      process.stdout.write(explainFiles(loaded.files, spots, colours) + outsideText(outside))
    }
    return exitCodes.done
  },
}

/** Of a run made for this, when an input is given; else of the last run of exactly this text. */
async function figuresOf(args: Arguments, source: string): Promise<ReadonlyMap<number, SpotReport>> {
  const [input, scale] = [args.text('input'), args.number('scale')]
  if (input === undefined && scale === undefined) return lastRun(args.text('home'), source)
  const submission = await prepareSubmission({ file: args.required('file'), input, scale })
  await using swarm = await startEmbeddedSwarm({ hubs: 1 })
  const remote = swarm.hubs[0]?.remote
  if (remote === undefined) throw new Error('an embedded swarm without a hub')
  const job = await remote.submit(submission)
  await remote.result(job, { wait: true })
  const { spots } = await remote.job(job)
  return new Map(spots.map((spot) => [spot.spot, spot]))
}
