/** The hub as its own user sees it: submits, follows, fetches, and explains. */
import { randomBytes } from 'node:crypto'
import { setTimeout as passed } from 'node:timers/promises'
import type {
  ClaimExplanation,
  DoctorReport,
  HubInfo,
  HubReport,
  HubStanding,
  JobError,
  JobEvent,
  JobLogs,
  JobReport,
  JobStatus,
  JobSubmission,
  JobSummary,
  LocalHub,
  LogEvent,
} from '../client/local-hub.ts'
import { wholeLoad } from '../cost/known-work.ts'
import { ShoalError } from '../errors.ts'
import type { ThrownError } from '../execute/codec/codec.ts'
import { thrownError } from '../execute/thrown-error.ts'
import { noLoad } from '../hub/beacon.ts'
import type { StoryEvent } from '../hub/effect.ts'
import { isEnded, type Job } from '../hub/job.ts'
import { jobReport, jobSummary, type Summary } from '../hub/job-report.ts'
import { DEADLINE_REASON } from '../hub/jobs.ts'
import type { MemberState } from '../hub/membership.ts'
import { TOO_FEW_REASON, tooFewToCompare } from '../hub/verify.ts'
import { durations, recovery } from '../limits.ts'
import { ROOT_FAMILY, shardName } from '../program/family.ts'
import type { Manifest } from '../program/program.ts'
import type { HubId, JobId } from '../program/ref.ts'
import { signManifest } from '../wire/manifest.ts'
import { noHubId, publicKeyBytes } from './admission/identity.ts'
import { explainClaim } from './explain-claim.ts'
import { Followers } from './followers.ts'
import { collectLogs, followLogs } from './job-logs.ts'
import type { LiveHub } from './live-hub.ts'
import { Outcomes } from './outcomes.ts'
import { fellSilent, mayNotDrain, notAccepted, notThere, overdue, tooFewHubs, unverified } from './surface-errors.ts'
import type { Values } from './values.ts'

/** What only the start of a hub knows of its place in the swarm. */
export interface Place {
  info(): HubInfo
  doctor(hubs: readonly HubReport[]): Promise<DoctorReport>
  createToken(options: { expiresMs: number; uses: number }): Promise<string>
  acceptHub(code: string, at: { host: string; port: number } | null): Promise<HubId>
  removeHub(hub: HubId): Promise<void>
  maySubmit(): boolean
}

export class LocalSurface implements LocalHub {
  readonly #live: LiveHub
  readonly #place: Place
  readonly #waitsForDisk: boolean
  readonly #outcomes: Outcomes
  readonly #followers: Followers
  readonly #accepted = new Map<JobId, () => void>()
  readonly #drained = Promise.withResolvers<void>()
  readonly #ordered = Promise.withResolvers<HubId>()
  /** Who waits for another hub to leave. */
  readonly #departures = new Map<HubId, PromiseWithResolvers<MemberState>>()

  /** @param init.waitsForDisk a job is acknowledged once its first record is on disk, by a lone hub, too */
  constructor(live: LiveHub, place: Place, init: { readonly waitsForDisk: boolean }) {
    this.#waitsForDisk = init.waitsForDisk
    this.#live = live
    this.#place = place
    this.#outcomes = new Outcomes(live.hub, live.values)
    this.#followers = new Followers((job) => this.#summary(this.#job(job)))
    live.jobs.onLog = (job, { shard, line }) => this.#followers.tell(job, { type: 'log', shard, line })
    live.listener = {
      story: (job, event) => this.#story(job, event),
      accepted: (job) => this.#accepted.get(job)?.(),
      ended: (job) => this.#ended(job),
      drained: () => this.#drained.resolve(),
      ordered: (by) => this.#ordered.resolve(by),
    }
  }

  info(): HubInfo {
    return this.#place.info()
  }

  standings(): HubStanding[] {
    const { state } = this.#live.hub
    return state.members
      .all()
      .map((member) => ({ hub: member.hub, self: member.hub === state.self, state: member.state }))
  }

  hubs(): HubReport[] {
    const { state } = this.#live.hub
    const peers = new Map(this.#live.components.network.peers().map((peer) => [peer.hub, peer]))
    return state.members.all().map((member) => {
      const isSelf = member.hub === state.self
      const report = isSelf ? state.report : (member.beacon?.report ?? noLoad)
      const peer = peers.get(member.hub)
      const slotFreeInMs = member.slotFreeMs.map((freeMs) => freeMs - performance.now())
      const work = { cores: member.beacon?.cores ?? 1, slotFreeInMs }
      return {
        hub: member.hub,
        self: isSelf,
        state: member.state,
        addrs: isSelf ? this.#live.components.network.addresses() : (peer?.addresses ?? []),
        slots: member.beacon?.slots ?? 0,
        labels: member.beacon?.labels ?? {},
        load: report.load,
        forecast: report.forecast,
        forecastError: report.forecastError,
        coverage: report.coverage ?? {},
        expected: report.forecast.map(({ horizonMs, cpu }) => ({ horizonMs, cpu: wholeLoad(cpu, work, horizonMs) })),
        rttMs: isSelf ? 0 : (peer?.rttMs ?? null),
      }
    })
  }

  async submit(submission: JobSubmission): Promise<JobId> {
    this.#mustBeSubmitter('submit')
    const { values, components } = this.#live
    const [program, input] = await Promise.all([
      values.store(submission.program),
      submission.input.kind === 'generated' ? submission.input : storedInput(values, submission.input.bytes),
    ])
    const manifest = newManifest(submission, { program, input, submitter: this.#live.hub.state.self })
    await this.#enoughToCompare(manifest)
    const signed = signManifest(manifest, components.sign, components.crypto.sha256)
    await this.#acceptance(signed.job, () => this.#live.submit(signed.bytes))
    return signed.job
  }

  jobs(): JobSummary[] {
    return [...this.#live.hub.state.jobs.values()]
      .sort((a, b) => a.manifest.createdMs - b.manifest.createdMs || (a.id < b.id ? -1 : 1))
      .map((job) => this.#summary(job))
  }

  job(id: JobId): JobReport {
    const job = this.#job(id)
    const report = jobReport(this.#live.hub.state, job)
    const spots = this.#live.jobs.spots(id, report.spots)
    return { ...report, spots, status: this.#status(report), error: this.#error(report) }
  }

  async result(id: JobId, options: { wait: boolean; signal: AbortSignal }): Promise<Uint8Array> {
    if (options.wait && !isEnded(this.#job(id))) await this.#followers.ended(id, options.signal)
    const job = this.#job(id)
    if (job.view.families.get('root')?.isDone(0) !== true && job.view.cancelled !== null) {
      if (job.view.cancelled.startsWith(TOO_FEW_REASON)) throw unverified(job.view.cancelled)
      if (job.view.cancelled === DEADLINE_REASON) throw overdue()
      throw new ShoalError('SHOAL_JOB_CANCELLED', `job ${id} was cancelled: ${job.view.cancelled}`, {
        next: 'submit it again',
      })
    }
    return this.#outcomes.bytes(id, options.signal)
  }

  async cancel(id: JobId, reason: string): Promise<void> {
    this.#job(id)
    this.#mustBeSubmitter('cancel')
    this.#live.input({ type: 'cancel', job: id, reason })
  }

  async acknowledge(id: JobId): Promise<void> {
    this.#job(id)
    this.#mustBeSubmitter('acknowledge')
    this.#live.input({ type: 'acknowledge', job: id })
  }

  async *events(id: JobId, options: { signal: AbortSignal }): AsyncIterable<JobEvent> {
    const job = this.#job(id)
    if (isEnded(job)) await this.#judge(id)
    yield { type: 'progress', summary: this.#summary(job) }
    if (isEnded(job)) yield { type: 'ended', summary: this.#summary(job) }
    else yield* this.#followers.follow(id, options.signal)
  }

  logs(id: JobId): Promise<JobLogs> {
    return collectLogs(this.#live, this.#job(id))
  }

  async *followLogs(id: JobId, options: { signal: AbortSignal }): AsyncIterable<LogEvent> {
    const left = new AbortController()
    const signal = AbortSignal.any([options.signal, left.signal])
    try {
      yield* followLogs(this.#live, this.#job(id)).follow(this.events(id, { signal }), signal)
    } finally {
      left.abort()
    }
  }

  async why(name: string): Promise<ClaimExplanation> {
    const known = explainClaim(this.#live.hub.state, name)
    if (known.askHub === null) return known
    const [family = '', shard = ''] = known.shard.split(':')
    if (!this.#live.components.network.peers().some(({ hub }) => hub === known.askHub)) return known
    const bids = await this.#live.questions.ask(known.askHub, { job: known.job, family, shard: Number(shard) })
    return bids.length === 0 ? known : { ...known, bids, askHub: null }
  }

  doctor(): Promise<DoctorReport> {
    return this.#place.doctor(this.hubs())
  }

  createToken(options: { expiresMs: number; uses: number }): Promise<string> {
    return this.#place.createToken(options)
  }

  acceptHub(code: string, at: { host: string; port: number } | null): Promise<HubId> {
    return this.#place.acceptHub(code, at)
  }

  removeHub(hub: HubId): Promise<void> {
    return this.#place.removeHub(hub)
  }

  drain(): Promise<void> {
    this.#live.input({ type: 'drain' })
    return this.#drained.promise
  }

  async drainHub(hub: HubId): Promise<void> {
    const { self, members } = this.#live.hub.state
    if (hub === self) return this.drain()
    if (publicKeyBytes(hub) === null) throw noHubId(hub)
    if (!this.#place.maySubmit()) throw mayNotDrain()
    const member = members.get(hub)
    if (member === undefined || member.state === 'left' || member.state === 'dead') throw notThere(hub)
    const gone = this.#departures.get(hub) ?? Promise.withResolvers<MemberState>()
    this.#departures.set(hub, gone)
    await this.#live.drains.give(hub, member.boot)
    if ((await gone.promise) === 'dead') throw fellSilent(hub)
  }

  /** Resolves with who has ordered this hub to drain; it is for the process to do so, for it ends with it. */
  get ordered(): Promise<HubId> {
    return this.#ordered.promise
  }

  #story(job: JobId | null, event: StoryEvent): void {
    this.#followers.story(job, event)
    if (event.type !== 'hub' || (event.state !== 'left' && event.state !== 'dead')) return
    this.#departures.get(event.hub)?.resolve(event.state)
    this.#departures.delete(event.hub)
  }

  /** @throws ShoalError SHOAL_ROLE_MISSING */
  #mustBeSubmitter(verb: string): void {
    if (this.#place.maySubmit()) return
    throw new ShoalError('SHOAL_ROLE_MISSING', `this hub may not ${verb} jobs`, {
      next: `${verb} it at a hub with the submit role`,
    })
  }

  /** @throws ShoalError SHOAL_JOB_UNKNOWN */
  #job(id: JobId): Job {
    const job = this.#live.hub.state.jobs.get(id)
    if (job !== undefined) return job
    throw new ShoalError('SHOAL_JOB_UNKNOWN', `no job ${id} is known here`, { next: 'list the jobs with `shoal jobs`' })
  }

  /**
   * Who asks for results of several hubs shall not learn afterwards that there were fewer. Hubs that just came are waited for.
   * @throws ShoalError SHOAL_JOB_UNVERIFIED
   */
  async #enoughToCompare(manifest: Manifest): Promise<void> {
    const endMs = performance.now() + recovery.acceptTimeoutMs
    for (;;) {
      const short = tooFewToCompare(this.#live.hub.state, { manifest })
      if (short === null) return
      if (performance.now() >= endMs) throw tooFewHubs(short)
      await passed(recovery.compareLookMs)
    }
  }

  async #acceptance(job: JobId, submit: () => void): Promise<void> {
    const accepted = Promise.withResolvers<void>()
    const timer = setTimeout(() => accepted.reject(notAccepted(job)), recovery.acceptTimeoutMs)
    this.#accepted.set(job, accepted.resolve)
    try {
      submit()
      await Promise.all([accepted.promise, this.#waitsForDisk ? this.#live.durable(job) : null])
    } finally {
      clearTimeout(timer)
      this.#accepted.delete(job)
    }
  }

  #ended(job: JobId): void {
    this.#judge(job).then(
      () => this.#followers.end(job),
      () => this.#followers.end(job),
    )
  }

  async #judge(id: JobId): Promise<void> {
    if (this.#job(id).view.families.get('root')?.isDone(0) !== true) return
    await this.#outcomes.judge(id, AbortSignal.timeout(recovery.acceptTimeoutMs))
  }

  #summary(job: Job): JobSummary {
    const summary = jobSummary(this.#live.hub.state, job)
    return { ...summary, status: this.#status(summary) }
  }

  /** An ended job is `running` for the moment it takes to look at its outcome. */
  #status(summary: Summary): JobStatus {
    if (summary.status === 'running' || summary.status === 'cancelled') return summary.status
    if (summary.status === 'overdue' || summary.status === 'unverified') return 'failed'
    const judgement = this.#outcomes.known(summary.job)
    if (judgement !== null) return judgement.kind === 'value' ? 'done' : 'failed'
    this.#judge(summary.job).catch((error: unknown) => {
      this.#live.components.log.debug({ job: summary.job, error: String(error) }, 'the outcome cannot be read yet')
    })
    return 'running'
  }

  #error(summary: Summary): JobError | null {
    if (summary.status === 'cancelled') {
      const message = `cancelled: ${summary.reason}`
      return { code: 'SHOAL_JOB_CANCELLED', message, stack: '', shard: null, next: 'submit it again' }
    }
    if (summary.status === 'overdue') return { ...overdue().toJSON(), stack: '', shard: null }
    if (summary.status === 'unverified') return { ...unverified(summary.reason ?? '').toJSON(), stack: '', shard: null }
    const judgement = this.#outcomes.known(summary.job)
    if (judgement?.kind !== 'error') return null
    return thrownError(judgement.error, summary.job, this.#shardOf(summary.job, judgement.error))
  }

  /** The shard that threw; the root where sequential code did. */
  #shardOf(id: JobId, { shard }: ThrownError): string {
    if (shard) {
      for (const { spec } of this.#job(id).view.families.values())
        if (spec.sequence === shard.sequence) return shardName({ family: spec.key, index: shard.index })
    }
    return shardName({ family: ROOT_FAMILY, index: 0 })
  }
}

async function storedInput(values: Values, bytes: Uint8Array): Promise<Manifest['input']> {
  return { kind: 'value', ref: await values.store(bytes) }
}

function newManifest(submission: JobSubmission, parts: Pick<Manifest, 'program' | 'input' | 'submitter'>): Manifest {
  const nowMs = Date.now()
  return {
    version: 1,
    name: submission.name,
    ...parts,
    options: submission.options,
    seed: randomBytes(4).readUInt32BE(),
    createdMs: nowMs,
    expiresMs: nowMs + durations.jobExpiryMs,
    nonce: randomBytes(16).toString('hex'),
  }
}
