/** Results compared on several hubs of an embedded swarm, by the command line. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { jobFile } from './real-hubs.ts'

const cli = fileURLToPath(new URL('../../node/cli.ts', import.meta.url))

function shoal(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...words], (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr })
    })
  })
}

test('every shard runs on as many hubs as asked, and what they agree on is the result', async () => {
  const input = JSON.stringify({ items: 12, rounds: 100_000 })
  const run = await shoal(
    'run',
    jobFile('spin.js'),
    '--input',
    input,
    '--hubs',
    '3',
    '--verify',
    '3',
    '--chunks',
    '6',
    '--json',
  )
  const job = JSON.parse(run.stdout)
  expect(job).toMatchObject({ status: 'done', error: null })
  expect(job.verified).toEqual({ hubs: 3, quorum: 2, shards: 12, disagreements: [], waiting: null, note: null })
  // Two families of six shards, three times, and the root.
  expect(job.shards.attempts).toBeGreaterThanOrEqual(37)
  const plain = JSON.parse((await shoal('run', jobFile('spin.js'), '--input', input, '--hubs', '1', '--json')).stdout)
  expect(job.resultV8).toBe(plain.resultV8)
  expect(plain.verified).toBeNull()
})

test('fewer hubs than results are to be compared on are refused at once', async () => {
  const run = await shoal('run', jobFile('spin.js'), '--hubs', '2', '--verify', '3', '--json')
  expect(run.code).toBe(2)
  expect(run.stderr).toContain('results cannot be compared on 3 hubs when there are 2')
})
