/** Seeds give the same histories under another version of Node, whose binary SHOAL_OTHER_NODE names. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { SweepReport } from '../../simulations/sweep.ts'

const other = process.env.SHOAL_OTHER_NODE
const root = fileURLToPath(new URL('../..', import.meta.url))

function traceUnder(node: string, words: readonly string[]): { trace: string; version: string } {
  const size = ['--hubs', '5', '--shards', '60', '--json', ...words]
  const { stdout, stderr } = spawnSync(node, ['simulations/run.ts', ...size], { cwd: root, encoding: 'utf8' })
  if (stdout === '') throw new Error(stderr)
  const report: SweepReport = JSON.parse(stdout)
  return { trace: report.traceHash, version: spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim() }
}

test.skipIf(other === undefined)(
  `twenty seeds leave the same trace under ${other ?? 'SHOAL_OTHER_NODE, which is not set'}`,
  () => {
    for (const words of [
      ['--seed', '10', '--seeds', '20'],
      ['--seed', '10', '--seeds', '4', '--ledger', 'yjs'],
    ]) {
      const here = traceUnder(process.execPath, words)
      const there = traceUnder(other ?? '', words)
      expect(there.version).not.toBe(here.version)
      expect(there.trace).toBe(here.trace)
    }
  },
)
