/** What a hub knows of its connections, and of those that do not come about. */
import type { InterfaceTraffic } from './mdns-sockets.ts'
import type { Refusal } from './refusals.ts'

/** What `shoal doctor` looks at. */
export interface NetworkDiagnostics {
  readonly port: number
  readonly interfaces: readonly InterfaceTraffic[]
  /** Peers turned down, by either side. */
  readonly refused: readonly Refusal[]
  /** Hubs that are looked for and not reached: those that were tried in the last minutes, and have not said goodbye since. */
  readonly dialFailures: readonly Refusal[]
  /** Hubs of other swarms that were heard on the LAN: swarm id prefix and hub. */
  readonly foreign: readonly Refusal[]
}
