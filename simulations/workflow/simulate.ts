/** One workflow, one world, one policy: what `shoal simulate workflow` reports. */
import type { CentralRun, Execution } from './central.ts'
import type { Dag } from './dag.ts'
import { HubRun, type HubRunWants } from './hub-run.ts'
import { runDask, runHeft, runOnlineHeft, runRandom } from './policies.ts'
import { lowerBound, type WorkflowWorld } from './world.ts'

export const policies = ['shoal', 'heft', 'online-heft', 'dask', 'random'] as const
export type Policy = (typeof policies)[number]

export interface WorkflowReport {
  readonly schema: 1
  readonly policy: Policy
  /** Seconds, from the submission to the last result. */
  readonly makespan: number
  readonly lowerBound: number
  /** Makespan of HEFT's plan in the same world. */
  readonly heft: number
  readonly broadcastsPerShard: number
  /** Heartbeats are told apart: they go with time, not with work. */
  readonly beaconsPerShard: number
  /** Claims that met another one of the same epoch. */
  readonly conflicts: number
  readonly conflictingCommits: number
  /** Machine time of executions that were not needed, over that of those that were. */
  readonly wastedWork: number
  readonly migrations: number
  readonly planMsP50: number
}

export interface WorkflowRun {
  readonly report: WorkflowReport
  readonly executions: readonly Execution[]
}

export function simulateWorkflow(
  dag: Dag,
  world: WorkflowWorld,
  wants: HubRunWants & { readonly policy: Policy; readonly seed: number },
  clock: () => number,
): WorkflowRun {
  const heft = runHeft(world, dag)
  const base = { schema: 1, policy: wants.policy, lowerBound: lowerBound(world, dag), heft: heft.makespan } as const
  if (wants.policy === 'shoal') {
    const run = new HubRun(world, dag, wants, clock).run()
    const { executions, makespan, conflicts, conflictingCommits, migrations, planMsP50 } = run
    const broadcastsPerShard = run.broadcasts / dag.work.length
    const beaconsPerShard = run.beacons / dag.work.length
    const { wastedWork } = run
    return {
      executions,
      report: {
        ...base,
        makespan,
        broadcastsPerShard,
        beaconsPerShard,
        conflicts,
        conflictingCommits,
        wastedWork,
        migrations,
        planMsP50,
      },
    }
  }
  const { makespan, executions, moves } = central(wants.policy, heft, world, dag, wants.seed)
  const nothing = { broadcastsPerShard: 0, beaconsPerShard: 0, conflicts: 0, conflictingCommits: 0, planMsP50: 0 }
  return { executions, report: { ...base, makespan, ...nothing, wastedWork: wasted(executions), migrations: moves } }
}

function central(
  policy: Exclude<Policy, 'shoal'>,
  heft: CentralRun,
  world: WorkflowWorld,
  dag: Dag,
  seed: number,
): CentralRun {
  switch (policy) {
    case 'heft':
      return heft
    case 'online-heft':
      return runOnlineHeft(world, dag)
    case 'dask':
      return runDask(world, dag)
    case 'random':
      return runRandom(world, dag, seed)
  }
}

function wasted(executions: readonly Execution[]): number {
  let useful = 0
  let useless = 0
  for (const { start, end, committed } of executions) {
    if (committed) useful += end - start
    else useless += end - start
  }
  return useful > 0 ? useless / useful : 0
}
