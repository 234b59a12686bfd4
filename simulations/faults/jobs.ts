/** Who misuses its place, or has none: jobs cancelled, records forged, strangers and onlookers that write. */
import { forgedResult, OBSERVER, ownResult, STRANGER } from '../kernel/forgery.ts'
import { type Acts, anyHub, type FaultContext } from './context.ts'

export function jobActs(context: FaultContext): Acts {
  return { cancel: () => cancel(context), forgery: () => forge(context), ...intruderActs(context) }
}

function cancel(context: FaultContext): void {
  const { world, random } = context
  const ids = [...world.jobs.keys()]
  // The first job is always let run: there is work to judge in every seed.
  const job = ids[1 + random.below(Math.max(1, ids.length - 1))]
  const hub = anyHub(context)
  if (job === undefined || !hub.isUp) return
  context.note(hub.id, `cancel ${job}`)
  hub.input({ type: 'cancel', job, reason: 'user' })
}

/** The guard is part of the real ledger: its stand-in has none. */
function forge(context: FaultContext): void {
  const { world, random } = context
  const [forger, victim, target] = [anyHub(context), anyHub(context), anyHub(context)]
  const [job] = target.disk.ledgers.keys()
  if (job === undefined || world.ledger !== 'yjs' || target === forger || target === victim || !target.isUp) return
  context.note(forger.id, `forges a result of ${victim.id}`)
  target.receive(job, forgedResult(job, victim.id, random, random.chance(0.5)), { hub: forger.id })
}

function intruderActs(context: FaultContext): Acts {
  return { stranger: () => intrude(context, STRANGER), observer: () => intrude(context, OBSERVER) }
}

/** A result of somebody who may not give any, straight from it or passed on by a member. */
function intrude(context: FaultContext, who: string): void {
  const { world, random } = context
  const [carrier, target] = [anyHub(context), anyHub(context)]
  const [job] = target.disk.ledgers.keys()
  if (job === undefined || world.ledger !== 'yjs' || target === carrier || !target.isUp) return
  const isRelayed = random.chance(0.5)
  context.note(target.id, `gets a result of the ${who}${isRelayed ? `, passed on by ${carrier.id}` : ''}`)
  target.receive(job, ownResult(job, who, random, isRelayed), { hub: isRelayed ? carrier.id : who })
}
