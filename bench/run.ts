/** Runs benchmarks, all or those named: `npm run bench -- swarm blobs`. Each prints JSON lines with medians. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const all = ['swarm', 'blobs', 'slots', 'ledger', 'codec', 'small', 'divide', 'slices', 'forecast', 'analysis']
/** Longer ones, run only by name. */
const long = ['cpu-share', 'dispatch', 'migration', 'plan', 'workflow']
const named = process.argv.slice(2).filter((name) => all.includes(name) || long.includes(name))

for (const name of named.length > 0 ? named : all) {
  const file = fileURLToPath(new URL(`./${name}.ts`, import.meta.url))
  const { status } = spawnSync(process.execPath, [file], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
