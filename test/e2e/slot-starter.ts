/** A hub as far as its slots go: `slot-starter.ts LEVEL COUNT` starts slots one after the other, and stays. */
import { fileURLToPath } from 'node:url'
import { launcherAt, type Walled } from '../execute/isolation/levels.ts'

const [level = 'L4', count = '1'] = process.argv.slice(2)
const source = (path: string): URL => new URL(`../../src/${path}`, import.meta.url)
const entryPath = fileURLToPath(source('execute/entry/slot.ts'))
const runtimeUrl = source('decompose/runtime/program.ts').href
const launcher = launcherAt(level as Walled, false)

// The first finds out what a start needs; those after it follow each other at once.
for (let n = 0; n <= Number(count); n++) {
  launcher.launch({ entryPath, runtimeUrl })
  if (n === 0) process.stdout.write('ready\n')
}
setInterval(() => undefined, 1_000)
