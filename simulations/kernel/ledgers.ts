/** The ledgers of a simulated hub, as the shell of a live one keeps them: windows of records, flushes, snapshots, what peers send. */
import type { AuthoredRecord, RecordSender } from '../../src/hub/input.ts'
import { flushWindowMs } from '../../src/hub/pace.ts'
import { FlushWindow } from '../../src/ledger/flush-window.ts'
import type { Author, LedgerRecord } from '../../src/ledger/record.ts'
import { specsFirst } from '../../src/ledger/specs-first.ts'
import type { Letter } from './inbox.ts'
import type { SimLedger } from './ledger.ts'
import type { SimHub } from './sim-hub.ts'
import { watchEntries } from './watch.ts'
import type { SimWorld } from './world.ts'

/** A snapshot takes this many times as long as a flush. */
const SNAPSHOT_FLUSHES = 8

export class SimLedgers {
  readonly #world: SimWorld
  readonly #hub: SimHub
  readonly #author: Author
  /** Per job. */
  readonly #windows = new Map<string, FlushWindow>()
  /** Jobs of which records came before their manifest. */
  readonly #early = new Set<string>()

  constructor(world: SimWorld, hub: SimHub, author: Author) {
    this.#world = world
    this.#hub = hub
    this.#author = author
  }

  /** Reads what earlier lives left on the disk; what has no manifest goes. */
  openStored(): void {
    const { ledgers } = this.#hub.disk
    for (const [id, ledger] of ledgers) {
      this.#admit(id, ledger.open(this.#author))
      if (!this.#hub.hub.state.jobs.has(id)) ledgers.delete(id)
    }
  }

  /** The ledger of a job, begun if there is none. */
  of(job: string): SimLedger {
    const { disk } = this.#hub
    const known = disk.ledgers.get(job)
    if (known !== undefined) return known
    const ledger = disk.begin(job)
    ledger.open(this.#author)
    return ledger
  }

  /** One flush for all records of a window; they are told once the disk has them. */
  append(job: string, records: readonly LedgerRecord[]): void {
    const { nowMs } = this.#world.events
    const window = this.#windows.get(job) ?? new FlushWindow()
    this.#windows.set(job, window)
    if (window.add(records, nowMs, this.#windowMs())) this.#flushWhenDue(job, window)
  }

  #flushWhenDue(job: string, window: FlushWindow): void {
    const { events } = this.#world
    if (window.dueMs <= events.nowMs) return this.#flush(job, window.take(events.nowMs))
    events.at(window.dueMs, () =>
      this.#hub.whenAwake(() => {
        // Sooner than was thought then, it is written already.
        if (window.dueMs <= events.nowMs) this.#flush(job, window.take(events.nowMs))
      }),
    )
  }

  #windowMs(): number {
    return flushWindowMs(this.#hub.hub.state.members.alive().length)
  }

  /** Records of some job from a peer. */
  receive(job: string, letters: readonly Letter[]): void {
    const ledger = this.of(job)
    const parts: (readonly AuthoredRecord[])[] = []
    let missingFrom: Set<string> | null = null
    for (const { parcel, sender } of letters) {
      const received = ledger.receive(parcel, sender.hub)
      if (received.isMissing) {
        missingFrom ??= new Set()
        missingFrom.add(sender.hub)
      }
      if (received.entries.length > 0) parts.push(received.entries)
    }
    const [first = []] = parts
    const entries = parts.length > 1 ? parts.flat() : first
    watchEntries(this.#world, this.#hub, entries)
    this.#admit(
      job,
      entries,
      letters.map(({ sender }) => sender),
    )
    for (const hub of missingFrom ?? []) {
      this.#world.rules.use('gap')
      this.#world.traffic.sync(this.#hub, hub)
    }
    this.#reviewSnapshot(ledger)
  }

  #flush(job: string, records: readonly LedgerRecord[]): void {
    const { events, traffic } = this.#world
    const hub = this.#hub
    const ledger = hub.disk.ledgers.get(job)
    // Dropped while the window was open.
    if (ledger === undefined) return
    const written = ledger.append(records)
    events.after(hub.model.diskMs, () =>
      hub.whenAwake(() => {
        ledger.synced(written)
        const isResult = records.some(({ kind }) => kind === 'done')
        const isLast = isResult && hub.trap?.step === 'announce' && hub.trap.countdown === 1
        traffic.records(hub, job, written.parcel, isLast ? 1 : undefined)
        if (!isResult || !hub.diesAt('announce')) this.#reviewSnapshot(ledger)
      }),
    )
  }

  /** Records count from the moment the job's manifest is among them. */
  #admit(job: string, entries: readonly AuthoredRecord[], senders: readonly RecordSender[] = []): void {
    const { jobs } = this.#hub.hub.state
    let admitted = entries
    if (!jobs.has(job)) {
      if (!entries.some(({ record }) => record.kind === 'job')) {
        this.#early.add(job)
        return
      }
      this.#hub.knowJob(job, false)
      if (this.#early.delete(job)) admitted = this.of(job).all()
    }
    if (admitted.length === 0 || !jobs.has(job)) return
    for (const { record } of admitted) this.#hub.checkpoints.note(job, record)
    this.#hub.input({ type: 'records', job, entries: specsFirst(admitted), senders })
  }

  #reviewSnapshot(ledger: SimLedger): void {
    if (!ledger.isSnapshotDue) return
    const hub = this.#hub
    ledger.beginSnapshot()
    this.#world.events.after(SNAPSHOT_FLUSHES * hub.model.diskMs, () =>
      hub.whenAwake(() => {
        if (hub.diesAt('snapshot')) return
        this.#world.rules.use('snapshot')
        ledger.endSnapshot()
      }),
    )
  }
}
