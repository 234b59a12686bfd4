/** A hub's place in its swarm: who it is, whom it invites and removes, and what ails its connections. */
import type { DoctorReport, Finding, HubInfo, HubReport } from '../client/local-hub.ts'
import { ShoalError } from '../errors.ts'
import { isolationFindings } from '../execute/isolation/findings.ts'
import type { Trust } from '../execute/isolation/guard.ts'
import type { Walls } from '../execute/isolation/walls.ts'
import type { ProcessSlotPool } from '../execute/pool.ts'
import type { HubId } from '../program/ref.ts'
import type { OpenAdmission } from './admission/admission.ts'
import { acceptHub } from './admission/pairing/accept.ts'
import { createToken } from './admission/token.ts'
import { findings, notReached, type Sought } from './findings.ts'
import type { Libp2pNetwork } from './libp2p-network.ts'
import type { Place } from './local-surface.ts'
import { VERSION } from './version.ts'

export interface SwarmPlaceInit {
  readonly admission: OpenAdmission
  readonly network: Libp2pNetwork
  readonly slots: ProcessSlotPool
  readonly walls: Walls
  readonly trust: Trust
  readonly roles: readonly string[]
  readonly slotCount: number
  readonly sought: Sought
  readonly nowMs: () => number
}

export class SwarmPlace implements Place {
  readonly #init: SwarmPlaceInit

  constructor(init: SwarmPlaceInit) {
    this.#init = init
  }

  info(): HubInfo {
    const { admission, network, slots, slotCount } = this.#init
    return {
      hub: admission.identity.hub,
      swarm: admission.swarm.id,
      addresses: network.addresses(),
      slots: slotCount,
      isolation: slots.isolation,
      version: VERSION,
    }
  }

  /** Both what this hub was started for and what its membership allows. */
  maySubmit(): boolean {
    const { admission, roles } = this.#init
    return roles.includes('submit') && admission.membership.roles(admission.identity.hub).includes('submit')
  }

  async createToken(options: { expiresMs: number; uses: number }): Promise<string> {
    this.#mustBeSubmitter('let others in')
    const { admission, network, nowMs } = this.#init
    return createToken({ ...admission, nowMs }, { ...options, addresses: network.addresses() })
  }

  async acceptHub(code: string, at: { host: string; port: number } | null): Promise<HubId> {
    this.#mustBeSubmitter('let others in')
    const { admission, network } = this.#init
    const parts = { ...admission, asking: () => network.asking.list(), addresses: () => network.addresses() }
    return acceptHub(parts, code, at)
  }

  async removeHub(hub: HubId): Promise<void> {
    this.#mustBeSubmitter('remove others')
    const { membership } = this.#init.admission
    membership.remove(hub)
    await membership.saved()
  }

  async doctor(hubs: readonly HubReport[]): Promise<DoctorReport> {
    const { network, walls, trust, sought } = this.#init
    const diagnostics = network.diagnostics()
    const found: Finding[] = [...findings(diagnostics, hubs, sought), ...isolationFindings(walls, trust)]
    return {
      interfaces: diagnostics.interfaces.map(({ name, address, heard, sent, error }) => ({
        name,
        address,
        multicastHeard: heard,
        multicastSent: sent,
        error,
      })),
      port: diagnostics.port,
      peers: hubs.filter((hub) => !hub.self).map(({ hub, state, addrs }) => ({ hub, state, addrs })),
      refused: notReached(diagnostics, hubs).map(({ peer, address, reason, times }) => ({
        peer,
        address,
        reason,
        times,
      })),
      findings: found,
    }
  }

  /** @throws ShoalError SHOAL_ROLE_MISSING */
  #mustBeSubmitter(what: string): void {
    if (this.maySubmit()) return
    throw new ShoalError('SHOAL_ROLE_MISSING', `this hub may not ${what}`, {
      next: 'do it on a hub with the submit role',
    })
  }
}
