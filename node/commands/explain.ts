/** `shoal explain`: what of a module is sharded, what is not, and why. */
import { resolve } from 'node:path'
import { decompose } from '../../src/decompose/decompose.ts'
import { explain as explainProgram } from '../../src/decompose/explain.ts'
import { loadModule } from '../../src/decompose/load-module.ts'
import { exitCodes } from '../exit.ts'
import { explainText } from '../explain-text.ts'
import { jsonOption, type Verb } from '../verb.ts'

export const explain: Verb = {
  name: 'explain',
  summary: 'Say for every loop and array call of a module whether it is sharded, and why.',
  positionals: [{ name: 'file', description: 'module (.js, .mjs, .ts)', required: true }],
  options: { json: jsonOption },
  async run(args) {
    const file = args.required('file')
    const loaded = await loadModule(resolve(file))
    const spots = explainProgram(decompose(loaded.source, loaded.file))
    if (args.flag('json')) process.stdout.write(`${JSON.stringify({ schema: 1, file, spots })}\n`)
    else process.stdout.write(explainText(loaded.source, spots, process.stdout.hasColors?.() === true))
    return exitCodes.done
  },
}
