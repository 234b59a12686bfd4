/** `shoal jobs`: the jobs that this hub knows. */
import type { JobSummary } from '../../src/client/local-hub.ts'
import { exitCodes } from '../exit.ts'
import { homeHub } from '../home-hub.ts'
import { table } from '../table.ts'
import { homeOption, jsonOption, type Verb } from '../verb.ts'

export const jobs: Verb = {
  name: 'jobs',
  summary: 'List the jobs that this hub knows, newest first.',
  positionals: [],
  options: { home: homeOption, json: jsonOption },
  async run(args) {
    const known = await (await homeHub(args)).jobs()
    const sorted = known.toSorted((a, b) => b.createdMs - a.createdMs)
    process.stdout.write(args.flag('json') ? `${JSON.stringify(sorted)}\n` : jobTable(sorted))
    return exitCodes.done
  },
}

function jobTable(known: readonly JobSummary[]): string {
  const rows = known.map((job) => [
    job.job,
    job.name,
    job.status,
    `${job.shards.done}/${job.shards.total}`,
    `${(job.wallMs / 1000).toFixed(1)} s`,
  ])
  return table(['JOB', 'NAME', 'STATUS', 'SHARDS', 'TIME'], rows)
}
