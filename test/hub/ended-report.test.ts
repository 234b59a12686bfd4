/** The report of a job that was cancelled: nothing of it runs any more. */
import { expect, test } from 'vitest'
import { jobReport } from '../../src/hub/job-report.ts'
import { explainClaim } from '../../src/live/explain-claim.ts'
import { claimOf, JOB, Pair } from './pair.ts'

test('shards of a cancelled job are dropped, their attempts ended with it, and why says so', () => {
  const pair = new Pair()
  pair.knowJob({ shards: 4, workMs: () => 1_000, isCostKnown: true })
  pair.fromB(claimOf({ state: 'claimed' }), claimOf({ state: 'running' }))
  pair.input({ type: 'cancel', job: JOB, reason: 'enough' })
  const { state } = pair.hub
  const report = jobReport(state, state.job(JOB))
  expect(report.status).toBe('cancelled')
  const states = report.familyReports.flatMap(({ runs }) => runs.map((run) => run.state))
  expect([...new Set(states)]).toEqual(['dropped'])
  expect(report.attempts.map(({ status }) => status)).not.toContain('running')
  expect(report.attempts.map(({ status }) => status)).not.toContain('lost')
  expect(explainClaim(state, `${JOB}/root:0`).state).toBe('dropped')
})
