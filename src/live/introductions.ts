/**
 * How every hub comes to know where all others are: each signs its own addresses, tells them to whomever it meets, and asks its
 * neighbours, in turn, for the records that it lacks. So a hub that met one member meets them all, and no hub is needed by the rest.
 *
 * P1: a record is taken only of a member, signed by that member, and newer than the one known. P2: what is sent in answer to one
 * question is bounded, and so is how often anyone is answered; an unchanged swarm is silent but for the questions.
 */
import { createHash } from 'node:crypto'
import * as v from 'valibot'
import { liveLimits } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import { type AddressRecord, dialable, isByItsHub, readAddresses, signAddresses } from './address-record.ts'
import { type Signed, signedSchema } from './admission/statement.ts'
import { Budget } from './budget.ts'
import { invalidFrame } from './control-stream.ts'
import { parseJson } from './hello.ts'

const MARK_BYTES = 6
const MARK_CHARACTERS = 8

const messageSchema = v.object({
  records: v.pipe(v.array(signedSchema), v.maxLength(liveLimits.addressRecordsPerMessageMax)),
  /** Marks of the records known, in one text: a question for all others. */
  known: v.nullable(v.pipe(v.string(), v.maxLength((liveLimits.addressRecordsMax + 1) * MARK_CHARACTERS))),
})

export interface IntroductionsParts {
  readonly identity: { readonly hub: HubId; sign(bytes: Uint8Array): Uint8Array }
  /** Where this hub listens, without its id. */
  readonly addresses: () => readonly string[]
  readonly isMember: (hub: HubId) => boolean
  /** Hubs that are connected and admitted. */
  readonly neighbours: () => readonly HubId[]
  readonly send: (to: HubId, bytes: Uint8Array) => void
  /** A member can be dialled there. */
  readonly learned: (hub: HubId, addresses: readonly string[]) => void
  readonly nowMs: () => number
  readonly wallMs: () => number
  readonly random: () => number
}

interface Known extends AddressRecord {
  readonly mark: string
  readonly takenMs: number
}

export class Introductions {
  readonly #parts: IntroductionsParts
  /** Of other hubs, latest taken last. */
  readonly #known = new Map<HubId, Known>()
  readonly #answers: Budget
  #own: Known | null = null
  /** What the neighbours were told last. */
  #told: Known | null = null
  #sequenceMin = 0
  #askedMs = Number.NEGATIVE_INFINITY
  #nextAskMs = 0
  #timer: NodeJS.Timeout | null = null

  constructor(parts: IntroductionsParts) {
    this.#parts = parts
    this.#answers = new Budget({
      burst: liveLimits.addressAnswersBurst,
      perSecond: liveLimits.addressAnswersPerSecond,
      burstAll: liveLimits.addressAnswersBurstAll,
      perSecondAll: liveLimits.addressAnswersPerSecondAll,
      sendersMax: liveLimits.connectionsMax,
      nowMs: parts.nowMs,
    })
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), liveLimits.addressTickMs)
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
  }

  /** A hub was admitted: it is told where this one is, and asked, unless another was a moment ago. */
  greet(hub: HubId): void {
    const own = this.#ownRecord()
    this.#told ??= own
    this.#tell(hub, [own], this.#parts.nowMs() - this.#askedMs >= liveLimits.addressAskGapMs)
  }

  /** @throws ShoalError SHOAL_MESSAGE_INVALID, SHOAL_SIGNATURE_INVALID, SHOAL_FRAME_INVALID when the sender breaks the protocol. */
  hear(from: HubId, bytes: Uint8Array): void {
    const { records, known } = parseJson(messageSchema, bytes, 'list of addresses', liveLimits.addressBytesMax)
    const news = records.filter((signed) => this.#take(signed)).length
    if (known !== null && this.#answers.take(from)) this.#answer(from, known)
    // there may be more where a whole message came from
    const isWhole = records.length === liveLimits.addressRecordsPerMessageMax
    if (isWhole && news > 0) this.#nextAskMs = this.#askedMs + liveLimits.addressAskGapMs
  }

  #tick(): void {
    const { nowMs, neighbours, random } = this.#parts
    const hubs = neighbours()
    const own = this.#ownRecord()
    if (own !== this.#told) for (const hub of hubs) this.#tell(hub, [own], false)
    this.#told = own
    const hub = hubs[Math.floor(random() * hubs.length)]
    if (hub !== undefined && nowMs() >= this.#nextAskMs) this.#tell(hub, [], true)
  }

  #tell(to: HubId, records: readonly Known[], asks: boolean): void {
    const { nowMs, random, send } = this.#parts
    const message = { records: records.map(({ signed }) => signed), known: asks ? this.#marks() : null }
    if (asks) {
      const slower = Math.max(1, this.#known.size / liveLimits.addressAskHubs)
      this.#askedMs = nowMs()
      this.#nextAskMs = this.#askedMs + liveLimits.addressAskMs * slower * (0.5 + random())
    }
    send(to, Buffer.from(JSON.stringify(message), 'utf8'))
  }

  /** Records that the asker lacks, in random order: what several neighbours answer differs. */
  #answer(to: HubId, marks: string): void {
    const theirs = new Set(marks.match(/.{8}/g))
    const { isMember, random } = this.#parts
    const all = [this.#ownRecord(), ...this.#known.values()]
    // also another record of the asker than it has: of an earlier life
    const lacking = all.filter(({ hub, mark }) => !theirs.has(mark) && isMember(hub))
    const from = Math.floor(random() * lacking.length)
    const turned = [...lacking.slice(from), ...lacking.slice(0, from)]
    if (turned.length > 0) this.#tell(to, turned.slice(0, liveLimits.addressRecordsPerMessageMax), false)
  }

  #marks(): string {
    return [this.#ownRecord(), ...this.#known.values()].map(({ mark }) => mark).join('')
  }

  /** Whether the record is news. */
  #take(signed: Signed): boolean {
    const { identity, isMember, nowMs } = this.#parts
    const record = readAddresses(signed)
    const known = record.hub === identity.hub ? this.#ownRecord() : this.#known.get(record.hub)
    if (!isMember(record.hub) || (known !== undefined && known.sequence >= record.sequence)) return false
    const isHasty = known !== undefined && nowMs() - known.takenMs < liveLimits.addressRecordGapMs
    if (isHasty && known !== this.#own) return false
    if (!isByItsHub(record)) throw invalidFrame('addresses in the name of another hub')
    if (record.hub === identity.hub) this.#sequenceMin = record.sequence + 1
    else this.#keep(record)
    return true
  }

  #keep(record: AddressRecord): void {
    const { addresses, learned, nowMs } = this.#parts
    this.#known.delete(record.hub)
    if (this.#known.size >= liveLimits.addressRecordsMax) this.#forgetOne()
    this.#known.set(record.hub, { ...record, mark: markOf(record), takenMs: nowMs() })
    const usable = dialable(record.addresses, addresses())
    if (usable.length > 0) learned(record.hub, usable)
  }

  /** The oldest of those that are not connected goes first. */
  #forgetOne(): void {
    const neighbours = new Set(this.#parts.neighbours())
    const hubs = [...this.#known.keys()]
    const hub = hubs.find((one) => !neighbours.has(one)) ?? hubs[0]
    if (hub !== undefined) this.#known.delete(hub)
  }

  /** Signed anew when the addresses have changed, or when an earlier life of this hub had a clock that was ahead. */
  #ownRecord(): Known {
    const { identity, addresses, wallMs, nowMs } = this.#parts
    const now = addresses().filter(({ length }) => length <= liveLimits.addressCharactersMax)
    const told = now.slice(0, liveLimits.addressesPerCandidateMax)
    const own = this.#own
    const isSame = own !== null && own.sequence >= this.#sequenceMin && own.addresses.join() === told.join()
    if (isSame) return own
    const sequence = Math.max(wallMs(), this.#sequenceMin, (own?.sequence ?? 0) + 1)
    const record = signAddresses({ hub: identity.hub, sequence, addresses: told }, identity)
    this.#own = { ...record, mark: markOf(record), takenMs: nowMs() }
    return this.#own
  }
}

/** Stands for one record of one hub in a question. */
function markOf({ signed }: AddressRecord): string {
  return createHash('sha256').update(signed.body).digest().subarray(0, MARK_BYTES).toString('base64url')
}
