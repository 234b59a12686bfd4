/** The shell of a running hub: feeds the hub what happens on network, disk and slots, and carries out what it asks. */
import { assertNever } from '../errors.ts'
import type { SlotPool } from '../execute/slots.ts'
import { Recorder } from '../history/recorder.ts'
import { refPrints } from '../history/value-print.ts'
import type { Effect, StoryEvent } from '../hub/effect.ts'
import { Hub } from '../hub/hub.ts'
import type { Input, RecordSender } from '../hub/input.ts'
import { flushWindowMs } from '../hub/pace.ts'
import { spotCosts } from '../hub/spot-report.ts'
import type { HubInit } from '../hub/state.ts'
import { sizes } from '../limits.ts'
import type { Cid, HubId, JobId } from '../program/ref.ts'
import type { BlobStore } from '../store/blob-store.ts'
import type { LedgerStore } from '../store/ledger-store.ts'
import { type ManifestCrypto, readManifest } from '../wire/manifest.ts'
import { decodeMessage, encodeMessage, type WireMessage } from '../wire/message.ts'
import { BlobKeeping } from './blob-keeping.ts'
import { ClaimQuestions } from './claim-questions.ts'
import { DrainOrders } from './drain-orders.ts'
import { FailureRate } from './failure-rate.ts'
import type { HistoryFile } from './history-file.ts'
import { JobShelf } from './job-shelf.ts'
import { Ledgers } from './ledgers.ts'
import { errorFields, type Log } from './log.ts'
import { LogQuestions } from './log-questions.ts'
import type { Network } from './network.ts'
import { RootShell } from './root-shell.ts'
import { RunShell } from './run-shell.ts'
import type { SpotProfiles } from './spot-profiles.ts'
import { Timers } from './timers.ts'
import { Values } from './values.ts'

export interface LiveHubComponents {
  readonly network: Network
  readonly blobs: BlobStore
  readonly ledgerStore: LedgerStore
  readonly slots: SlotPool
  readonly crypto: ManifestCrypto
  readonly sign: (bytes: Uint8Array) => Uint8Array
  readonly admits: (hub: HubId, isRelayed: boolean) => boolean
  /** The swarm's id. */
  readonly swarm: string
  /** What a member may do; empty for everybody else. */
  readonly roles: (hub: HubId) => readonly string[]
  readonly log: Log
  /** Where this hub writes what it does and learns, if anywhere. */
  readonly history?: HistoryFile | null
  /** What spots cost in earlier jobs; absent where nobody keeps it. */
  readonly profiles?: SpotProfiles
}

/** What followers of a live hub are told. */
export interface LiveHubListener {
  story(job: JobId | null, event: StoryEvent): void
  accepted(job: JobId): void
  ended(job: JobId): void
  drained(): void
  /** Another hub has ordered this one to drain. */
  ordered(by: HubId): void
}

export class LiveHub {
  readonly hub: Hub
  readonly values: Values
  readonly jobs: JobShelf
  readonly components: LiveHubComponents
  listener: LiveHubListener | null = null
  readonly questions: ClaimQuestions
  readonly logs: LogQuestions
  readonly drains: DrainOrders
  readonly #ledgers: Ledgers
  readonly #runs: RunShell
  readonly #roots: RootShell
  readonly #timers: Timers
  readonly #recorder: Recorder | null
  readonly #stopped = new AbortController()
  readonly #inputs: Input[] = []
  /** Told with the flushes that wait to be applied in this turn of the event loop. */
  readonly #slotTimes = new Map<HubId, readonly number[]>()
  readonly #failures = new FailureRate(() => performance.now())
  readonly #keeping: BlobKeeping

  constructor(components: LiveHubComponents, init: HubInit) {
    const { network, blobs, slots, log } = components
    this.components = components
    this.hub = new Hub(init)
    this.values = new Values(blobs, network)
    const { state } = this.hub
    this.#keeping = new BlobKeeping({ state, values: this.values, blobs, network, log, stopped: this.#stopped.signal })
    this.questions = new ClaimQuestions(state, (to, message) => this.#send(to, message))
    const { sign, roles, swarm } = components
    this.drains = new DrainOrders({
      ...{ swarm, hub: init.hub, boot: init.boot, sign, roles, log },
      send: (to, message) => this.#send(to, message),
      ordered: (by) => this.listener?.ordered(by),
    })
    this.#recorder = recorderOf(this.hub, components.history ?? null)
    this.jobs = new JobShelf(this.hub, this.values)
    this.logs = new LogQuestions({
      lines: (job) => this.jobs.numberedLines(job),
      send: (to, message) => this.#send(to, message),
      nowMs: () => performance.now(),
    })
    this.jobs.mtbfMs = () => this.#failures.mtbfMs()
    this.#timers = new Timers((timer) => this.input({ type: 'timer', timer }))
    const { profiles } = components
    const shell = {
      profiles,
      slots,
      values: this.values,
      jobs: this.jobs,
      log,
      input: (input: Input) => this.input(input),
    }
    this.#runs = new RunShell(shell)
    this.#roots = new RootShell(shell)
    const author = { hub: init.hub, boot: init.boot }
    const { ledgerStore, crypto, admits } = components
    this.#ledgers = new Ledgers(
      { author, store: ledgerStore, sign, verify: crypto.verify, admits, roles, log },
      this.#ledgerEvents(),
    )
  }

  /** Opens the disk, starts the slots, then meets the others. */
  async start(): Promise<void> {
    const { network, slots } = this.components
    await this.#ledgers.openStored()
    await slots.start()
    await network.start({
      connected: (hub) => this.input({ type: 'connected', hub }),
      disconnected: (hub) => this.input({ type: 'disconnected', hub }),
      heard: (hub) => this.input({ type: 'heard', hub }),
      message: (from, bytes) => this.#message(from, bytes),
      gossip: (from, bytes) => this.#message(from, bytes),
    })
    this.input({ type: 'started' })
  }

  /** Ends everything at once; what is durable stays. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    this.#timers.clear()
    await this.components.network.stop()
    await this.components.slots.stop()
    await this.#ledgers.close()
    await this.components.profiles?.saved()
  }

  /** Feeds one input and carries out its effects. What an effect brings about at once waits until all effects are carried out. */
  input(input: Input): void {
    this.#inputs.push(input)
    if (this.#inputs.length > 1) return
    for (let next = this.#inputs[0]; next !== undefined; next = this.#inputs[0]) {
      this.#handle(next)
      this.#inputs.shift()
    }
  }

  /** A broken belief about one input must not keep the hub from hearing the next. */
  #handle(input: Input): void {
    if (this.#stopped.signal.aborted) return
    try {
      const effects = this.hub.handle(input, performance.now())
      this.#record(input, effects)
      for (const effect of effects) this.#carryOut(effect)
      this.#runs.review(performance.now())
    } catch (error) {
      const stack = error instanceof Error ? error.stack : undefined
      this.components.log.error({ input: input.type, stack, ...errorFields(error) }, 'an input could not be handled')
    }
  }

  /** On disk before anything of it is done: what a killed hub did stands in its history. */
  #record(input: Input, effects: readonly Effect[]): void {
    if (this.#recorder === null) return
    this.#recorder.input(input)
    for (const effect of effects) this.#recorder.effect(effect)
    this.components.history?.flush()
  }

  /** Begins a job whose blobs are stored here. */
  submit(signed: Uint8Array): JobId {
    // Signed here a moment ago: only its form is looked at.
    const { job, manifest, bytes } = readManifest(signed, { ...this.components.crypto, verify: () => true })
    this.#ledgers.create(job)
    this.input({ type: 'job', job, manifest, bytes, mine: true })
    return job
  }

  /** Resolves when all records of this hub about a job, as of now, are on disk. */
  durable(job: JobId): Promise<void> {
    return this.#ledgers.durable(job)
  }

  #carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'append':
        return this.#ledgers.append(effect.job, effect.records)
      case 'gossip':
        return this.components.network.publish(encodeMessage({ type: 'beacon', beacon: effect.beacon }))
      case 'greet':
        return this.#send(effect.peer, { type: 'beacon', beacon: effect.beacon })
      case 'send':
        return this.#send(effect.to, { type: 'hub', message: effect.message })
      case 'set-timer':
        return this.#timers.set(effect.timer, effect.atMs)
      case 'sync':
        return this.#ledgers.sync(effect.peer, true)
      case 'hold-job':
        return this.#inBackground(this.#holdJob(effect.job, effect.cids, effect.from))
      case 'prepare':
        return this.#runs.prepare(effect.plan)
      case 'prefetch':
        return this.#runs.prefetch(effect.wanted)
      case 'start':
        return this.#runs.start(effect.plan)
      case 'start-root':
        return this.#roots.start(effect)
      case 'trim':
        return this.#runs.trim(effect.run, effect.before)
      case 'stop-run':
        return this.#stopRun(effect.run)
      case 'checkpoint-run':
        if (!this.#roots.checkpoint(effect.run)) this.#runs.checkpoint(effect.run)
        return
      case 'replicate':
        return this.#inBackground(this.#replicate(effect.cid, effect.to))
      case 'deliver':
        return this.#roots.deliver(effect)
      case 'slots-changed':
        return this.#roots.slotsChanged(effect.run, effect.slots)
      case 'fail-shard':
        return this.#roots.failShard(effect)
      case 'accepted':
        return this.listener?.accepted(effect.job)
      case 'job-ended':
        this.#learn(effect.job)
        this.#runs.forgetAllBut(new Set(this.hub.state.runs.keys()))
        return this.listener?.ended(effect.job)
      case 'drop-job':
        return this.#inBackground(this.#drop(effect.job, effect.cids))
      case 'sweep-blobs':
        return this.#inBackground(this.#keeping.sweep(effect.needed))
      case 'story':
        this.#noteFailures(effect.event)
        return this.listener?.story(effect.job, effect.event)
      case 'drained':
        return this.listener?.drained()
      default:
        return assertNever(effect)
    }
  }

  #noteFailures(event: StoryEvent): void {
    if (event.type !== 'hub') return
    if (event.state === 'dead') this.#failures.failed()
    this.#failures.alive(this.hub.state.members.alive().length)
  }

  /** Every hub learns from its replica of the ledger what the spots of the program cost. */
  #learn(id: JobId): void {
    const job = this.hub.state.jobs.get(id)
    if (job !== undefined) this.components.profiles?.learn(job.manifest.program, spotCosts(job.view.families.values()))
  }

  #message(from: HubId, bytes: Uint8Array): void {
    const message = decodeMessage(bytes)
    switch (message.type) {
      case 'flush':
        this.#slotTimes.set(from, message.slotFreeInMs)
        return this.#ledgers.receive(from, message.job, message.updates, false)
      case 'diff':
        return this.#ledgers.receive(from, message.job, message.updates, true)
      case 'sync':
        return this.#ledgers.answer(from, message)
      case 'hub':
        if (message.message.type === 'steal' && !this.#mayAct(from, 'compute')) return
        return this.input({ type: 'message', from, message: message.message })
      case 'beacon':
        return this.#beacon(from, message.beacon)
      case 'why':
        return this.questions.answer(from, message)
      case 'because':
        return this.questions.answered(from, message)
      case 'logs':
        return this.logs.answer(from, message)
      case 'logged':
        return this.logs.answered(from, message)
      case 'drain':
        return this.drains.heard(from, message)
      case 'drain-answer':
        return this.drains.answered(from, message)
      default:
        return assertNever(message)
    }
  }

  /** Gossip names its author; a beacon speaks for nobody else. */
  #beacon(from: HubId, beacon: Extract<WireMessage, { type: 'beacon' }>['beacon']): void {
    // a hub that may not compute draws no work, whatever it says
    const compute = beacon.compute && this.#mayAct(from, 'compute')
    if (beacon.hub === from) this.input({ type: 'beacon', beacon: { ...beacon, compute } })
    else this.components.log.warn({ from, hub: beacon.hub }, 'a beacon in the name of another hub was dropped')
  }

  #ledgerEvents(): ConstructorParameters<typeof Ledgers>[1] {
    return {
      records: (job, entries, from) =>
        this.input({ type: 'records', job, entries, senders: from.map((hub) => this.#senderOf(hub)) }),
      manifest: (job, signed) => this.#manifestFound(job, signed),
      send: (to, message) => this.#send(to, message),
      windowMs: () => flushWindowMs(this.hub.state.members.alive().length),
      flushed: (job, updates) => this.#broadcast(job, updates),
    }
  }

  /** Records of a peer come with the newest word on when its slots fall free. */
  #senderOf(hub: HubId): RecordSender {
    const slotFreeInMs = this.#slotTimes.get(hub)
    this.#slotTimes.delete(hub)
    return slotFreeInMs === undefined ? { hub } : { hub, slotFreeInMs }
  }

  #manifestFound(job: JobId, signed: Uint8Array): boolean {
    try {
      const read = readManifest(signed, this.components.crypto)
      if (read.job !== job || read.manifest.expiresMs < Date.now()) return false
      if (!this.#mayAct(read.manifest.submitter, 'submit')) return false
      this.input({ type: 'job', job, manifest: read.manifest, bytes: signed, mine: false })
      return true
    } catch (error) {
      this.components.log.warn({ job, ...errorFields(error) }, 'a job without a valid manifest was ignored')
      return false
    }
  }

  /** Of a hub that left nothing is known any more: what it did was judged while it was a member. */
  #mayAct(hub: HubId, role: 'compute' | 'submit'): boolean {
    const roles = this.components.roles(hub)
    return roles.length === 0 || roles.includes(role)
  }

  #broadcast(job: JobId, updates: readonly Uint8Array[]): void {
    const bytes = encodeMessage({ type: 'flush', job, updates, slotFreeInMs: this.hub.slotFreeInMs() })
    for (const peer of this.components.network.peers()) this.#sendBytes(peer.hub, bytes)
  }

  #send(to: HubId, message: WireMessage): void {
    this.#sendBytes(to, encodeMessage(message))
  }

  /** A message that finds no room is not repeated: anti-entropy brings what it carried. */
  #sendBytes(to: HubId, bytes: Uint8Array): void {
    if (bytes.byteLength > sizes.controlBytesMax) this.components.log.error({ to }, 'a message is too large to send')
    else if (!this.components.network.send(to, bytes)) this.components.log.debug({ to }, 'a message found no way')
  }

  #stopRun(run: number): void {
    if (!this.#roots.stop(run)) this.#runs.stop(run)
  }

  async #holdJob(job: JobId, cids: readonly Cid[], from: readonly HubId[]): Promise<void> {
    if (await this.#keeping.holdAll(job, cids, from)) this.input({ type: 'job-blobs', job })
  }

  async #replicate(cid: Cid, to: readonly HubId[]): Promise<void> {
    this.input({ type: 'replicated', cid, holders: await this.#keeping.replicate(cid, to) })
  }

  async #drop(job: JobId, cids: readonly Cid[]): Promise<void> {
    this.jobs.drop(job)
    await this.#ledgers.drop(job)
    for (const cid of cids) await this.components.blobs.remove(cid)
  }

  #inBackground(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!this.#stopped.signal.aborted) this.components.log.error(errorFields(error), 'background work failed')
    })
  }
}

function recorderOf(hub: Hub, history: HistoryFile | null): Recorder | null {
  if (history === null) return null
  return new Recorder(hub.state, (kind, told) => history.note(kind, told), { values: refPrints, notesExecutions: true })
}
