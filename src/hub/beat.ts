/** The beacon this hub sends: its heartbeat and its bid function in one. */
import { type Beacon, noLoad } from './beacon.ts'
import { toldProfiles } from './learning.ts'
import { ownSlotFreeMs } from './slot-times.ts'
import type { HubState } from './state.ts'

/** Gossips the present beacon. */
export function sendBeacon(state: HubState): void {
  state.effect({ type: 'gossip', beacon: freshBeacon(state) })
}

/** The present beacon, kept as the own entry of the member table. */
export function freshBeacon(state: HubState): Beacon {
  const { init } = state
  state.beaconSequence++
  const slotFreeMs = ownSlotFreeMs(state)
  const profiles = toldProfiles(state)
  const beacon: Beacon = {
    hub: init.hub,
    boot: init.boot,
    incarnation: init.incarnation,
    sequence: state.beaconSequence,
    leaving: state.leaving,
    slots: init.slots,
    cores: init.cores,
    speed: init.speed,
    compute: init.compute,
    labels: init.labels,
    slotFreeInMs: slotFreeMs.map((freeMs) => Math.max(0, Math.round(freeMs - state.nowMs))),
    report: state.report ?? noLoad,
    ...(profiles.length === 0 ? {} : { profiles }),
  }
  const self = state.members.self
  self.beacon = beacon
  self.slotFreeMs = slotFreeMs
  self.reportMs = state.reportMs
  self.heardMs = state.nowMs
  return beacon
}
