/** Proves the checker: plants one bug at a time in a copy of the hub, and demands that a sweep of chaos finds it. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Mutant, mutants } from './mutant-list.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SEEDS = 300
const TIMEOUT_MS = 240_000

const { values } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } } })
const wanted = mutants.filter(({ name, isQuick }) =>
  values.only === undefined ? !values.quick || isQuick === true : name === values.only,
)

let missed = 0
for (const mutant of wanted) {
  const caught = tryMutant(mutant)
  if (caught === null) missed++
  process.stdout.write(
    `${caught === null ? 'MISSED' : 'caught'}  ${mutant.name}${caught === null ? '' : `: ${caught}`}\n`,
  )
}
process.stdout.write(`${wanted.length - missed} of ${wanted.length} mutants caught\n`)
process.exitCode = missed === 0 ? 0 : 1

/** What the sweep said of the mutant, or null when it noticed nothing. */
function tryMutant(mutant: Mutant): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-mutant-'))
  try {
    for (const part of ['src', 'simulations', 'package.json'])
      cpSync(join(ROOT, part), join(folder, part), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    plant(join(folder, mutant.file), mutant)
    return sweepIn(folder, mutant)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function plant(path: string, { name, find, replace }: Mutant): void {
  const text = readFileSync(path, 'utf8')
  if (text.split(find).length !== 2) throw new Error(`mutant "${name}" does not fit ${path} any more`)
  writeFileSync(
    path,
    text.replace(find, () => replace),
  )
}

function sweepIn(folder: string, { hubs = 5, shards = 60, faults = 'all', ledger = 'mixed' }: Mutant): string | null {
  const size = ['--seeds', SEEDS, '--hubs', hubs, '--shards', shards].map(String)
  const options = [...size, '--faults', faults, '--ledger', ledger, '--fail-fast', '--json']
  const run = spawnSync(process.execPath, ['simulations/run.ts', ...options], {
    cwd: folder,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  })
  if (run.status === null) return `no end within ${TIMEOUT_MS / 1000} s`
  if (run.stdout === '') return `it does not run: ${run.stderr.slice(0, 200)}`
  const report: { failed: { seed: number; invariant: string; message: string }[] } = JSON.parse(run.stdout)
  const [first] = report.failed
  return first === undefined ? null : `seed ${first.seed} breaks ${first.invariant}, ${first.message.slice(0, 90)}`
}
