/** The report of a simulated workflow: who ran what when, under which load, and what each machine had expected of it. */
import type { Execution } from '../workflow/central.ts'
import { type Curve, levelAt, nextChange } from '../workflow/curve.ts'
import type { WorkflowReport } from '../workflow/simulate.ts'
import type { WorkflowWorld } from '../workflow/world.ts'
import { gantt, type Lane, type Level, legend } from './gantt.ts'
import { figure, page, table } from './page.ts'
import { seconds, timeScale } from './scale.ts'

export interface WorkflowRunInput {
  readonly name: string
  readonly world: WorkflowWorld
  readonly report: WorkflowReport
  readonly executions: readonly Execution[]
}

const TOP = 18
/** Steps of a load curve that are drawn at most. */
const STEPS_MAX = 2_000

const styles = {
  plan: 'work whose result counts',
  migrate: 'went on from a checkpoint',
  other: 'work that was not needed',
}

export function workflowHtml({ name, world, report, executions }: WorkflowRunInput): string {
  const endMs = 1000 * Math.max(report.makespan, ...executions.map(({ end }) => end)) * 1.01
  const scale = timeScale(endMs)
  const byHub = Map.groupBy(executions, ({ hub }) => hub)
  const lanes = world.machines.map((_, index) => laneOf(world, index, byHub.get(index) ?? [], endMs))
  const picture = gantt(lanes, [], scale, TOP)
  const told = `${lanes.length} machines over ${seconds(endMs)}; the table below says the same in words`
  const caption =
    'Time since the submission. Behind the bars: the load of others; the line: what the machine had forecast.'
  const ratio = report.makespan / report.heft
  return page({
    title: `${name}, placed by ${report.policy}`,
    lead: `Done after ${report.makespan.toFixed(2)} s, ${ratio.toFixed(3)} of HEFT's ${report.heft.toFixed(2)} s; no schedule ends before ${report.lowerBound.toFixed(2)} s.`,
    figures: figuresOf(report),
    sections: [
      figure({ svg: picture.svg, height: TOP + picture.height + 6 }, legend(styles, lanes), caption, told),
      table('Machines', ['machine', 'speed', 'executions', 'busy', 'not needed'], rowsOf(world, byHub)),
    ],
  })
}

function laneOf(world: WorkflowWorld, index: number, executions: readonly Execution[], endMs: number): Lane {
  const { load, forecast, diesAt } = world.machines[index] ?? {}
  const bars = executions.map((execution) => {
    const { task: number, start, end, committed, from = 0 } = execution
    const told = `node ${number}, ${(end - start).toFixed(2)} s${from > 0 ? `, from ${Math.round(from * 100)} %` : ''}`
    return {
      fromMs: start * 1000,
      toMs: end * 1000,
      style: !committed ? 'other' : from > 0 ? 'migrate' : 'plan',
      isStriped: !committed,
      title: committed ? told : `${told}, not needed`,
    }
  })
  const away = diesAt == null ? [] : [{ fromMs: diesAt * 1000, toMs: endMs, why: 'the machine died' }]
  const levels = load === undefined ? [] : levelsOf(load, endMs)
  const isLoaded = levels.some(({ level }) => level > 0)
  const expected = forecast === undefined ? [] : levelsOf(forecast, endMs)
  const curves = isLoaded ? { load: levels, forecast: expected } : {}
  return { label: `h${String(index).padStart(4, '0')}`, bars, away, marks: [], ...curves }
}

function levelsOf(curve: Curve, endMs: number): Level[] {
  const levels: Level[] = []
  for (let time = 0; time * 1000 < endMs && levels.length < STEPS_MAX; time = nextChange(curve, time)) {
    levels.push({ atMs: time * 1000, level: levelAt(curve, time + 1e-9) })
  }
  return levels
}

function figuresOf(report: WorkflowReport): Record<string, string> {
  return {
    makespan: `${report.makespan.toFixed(2)} s`,
    "HEFT's": `${report.heft.toFixed(2)} s`,
    'lower bound': `${report.lowerBound.toFixed(2)} s`,
    'not needed': `${(report.wastedWork * 100).toFixed(1)} %`,
    migrations: String(report.migrations),
    'conflicting claims': String(report.conflicts),
    'broadcasts per shard': report.broadcastsPerShard.toFixed(1),
    'plan, median': `${report.planMsP50.toFixed(2)} ms`,
  }
}

function rowsOf(world: WorkflowWorld, byHub: ReadonlyMap<number, readonly Execution[]>): string[][] {
  return world.machines.map(({ speed }, index) => {
    const executions = byHub.get(index) ?? []
    const time = (some: readonly Execution[]) => some.reduce((sum, { start, end }) => sum + end - start, 0)
    const wasted = executions.filter(({ committed }) => !committed)
    return [
      `h${String(index).padStart(4, '0')}`,
      speed.toFixed(2),
      String(executions.length),
      `${time(executions).toFixed(2)} s`,
      `${time(wasted).toFixed(2)} s`,
    ]
  })
}
