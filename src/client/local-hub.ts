/** What a hub offers to its own user: the surface behind the local API, the CLI and the client library. */
import type { JobOptions } from '../program/program.ts'
import type { HubId, JobId } from '../program/ref.ts'
import type { ReportBody, ShardCounts } from '../program/report.ts'

export type { Attempt, FamilyReport, ShardCounts } from '../program/report.ts'

export interface HubInfo {
  readonly hub: HubId
  readonly swarm: string
  readonly addresses: readonly string[]
  readonly slots: number
  readonly isolation: string
  readonly version: string
}

export interface MetricForecast {
  readonly mean: number
  readonly p90: number
}

export interface HubStanding {
  readonly hub: HubId
  readonly self: boolean
  readonly state: 'alive' | 'suspect' | 'dead' | 'left'
}

export interface HubReport extends HubStanding {
  readonly addrs: readonly string[]
  readonly slots: number
  readonly labels: Readonly<Record<string, string>>
  readonly load: { readonly cpu: number; readonly memory: number; readonly network: number }
  readonly forecast: readonly {
    readonly horizonMs: number
    readonly cpu: MetricForecast
    readonly memory: MetricForecast
    readonly network: MetricForecast
  }[]
  /** Rolling error of the forecast against "later = now", per metric: below 1 it earns its keep. */
  readonly forecastError: Readonly<Record<string, number>>
  /** Rolling share of outcomes within p90, per metric; 0.9 is promised. */
  readonly coverage: Readonly<Record<string, number>>
  /** Forecast of the whole machine's cpu: what others will use, plus the own work that is known. */
  readonly expected: readonly { readonly horizonMs: number; readonly cpu: MetricForecast }[]
  readonly rttMs: number | null
}

/** A job as its client hands it over: program and input as encoded bytes, not yet signed. */
export interface JobSubmission {
  readonly name: string
  readonly program: Uint8Array
  readonly input:
    | { readonly kind: 'value'; readonly bytes: Uint8Array }
    | { readonly kind: 'generated'; readonly scale: number }
  readonly options: JobOptions
}

export type JobStatus = 'running' | 'done' | 'failed' | 'cancelled'

export interface JobError {
  readonly code: string
  readonly message: string
  readonly stack: string
  readonly shard: string | null
  readonly next: string
}

export interface JobSummary {
  readonly job: JobId
  readonly name: string
  readonly status: JobStatus
  readonly submitter: HubId
  readonly createdMs: number
  readonly wallMs: number
  readonly families: number
  readonly shards: ShardCounts
}

export interface JobReport extends JobSummary, ReportBody {
  readonly error: JobError | null
}

export type JobEvent =
  | { readonly type: 'progress'; readonly summary: JobSummary }
  | {
      readonly type: 'claim'
      readonly shard: string
      readonly lo: number
      readonly hi: number
      readonly hub: HubId
      readonly epoch: number
      readonly reason: string
    }
  | { readonly type: 'done'; readonly shard: string; readonly lo: number; readonly hi: number; readonly hub: HubId }
  | { readonly type: 'family'; readonly family: string; readonly spot: number; readonly shards: number }
  | {
      readonly type: 'disagreement'
      readonly shard: string
      readonly kept: readonly HubId[]
      readonly against: readonly HubId[]
    }
  | { readonly type: 'hub'; readonly hub: HubId; readonly state: HubReport['state'] }
  | { readonly type: 'log'; readonly shard: string; readonly line: string }
  | { readonly type: 'ended'; readonly summary: JobSummary }

/** One finding of `shoal doctor`. */
export interface Finding {
  readonly check: string
  readonly ok: boolean
  readonly text: string
  /** One step that helps; null when all is well. */
  readonly next: string | null
}

export interface DoctorReport {
  readonly interfaces: readonly {
    readonly name: string
    readonly address: string
    readonly multicastHeard: number
    readonly multicastSent: number
    readonly error: string | null
  }[]
  readonly port: number
  readonly peers: readonly { readonly hub: HubId; readonly state: string; readonly addrs: readonly string[] }[]
  readonly refused: readonly {
    readonly peer: string
    readonly address: string
    readonly reason: string
    readonly times: number
  }[]
  readonly findings: readonly Finding[]
}

/** A line that a shard wrote, and the hub at which it did. */
export interface LoggedLine {
  readonly hub: HubId
  readonly shard: string
  readonly line: string
}

/** What the shards of a job wrote, from all hubs that could be asked. */
export interface JobLogs {
  /** Hub by hub, each in the order in which it was written. */
  readonly lines: readonly LoggedLine[]
  /** Hubs that ran something of the job and could not be asked. */
  readonly missing: readonly HubId[]
  /** Hubs of whose lines only the last ones are here. */
  readonly cut: readonly HubId[]
}

/** What comes while logs are followed: lines, each hub's in order; last what is not among them. */
export type LogEvent =
  | ({ readonly type: 'line' } & LoggedLine)
  | ({ readonly type: 'gaps' } & Pick<JobLogs, 'missing' | 'cut'>)

/** One of the bids that were compared; its terms add up. */
export interface ShownBid {
  readonly hub: HubId
  readonly finishInMs: number
  readonly terms: Readonly<Record<string, number>>
}

/** What `shoal why` shows. Bids are known to the hub that claimed, which others ask. */
export interface ClaimExplanation {
  readonly schema: 1
  readonly job: string
  readonly shard: string
  readonly hub: HubId | null
  readonly epoch: number
  /** `plan`, `patience` or `recover`: all bids of a plan. `steal` or `migrate`: the own and the former holder's. `speculate`: the copy's and the original's. */
  readonly reason: string | null
  readonly state: string
  readonly bids: readonly ShownBid[]
  /** Who knows the bids that are not known here. */
  readonly askHub: HubId | null
  /** Where results are compared: what each hub found, by a digest; equal ones are equal results. Else empty. */
  readonly told: readonly { readonly hub: HubId; readonly digest: string }[]
  /** Why nobody takes an open shard, where no hub may. */
  readonly waiting: string | null
}

/** All of it throws ShoalError with a stable code. */
export interface LocalHub {
  info(): HubInfo
  hubs(): HubReport[]
  /** The same in short: cheap enough to be looked at many times a second. */
  standings(): HubStanding[]
  /** Resolves once a second hub holds manifest, code and input (alone: once they are on disk). */
  submit(submission: JobSubmission): Promise<JobId>
  jobs(): JobSummary[]
  job(id: JobId): JobReport
  /** The encoded outcome (execute/codec); waits for the job to end unless `wait` is false (then SHOAL_RESULT_NOT_READY). */
  result(id: JobId, options: { wait: boolean; signal: AbortSignal }): Promise<Uint8Array>
  cancel(id: JobId, reason: string): Promise<void>
  acknowledge(id: JobId): Promise<void>
  /** Events from now on, after one `progress` with the present state; ends after `ended`. */
  events(id: JobId, options: { signal: AbortSignal }): AsyncIterable<JobEvent>
  /** What its shards wrote, at whatever hubs they ran. */
  logs(id: JobId): Promise<JobLogs>
  /** All that, then what they write from now on; ends with `gaps` once the job has ended. */
  followLogs(id: JobId, options: { signal: AbortSignal }): AsyncIterable<LogEvent>
  /** All bids of the plan that decided a shard, with their cost terms. */
  why(shard: string): Promise<ClaimExplanation>
  doctor(): Promise<DoctorReport>
  createToken(options: { expiresMs: number; uses: number }): Promise<string>
  /** Lets the hub in that shows this pairing code; `at` where it listens, if it is not heard on the LAN. */
  acceptHub(code: string, at: { readonly host: string; readonly port: number } | null): Promise<HubId>
  removeHub(hub: HubId): Promise<void>
  /** Hands over what can be handed over, then leaves. */
  drain(): Promise<void>
  /** The same for another hub of the swarm; resolves once it has left. Takes the submit role. */
  drainHub(hub: HubId): Promise<void>
}
