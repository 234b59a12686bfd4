/** Decides whether a part of an update may enter a job's ledger. Judges only; nothing is changed until a part is accepted. */
import { ShoalError } from '../errors.ts'
import { ledgerLimits } from '../limits.ts'
import type { HubId, JobId } from '../program/ref.ts'
import { type Binding, bindingBytes, isLogName, logRoot, readBinding } from './boot-entry.ts'
import type { EntryReader, ReadEntry } from './entry-reader.ts'
import type { Author, LedgerRecord } from './record.ts'
import { mayWrite } from './role-rule.ts'
import { firstLink } from './seal.ts'
import { partOf, refused, type Section } from './update-format.ts'

/** A log as far as this hub holds it. */
export interface Log {
  readonly binding: Binding
  readonly author: Author
  /** Entries held: the clock of the next one. */
  next: number
  bytes: number
  /** Hash over all entries held: what the next seal builds on. */
  link: Uint8Array
}

/** What a judgement depends on. */
export interface GuardContext {
  readonly job: JobId
  /** The client id this hub writes under: nobody else may. */
  readonly ownClient: number
  readonly logs: ReadonlyMap<number, Log>
  clientOf(hub: HubId, boot: string): number | undefined
  /** Whether `signature` over `bytes` was made with the key of `hub`. */
  verify(hub: HubId, bytes: Uint8Array, signature: Uint8Array): boolean
  /** Whether logs of this hub are welcome, from itself or passed on by somebody else; asked before any signature is checked. */
  admits(hub: HubId, isRelayed: boolean): boolean
  /** What a hub may do; empty where nothing is known of it. */
  roles(hub: HubId): readonly string[]
  readonly reader: EntryReader
}

/**
 * Where an update came from: flushed by its own author over a connection that proves it, or passed on by someone who holds the
 * logs of many. What this hub itself put on its disk was judged before.
 */
export interface Origin {
  readonly from: HubId
  readonly relayed: boolean
  readonly ownDisk?: boolean
}

export type Judgement =
  /** New entries, ready to be applied, and the records in them. */
  | {
      readonly kind: 'new'
      readonly section: Section
      readonly binding: Binding
      readonly records: readonly LedgerRecord[]
      readonly link: Uint8Array
    }
  /** Passed on, but not what the owner of the log wrote, or of a hub that has no say here: left out, the rest of the update may be good. */
  | { readonly kind: 'forged'; readonly error: ShoalError }
  /** All of it is here already. */
  | { readonly kind: 'known' }
  /** Entries before it are missing here. */
  | { readonly kind: 'early' }

/**
 * Judges one section of an update.
 * @throws ShoalError SHOAL_UPDATE_REFUSED when no correct hub could have sent it.
 */
export function judgeSection(section: Section, origin: Origin, context: GuardContext): Judgement {
  const log = context.logs.get(section.client)
  const end = section.clock + section.entries.length
  if (section.client === context.ownClient && end > (log?.next ?? 0)) throw refused('it writes under my own client id')
  if (log === undefined && section.clock > 0) return { kind: 'early' }
  const begun = log ?? beginning(section, origin, context)
  if ('kind' in begun) return begun
  const { binding } = begun
  if (!origin.relayed && binding.hub !== origin.from) throw refused(`${origin.from} wrote into a log of ${binding.hub}`)
  const next = log?.next ?? 0
  if (section.root !== null && section.root !== logRoot(binding)) throw refused('its log has another name')
  if (section.clock > next) return { kind: 'early' }
  if (end <= next) return { kind: 'known' }
  const fresh = section.clock === next ? section : partOf(section, next - section.clock, section.entries.length)
  checkLength(fresh, log)
  const entries = readEntries(fresh, context.reader)
  const [only] = entries
  const records = only !== undefined && entries.length === 1 ? only.records : entries.flatMap((entry) => entry.records)
  checkRoles(binding.hub, records, context)
  const proof = prove(entries, log?.link ?? firstLink(binding), next + fresh.entries.length - 1, context.reader)
  const isForged =
    proof.seal !== null && mustBeSealed(origin, next, end) && !context.verify(binding.hub, ...proof.seal())
  if (isForged) return leftOut(refused(`not what ${binding.hub} wrote, as ${origin.from} tells it`), origin)
  return { kind: 'new', section: fresh, binding, records, link: proof.link }
}

/** Of what is passed on the rest may be good; who writes this itself has nothing good to say. */
function leftOut(error: ShoalError, { relayed }: Origin): Extract<Judgement, { kind: 'forged' }> {
  if (relayed) return { kind: 'forged', error }
  throw error
}

/** What lies on the own disk was judged when it came, whoever is a member today. */
function isWelcome(hub: HubId, { relayed, ownDisk }: Origin, context: GuardContext): boolean {
  return ownDisk === true || context.admits(hub, relayed)
}

/** The link after these entries, and what must be signed for them: the last seal stands for all before it. */
function prove(
  entries: readonly ReadEntry[],
  before: Uint8Array,
  lastClock: number,
  reader: EntryReader,
): { readonly link: Uint8Array; readonly seal: (() => [bytes: Uint8Array, signature: Uint8Array]) | null } {
  const last = entries.at(-1)
  if (last === undefined) return { link: before, seal: null }
  let link = before
  for (let index = 0; index < entries.length - 1; index++) link = reader.link(link, entries[index] ?? last)
  const earlier = link
  return { link: reader.link(link, last), seal: () => [reader.seal(earlier, lastClock, last.body), last.signature] }
}

/**
 * The connection proves who sent a flush, so of the seals in flushes one in some is looked at: a hub that seals wrongly must not
 * go unnoticed until others refuse what it wrote. The own disk holds what was judged before.
 */
function mustBeSealed({ relayed, ownDisk }: Origin, next: number, end: number): boolean {
  if (ownDisk === true) return false
  const every = ledgerLimits.sealCheckedEvery
  return relayed || Math.floor(end / every) > Math.floor(next / every)
}

/** All but the boot entry, which has a signature of its own. */
function readEntries({ clock, entries }: Section, reader: EntryReader): ReadEntry[] {
  return orRefuse(() => (clock === 0 ? entries.slice(1) : entries).map((entry) => reader.entry(entry)))
}

/** The binding that a section from clock 0 begins with, once it is known to be true; or why the section is left out. */
function beginning(
  section: Section,
  origin: Origin,
  context: GuardContext,
): Pick<Log, 'binding'> | ReturnType<typeof leftOut> {
  const entry = section.entries[0]
  if (entry === undefined) throw refused('an empty part')
  const { job, hub, boot, client, signature } = orRefuse(() => readBinding(entry))
  const binding = { job, hub, boot, client }
  if (client !== section.client || job !== context.job) throw refused('its log is bound to something else')
  if (!isLogName(hub) || !isLogName(boot)) throw refused('its log has an impossible owner')
  if (context.logs.size >= ledgerLimits.logsMax) throw refused('the job has too many logs')
  if (context.clientOf(hub, boot) !== undefined) throw refused(`a second log for one start of ${hub}`)
  if (!isWelcome(hub, origin, context)) return leftOut(refused(`${hub} is no member`), origin)
  if (!context.verify(hub, bindingBytes(binding), signature)) throw refused(`not signed by ${hub}`)
  return { binding }
}

function checkLength(fresh: Section, log: Log | undefined): void {
  const bytes = fresh.entries.reduce((sum, entry) => sum + entry.byteLength, log?.bytes ?? 0)
  if (bytes > ledgerLimits.logBytesMax) throw refused(`its log has more than ${ledgerLimits.logBytesMax} bytes`)
}

/** A hub that left was judged while it was a member: what it wrote then must reach everybody. */
function checkRoles(hub: HubId, records: readonly LedgerRecord[], context: GuardContext): void {
  const roles = context.roles(hub)
  if (roles.length === 0) return
  const wrong = records.find((record) => !mayWrite(roles, record))
  if (wrong !== undefined) throw refused(`${hub} may not write a ${wrong.kind}: its roles are ${roles.join(', ')}`)
}

/** Malformed content inside a well-formed update is the sender's fault just the same. */
function orRefuse<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof ShoalError && cause.code === 'SHOAL_FRAME_INVALID') throw refused(cause.message, cause)
    throw cause
  }
}
