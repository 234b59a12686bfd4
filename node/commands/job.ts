/** `shoal job`: one job with its shards, attempts and the account of what was done twice. */
import type { JobReport } from '../../src/client/local-hub.ts'
import type { RemoteHub } from '../../src/client/remote-hub.ts'
import { ShoalError } from '../../src/errors.ts'
import { exitCodes } from '../exit.ts'
import { homeHub } from '../home-hub.ts'
import { type Given, jobJson, nothingGiven, readGiven } from '../job-json.ts'
import { jobText } from '../job-text.ts'
import { table } from '../table.ts'
import { homeOption, jsonOption, type Verb } from '../verb.ts'

export const job: Verb = {
  name: 'job',
  summary: 'Show a job: families, shards, attempts, and which were resumed from a checkpoint.',
  positionals: [{ name: 'job', description: 'job id', required: true }],
  options: { home: homeOption, json: jsonOption },
  async run(args) {
    const hub = await homeHub(args)
    const report = await hub.job(args.required('job'))
    const hubs = (await hub.hubs()).filter(({ state }) => state === 'alive').length
    const json = jobJson(report, await givenSoFar(hub, report), hubs)
    const { name, submitter, createdMs, checkpoints, familyReports, spots, attempts, receipt, migrations } = report
    const lists = { familyReports, spots, attempts, receipt, migrations }
    const whole = { ...json, name, submitter, createdMs, checkpoints, ...lists }
    process.stdout.write(args.flag('json') ? `${JSON.stringify(whole)}\n` : `${jobText(json)}\n${details(report)}`)
    return exitCodes.done
  },
}

/** The result of a job that is done, if its bytes can be reached from here now. */
async function givenSoFar(hub: RemoteHub, report: JobReport): Promise<Given> {
  if (report.status === 'running' || report.status === 'cancelled') return nothingGiven
  try {
    return readGiven(await hub.result(report.job, { wait: false }), report.job)
  } catch (error) {
    if (error instanceof ShoalError && error.code !== 'SHOAL_HUB_UNREACHABLE') return nothingGiven
    throw error
  }
}

function details(report: JobReport): string {
  const runs = report.familyReports.flatMap((family) =>
    family.runs.map((run) => [family.family, span(run.lo, run.hi), run.state, run.hub ?? '-', epochText(run.epoch)]),
  )
  const attempts = report.attempts.map((attempt) => [
    attempt.family,
    span(attempt.lo, attempt.hi),
    attempt.hub,
    attempt.status,
    epochText(attempt.epoch),
    attempt.resumedFrom > 0 ? `from ${attempt.resumedFrom}` : 'from the start',
    attempt.endMs === null ? '-' : timeText(attempt.endMs - attempt.startMs),
  ])
  const receipt = report.receipt.map(({ shard, hubs, kept }) => [shard, hubs.join(' '), kept])
  const moves = report.migrations.map(({ shard, from, to, stayMs, tookMs, gainMs }) => [
    shard,
    from,
    to ?? '-',
    stayMs === null ? 'its hub left' : timeText(stayMs),
    tookMs === null ? '-' : timeText(tookMs),
    gainMs === null ? '-' : `${gainMs > 0 ? 'yes' : 'no'}, ${Math.round(gainMs)} ms`,
  ])
  const parts = [
    table(['FAMILY', 'SHARDS', 'STATE', 'HUB', 'EPOCH'], runs),
    table(['FAMILY', 'SHARDS', 'ATTEMPT ON', 'STATUS', 'EPOCH', 'BEGAN', 'TIME'], attempts),
    ...(moves.length === 0 ? [] : [table(['MOVED', 'FROM', 'TO', 'STAYING', 'TOOK', 'PAID'], moves)]),
    ...verifiedText(report),
    ...(receipt.length === 0 ? [] : [table(['DONE TWICE', 'BY', 'KEPT'], receipt)]),
  ]
  return `\n${parts.join('\n')}`
}

/** No claim was ever made of what has no epoch. */
function epochText(epoch: number): string {
  return epoch < 0 ? '-' : String(epoch)
}

/** Of short ones the digits after the point say something, of long ones none does. */
function timeText(ms: number): string {
  return `${ms < 10 ? ms.toFixed(2) : Math.round(ms)} ms`
}

function verifiedText({ verified }: JobReport): string[] {
  if (verified === null) return []
  const { disagreements, waiting } = verified
  const rows = disagreements.map(({ shard, kept, against }) => [shard, kept.join(' ') || '-', against.join(' ')])
  return [
    ...(waiting === null ? [] : [`waiting: ${waiting}\n`]),
    ...(rows.length === 0 ? [] : [table(['DIFFERS', 'STANDS, TOLD BY', 'AGAINST IT'], rows)]),
  ]
}

function span(lo: number, hi: number): string {
  return hi - lo === 1 ? String(lo) : `${lo}-${hi - 1}`
}
