/** What this hub learns about functions, tells the others, and takes from them: how long an item takes, by program and spot. */
import type { ProfileEntry } from '../cost/profile.ts'
import type { DoneRecord } from '../ledger/record.ts'
import type { FamilyView } from '../ledger/view.ts'
import { forecastLimits } from '../limits.ts'
import { ROOT_FAMILY } from '../program/family.ts'
import type { Beacon } from './beacon.ts'
import { type Job, noteItemMs } from './job.ts'
import type { HubState } from './state.ts'

/** A run of this hub ended: what it took is its experience, in speed-1 milliseconds. */
export function learnFrom(state: HubState, job: Job, view: FamilyView, record: DoneRecord): void {
  const code = codeOf(job, view)
  if (code === null) return
  const { starts, items } = view.spec.cut
  const count = (starts[record.hi] ?? items) - (starts[record.lo] ?? 0)
  state.profiles.observe(code, count, record.busyMs * state.init.speed)
}

/** A family appeared: what is known of its function stands in until one of its shards is done. */
export function expectFrom(state: HubState, job: Job, view: FamilyView): void {
  const code = codeOf(job, view)
  const profile = code === null ? null : state.profiles.of(code)
  if (profile !== null) noteItemMs(view, profile.meanMs)
}

/** The own experience that goes with this beacon: half of it the functions used last, half all others in turn. */
export function toldProfiles({ profiles, beaconSequence }: HubState): ProfileEntry[] {
  const half = forecastLimits.profilesPerBeacon / 2
  const turns = Math.max(1, Math.ceil((profiles.ownCount - half) / half))
  return [...profiles.own(half), ...profiles.own(half, half + half * (beaconSequence % turns))]
}

/** Another hub told of its experience. */
export function profilesHeard(state: HubState, { hub, profiles }: Beacon): void {
  if (profiles !== undefined && hub !== state.self) state.profiles.merge(hub, profiles)
}

/** Programs are known by their hash; one so small that it travels inline is not worth a memory. */
function codeOf(job: Job, view: FamilyView): string | null {
  const { program } = job.manifest
  return program.kind === 'blob' && view.spec.key !== ROOT_FAMILY ? `${program.cid}/${view.spec.spot}` : null
}
