/** The judge of the demo: the same function on the same input, in one process, without any hub. */
import { readFile, writeFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { serialize } from 'node:v8'
import { loadModule } from '../../src/decompose/load-module.ts'

/** Arguments: module, text file with the input, where to write the module with its imports, where to write the result. */
async function plainRun([module = '', input = '', script = '', output = '']: readonly string[]): Promise<void> {
  const { source } = await loadModule(module)
  await writeFile(script, source)
  const { default: run } = (await import(pathToFileURL(script).href)) as { default: (input: unknown) => unknown }
  const value = await run(await readFile(input, 'utf8'))
  await writeFile(output, serialize(value))
}

if (import.meta.main) await plainRun(process.argv.slice(2))
