/** Who begins a root that nobody holds: hubs that know of each other what beacons tell give one answer. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { simJob } from '../../simulations/kernel/workload.ts'
import { Hub } from '../../src/hub/hub.ts'
import { rootView } from '../../src/hub/job.ts'
import { rootTaker } from '../../src/hub/root-taker.ts'
import { JOB, only } from './pair.ts'

interface Machine {
  readonly load: number
  readonly spread: number
  readonly coverage: number
  readonly speed: number
  readonly gpu: boolean
}

/** Hubs that have told each other how they are; their own loads have changed a little since. */
function swarm(machines: readonly Machine[], needs: Readonly<Record<string, string>> = {}): Hub[] {
  const hubs = machines.map(({ speed, gpu }, index) => {
    const life = { hub: `h${index}`, boot: `h${index}.1`, incarnation: 1, wallOffsetMs: 0 }
    return new Hub({ ...life, slots: 1, cores: 1, speed, compute: true, labels: gpu ? { gpu: 'yes' } : {} })
  })
  const report = ({ load, spread, coverage }: Machine, more: number) => {
    const still = { mean: 0, p90: 0 }
    const cpu = { mean: load + more, p90: load + more + spread }
    const forecast = [{ horizonMs: 1_000, cpu, memory: still, network: still }]
    return {
      load: { cpu: load, memory: 0, network: 0 },
      forecast,
      forecastError: {},
      coverage: { cpu: coverage, memory: coverage, network: coverage },
    }
  }
  const { manifest } = simJob(JOB, 'gone', [], { needs })
  for (const [index, hub] of hubs.entries()) {
    for (const other of hubs) if (other !== hub) hub.handle({ type: 'connected', hub: other.state.self }, 1)
    hub.handle({ type: 'job', job: JOB, manifest, bytes: new Uint8Array(), mine: false }, 1)
    hub.handle({ type: 'load', report: report(machines[index] as Machine, 0) }, 1)
  }
  for (const hub of hubs) {
    const [said] = only(hub.handle({ type: 'timer', timer: 'beacon' }, 2), 'gossip')
    for (const other of hubs) {
      if (said !== undefined && other !== hub) other.handle({ type: 'beacon', beacon: said.beacon }, 3)
    }
  }
  for (const [index, hub] of hubs.entries()) {
    hub.handle({ type: 'load', report: report(machines[index] as Machine, -0.1) }, 4)
  }
  return hubs
}

function takers(hubs: readonly Hub[]): (string | null)[] {
  return hubs.map(({ state }) => {
    const job = state.job(JOB)
    const root = { job, view: rootView(job), lo: 0, hi: 1, workMs: 20, rank: 1, waitsFor: [], inputs: [] }
    return rootTaker(state, root)
  })
}

const machine = fc.record<Machine>({
  load: fc.double({ min: 0.1, max: 0.95, noNaN: true }),
  spread: fc.double({ min: 0, max: 0.3, noNaN: true }),
  coverage: fc.double({ min: 0.3, max: 1, noNaN: true }),
  speed: fc.double({ min: 0.5, max: 2, noNaN: true }),
  gpu: fc.boolean(),
})

test('all name the same hub, however loaded, and however little each is trusted', () => {
  fc.assert(
    fc.property(fc.array(machine, { minLength: 2, maxLength: 6 }), (machines) => {
      expect(new Set(takers(swarm(machines))).size).toBe(1)
    }),
  )
})

test('one that is much quicker is named; small differences do not count', () => {
  const plain = { load: 0.5, spread: 0.1, coverage: 0.9, speed: 1, gpu: false }
  expect(takers(swarm([plain, { ...plain, speed: 2 }]))).toEqual(['h1', 'h1'])
  expect(takers(swarm([plain, { ...plain, speed: 1.2 }]))).toEqual(['h0', 'h0'])
})

test('one that may not run the job is never named', () => {
  const plain = { load: 0, spread: 0, coverage: 0.9, speed: 4, gpu: false }
  expect(takers(swarm([plain, { ...plain, gpu: true, speed: 0.5 }], { gpu: 'yes' }))).toEqual(['h1', 'h1'])
  expect(takers(swarm([plain, plain], { gpu: 'yes' }))).toEqual([null, null])
})
