/** How long one plan takes: 16 hubs, 1000 open shards, with and without dependencies; medians as JSON lines. */

import { type FamilyPlan, simJob } from '../simulations/kernel/workload.ts'
import { virtualPlan } from '../src/hub/auction.ts'
import type { Beacon } from '../src/hub/beacon.ts'
import { noLoad } from '../src/hub/beacon.ts'
import { Hub } from '../src/hub/hub.ts'

const PLANS = 400

for (const [name, hubs, plan] of [
  ['independent', 16, independent(1_000)],
  ['graph', 16, graph(1_000)],
  ['independent', 64, independent(1_000)],
  ['graph', 64, graph(1_000)],
] as const) {
  const hub = hubWith(hubs, plan)
  const times = [
    { wants: 'due', ms: medianMs(hub, { ownMax: 3, othersMax: 0 }) },
    { wants: 'all', ms: medianMs(hub, { ownMax: Number.POSITIVE_INFINITY, othersMax: 0 }) },
  ]
  for (const { wants, ms } of times) {
    process.stdout.write(
      `${JSON.stringify({ bench: 'plan', family: name, hubs, shards: 1_000, wants, medianMs: ms })}\n`,
    )
  }
}

function medianMs(hub: Hub, wants: { ownMax: number; othersMax: number }): number {
  const times: number[] = []
  for (let round = 0; round < PLANS; round++) {
    const startMs = performance.now()
    virtualPlan(hub.state, wants)
    times.push(performance.now() - startMs)
  }
  times.sort((a, b) => a - b)
  return Math.round((times[PLANS >> 1] ?? 0) * 1000) / 1000
}

/** A hub that knows the others by their beacons and a job by its family. */
function hubWith(hubs: number, plan: FamilyPlan): Hub {
  const machine = { slots: 1, cores: 4, speed: 1, compute: true, labels: {} }
  const hub = new Hub({ ...machine, hub: 'h0', boot: 'b0', incarnation: 1, wallOffsetMs: 0 })
  hub.handle({ type: 'started' }, 0)
  for (let index = 1; index < hubs; index++) {
    const who = { hub: `h${index}`, boot: `b${index}`, incarnation: 1, sequence: 1, leaving: false }
    const report = { ...noLoad, forecast: forecast(index) }
    const beacon: Beacon = { ...machine, ...who, speed: 0.5 + (index % 7) / 4, slotFreeInMs: [index], report }
    hub.handle({ type: 'beacon', beacon }, 1)
  }
  const job = simJob('job', 'h0', [plan])
  hub.handle({ type: 'job', job: job.id, manifest: job.manifest, bytes: new Uint8Array(), mine: false }, 2)
  const spec = job.families[0]?.spec
  if (spec === undefined) throw new Error('the job has a family')
  hub.state.job(job.id).view.apply({ hub: 'h0', boot: 'b0' }, { kind: 'family', spec })
  return hub
}

function forecast(index: number) {
  const metric = (mean: number) => ({ mean, p90: mean })
  return [1_000, 5_000, 15_000, 30_000].map((horizonMs) => ({
    horizonMs,
    cpu: metric((index % 5) / 8),
    memory: metric(0.2),
    network: metric(0),
  }))
}

function independent(shards: number): FamilyPlan {
  return { shards, workMs: () => 100, isCostKnown: true }
}

function graph(shards: number): FamilyPlan {
  const edges = Array.from({ length: shards - 1 }, (_, index) => ({ from: index >> 2, to: index + 1 }))
  return { shards, workMs: (shard) => 50 + (shard % 13) * 10, isCostKnown: true, edges }
}
