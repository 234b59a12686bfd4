/** The beacon this hub sends: its heartbeat and its bid function in one. */
import { type Beacon, noLoad } from './beacon.ts'
import { ownSlotFreeMs } from './slot-times.ts'
import type { HubState } from './state.ts'

/** Gossips the present beacon, and keeps it as the own entry of the member table. */
export function sendBeacon(state: HubState): Beacon {
  const { init } = state
  state.beaconSequence++
  const slotFreeMs = ownSlotFreeMs(state)
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
  }
  const self = state.members.self
  self.beacon = beacon
  self.slotFreeMs = slotFreeMs
  self.heardMs = state.nowMs
  state.effect({ type: 'gossip', beacon })
  return beacon
}
