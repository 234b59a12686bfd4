/** What simulated hubs send each other: beacons by gossip, everything else by streams, records as their ledgers ship them. */
import type { Beacon } from '../../src/hub/beacon.ts'
import type { HubMessage } from '../../src/hub/message.ts'
import type { RuleCounts } from '../rules.ts'
import type { Letter } from './inbox.ts'
import type { Parcel, Vector } from './ledger.ts'
import { parcelBytes } from './ledger.ts'
import type { SimLinks } from './links.ts'
import type { SimLives } from './lives.ts'
import type { SimNetwork } from './network.ts'
import type { SimHub } from './sim-hub.ts'

/** A beacon with a forecast of four horizons on the wire, measured. */
const BEACON_BYTES = 450

export class SimTraffic {
  readonly #network: SimNetwork
  readonly #links: SimLinks
  readonly #lives: SimLives
  readonly #countBytes: boolean
  readonly #tickMs: number
  readonly #rules: RuleCounts
  beacons = 0

  /** `told.countBytes`: whether records are weighed, which takes packing them. */
  constructor(
    network: SimNetwork,
    links: SimLinks,
    lives: SimLives,
    told: { readonly rules: RuleCounts; readonly countBytes: boolean; readonly tickMs: number },
  ) {
    this.#countBytes = told.countBytes
    this.#tickMs = told.tickMs
    this.#rules = told.rules
    this.#network = network
    this.#links = links
    this.#lives = lives
  }

  beacon(from: string, beacon: Beacon): void {
    this.#network.bytes += BEACON_BYTES * (this.#lives.hubs.size - 1)
    for (const other of this.#lives.hubs.values()) this.#beaconTo(from, other, beacon)
    for (const other of this.#lives.twins.values()) this.#beaconTo(from, other, beacon)
  }

  #beaconTo(from: string, other: SimHub, beacon: Beacon): void {
    if (other.id === from || !other.isAlive) return
    this.beacons++
    this.#network.gossip(from, other.id, () => {
      const known = other.hub.state.members.get(beacon.hub)
      if (known !== undefined && known.incarnation > beacon.incarnation) this.#rules.use('outranked')
      other.input({ type: 'beacon', beacon })
    })
  }

  greet(from: string, to: string, beacon: Beacon): void {
    const other = this.#lives.reached(to)
    if (other !== undefined) this.#network.stream(from, to, () => other.input({ type: 'beacon', beacon }))
  }

  /** Own records to all peers, or to the first few when the sender dies on the way. */
  records(from: SimHub, job: string, parcel: Parcel, peersMax = Number.POSITIVE_INFINITY): void {
    if (this.#countBytes) this.#network.bytes += parcelBytes(parcel) * (this.#lives.hubs.size - 1)
    const letter = { job, parcel, sender: { hub: from.id, slotFreeInMs: from.hub.slotFreeInMs() } }
    let sent = 0
    for (const hub of this.#lives.hubs.values()) {
      const other = this.#lives.reached(hub.id) ?? hub
      if (other.id === from.id || !other.isAlive) continue
      if (++sent > peersMax) return
      this.#letter(other, letter)
    }
  }

  /** In a large swarm a hub takes what has come by the batch, as a busy event loop does. */
  #letter(to: SimHub, letter: Letter): void {
    const { job, parcel, sender } = letter
    if (this.#tickMs === 0) return this.#stream(sender.hub, to.id, () => to.receive(job, parcel, sender))
    this.#network.messages++
    if (this.#links.isUp(sender.hub, to.id))
      to.inbox.put(letter, this.#network.delayMs(sender.hub, to.id), this.#tickMs)
  }

  send(from: string, to: string, message: HubMessage): void {
    const other = this.#lives.reached(to)
    if (other !== undefined) this.#stream(from, to, () => other.input({ type: 'message', from, message }))
  }

  /** Opens a round of anti-entropy: own vectors over, the difference back, then the same the other way. */
  sync(asker: SimHub, to: string, isReply = false): void {
    const holder = this.#lives.reached(to)
    if (holder === undefined || !asker.isUp) return
    const vectors = new Map([...asker.disk.ledgers].map(([job, ledger]) => [job, ledger.vector()]))
    this.#stream(asker.id, to, () =>
      holder.whenAwake(() => {
        // Of two lives with one key the younger may not have read its disk yet.
        if (!holder.isUp) return
        this.#answer(holder, asker.id, vectors)
        if (!isReply) this.sync(holder, asker.id, true)
      }),
    )
  }

  #answer(holder: SimHub, to: string, vectors: ReadonlyMap<string, Vector>): void {
    for (const [job, ledger] of holder.disk.ledgers) {
      if (!holder.isAlive) return
      const parcel = ledger.diff(vectors.get(job) ?? null)
      if (parcel === null || holder.diesAt('sync')) continue
      const asker = this.#lives.reached(to)
      this.#stream(holder.id, to, () => asker?.receive(job, parcel, { hub: holder.id }))
    }
  }

  #stream(from: string, to: string, deliver: () => void): void {
    if (!this.#links.isUp(from, to)) return
    this.#network.stream(from, to, () => {
      if (this.#links.isUp(from, to)) deliver()
    })
  }
}
