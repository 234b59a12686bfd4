/** Proves the checker: plants one bug at a time in a copy of the hub, and demands that a sweep of chaos finds it. */
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Mutant, mutants } from './mutant-list.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SEEDS = 300
const TIMEOUT_MS = 240_000
const PARALLEL_MAX = 4
const OUTPUT_BYTES_MAX = 64 * 2 ** 20

const { values } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } } })
const wanted = mutants.filter(({ name, isQuick }) =>
  values.only === undefined ? !values.quick || isQuick === true : name === values.only,
)

let missed = 0
const waiting = [...wanted]
await Promise.all(Array.from({ length: Math.min(availableParallelism(), PARALLEL_MAX) }, tryAll))
process.stdout.write(`${wanted.length - missed} of ${wanted.length} mutants caught\n`)
process.exitCode = missed === 0 ? 0 : 1

async function tryAll(): Promise<void> {
  for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
    const caught = await tryMutant(mutant)
    if (caught === null) missed++
    const verdict = caught === null ? `MISSED  ${mutant.name}` : `caught  ${mutant.name}: ${caught}`
    process.stdout.write(`${verdict}\n`)
  }
}

/** What the sweep said of the mutant, or null when it noticed nothing. */
async function tryMutant(mutant: Mutant): Promise<string | null> {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-mutant-'))
  try {
    for (const part of ['src', 'simulations', 'package.json'])
      cpSync(join(ROOT, part), join(folder, part), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    plant(join(folder, mutant.file), mutant)
    return await sweepIn(folder, mutant)
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

async function sweepIn(folder: string, mutant: Mutant): Promise<string | null> {
  const { hubs = 5, shards = 60, faults = 'all', ledger = 'mixed' } = mutant
  const size = ['--seeds', SEEDS, '--hubs', hubs, '--shards', shards].map(String)
  const options = [...size, '--faults', faults, '--ledger', ledger, '--fail-fast', '--json']
  const run = await runNode(folder, options)
  if (run.isLate) return `no end within ${TIMEOUT_MS / 1000} s`
  if (run.out === '') return `it does not run: ${run.errors.slice(0, 200)}`
  const report: { failed: { seed: number; invariant: string; message: string }[] } = JSON.parse(run.out)
  const [first] = report.failed
  return first === undefined ? null : `seed ${first.seed} breaks ${first.invariant}, ${first.message.slice(0, 90)}`
}

function runNode(
  folder: string,
  options: readonly string[],
): Promise<{ out: string; errors: string; isLate: boolean }> {
  return new Promise((resolve) => {
    const args = ['simulations/run.ts', ...options]
    const settings = { cwd: folder, encoding: 'utf8', timeout: TIMEOUT_MS, maxBuffer: OUTPUT_BYTES_MAX } as const
    execFile(process.execPath, args, settings, (error, out, errors) =>
      resolve({ out, errors, isLate: error?.killed === true }),
    )
  })
}
