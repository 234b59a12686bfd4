/** When all replicas of a job have the same records: what people mean by "the sides agree again". */
import type { SimWorld } from '../kernel/world.ts'

type Vector = ReadonlyMap<string, number>

/** Every record of the job that some hub has now. */
export function knownRecords(world: SimWorld, job: string): Vector {
  const union = new Map<string, number>()
  for (const hub of world.hubs.keys()) {
    for (const [log, length] of vectorOf(world, hub, job)) union.set(log, Math.max(length, union.get(log) ?? 0))
  }
  return union
}

/** Whether every hub that is up has them. */
export function allHave(world: SimWorld, job: string, known: Vector): boolean {
  const hubs = [...world.hubs.values()].filter((hub) => hub.isUp)
  return hubs.every((hub) => covers(vectorOf(world, hub.id, job), known))
}

function vectorOf(world: SimWorld, hub: string, job: string): Vector {
  return world.hubs.get(hub)?.disk.ledgers.get(job)?.held() ?? new Map()
}

function covers(vector: Vector, known: Vector): boolean {
  return [...known].every(([log, length]) => (vector.get(log) ?? 0) >= length)
}
