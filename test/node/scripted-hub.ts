/** A hub that plays back what a test wrote: the API and the commands are tested against it, without a network. */
import type {
  ClaimExplanation,
  DoctorReport,
  HubInfo,
  HubReport,
  JobEvent,
  JobLogs,
  JobReport,
  JobSubmission,
  LocalHub,
  LogEvent,
} from '../../src/client/local-hub.ts'
import { ShoalError } from '../../src/errors.ts'

export const info: HubInfo = {
  hub: '12D3KooWself',
  swarm: 'swarm-1',
  addresses: ['/ip4/127.0.0.1/tcp/4207'],
  slots: 2,
  isolation: 'L1',
  version: '0.1.0',
}

export const self: HubReport = {
  hub: info.hub,
  self: true,
  state: 'alive',
  addrs: info.addresses,
  slots: 2,
  labels: { gpu: 'no' },
  load: { cpu: 0.25, memory: 0.5, network: 0 },
  forecast: [],
  forecastError: {},
  coverage: {},
  expected: [],
  rttMs: null,
}

export function report(job: string, changes: Partial<JobReport> = {}): JobReport {
  const family = { family: 'f1', sequence: 1, spot: 0, shards: 4, done: 4 }
  return {
    job,
    name: 'job.ts',
    status: 'done',
    verified: null,
    submitter: info.hub,
    createdMs: 1_700_000_000_000,
    wallMs: 1234,
    families: 1,
    shards: { total: 5, done: 5, attempts: 6, resumed: 1, migrated: 0, speculated: 0, duplicated: 0 },
    error: null,
    checkpoints: 0,
    byHub: [{ hub: info.hub, shards: 5, busyMs: 900 }],
    familyReports: [{ ...family, runs: [{ lo: 0, hi: 4, state: 'done', hub: info.hub, epoch: 1 }] }],
    spots: [{ spot: 0, visits: 1, width: 4, inPlaceMs: 0, stayed: '', shards: 4, shardMs: 800, bytes: 64 }],
    attempts: [
      {
        shard: 'f1:0',
        family: 'f1',
        lo: 0,
        hi: 4,
        hub: info.hub,
        attempt: 1,
        epoch: 1,
        startMs: 10,
        endMs: 20,
        resumedFrom: 0,
        status: 'done',
        reason: '',
      },
    ],
    receipt: [],
    migrations: [],
    ...changes,
  }
}

export class ScriptedHub implements LocalHub {
  readonly reports = new Map<string, JobReport>()
  readonly outcomes = new Map<string, Uint8Array>()
  readonly submissions: JobSubmission[] = []
  readonly cancelled: string[] = []
  readonly acknowledged: string[] = []
  readonly removed: string[] = []
  readonly drainedHubs: string[] = []
  readonly script: JobEvent[] = []
  /** Leaves the event stream open after the script, until its reader goes. */
  staysOpen = false
  openStreams = 0
  drained = 0

  info(): HubInfo {
    return info
  }

  hubs(): HubReport[] {
    return [self]
  }

  standings(): HubReport[] {
    return [self]
  }

  async submit(submission: JobSubmission): Promise<string> {
    this.submissions.push(submission)
    return `job-${this.submissions.length}`
  }

  jobs(): JobReport[] {
    return [...this.reports.values()]
  }

  job(id: string): JobReport {
    const known = this.reports.get(id)
    if (known === undefined) throw new ShoalError('SHOAL_JOB_UNKNOWN', `no job ${id}`, { next: 'shoal jobs' })
    return known
  }

  async result(id: string, options: { wait: boolean; signal: AbortSignal }): Promise<Uint8Array> {
    const outcome = this.outcomes.get(id)
    if (outcome !== undefined) return outcome
    if (!options.wait) throw new ShoalError('SHOAL_RESULT_NOT_READY', `job ${id} still runs`, { next: 'wait' })
    return new Promise((_, reject) => {
      options.signal.addEventListener('abort', () => reject(options.signal.reason), { once: true })
    })
  }

  async cancel(id: string, reason: string): Promise<void> {
    this.job(id)
    this.cancelled.push(`${id}: ${reason}`)
  }

  async acknowledge(id: string): Promise<void> {
    this.acknowledged.push(id)
  }

  async *events(_id: string, options: { signal: AbortSignal }): AsyncGenerator<JobEvent> {
    this.openStreams++
    try {
      yield* this.script
      if (this.staysOpen && !options.signal.aborted) {
        await new Promise((resolve) => options.signal.addEventListener('abort', resolve, { once: true }))
      }
    } finally {
      this.openStreams--
    }
  }

  readonly missing: string[] = []

  async logs(): Promise<JobLogs> {
    const lines = [{ hub: info.hub, shard: 'f1:0', line: 'hello' }]
    return { lines, missing: this.missing, cut: [] }
  }

  async *followLogs(id: string, options: { signal: AbortSignal }): AsyncGenerator<LogEvent> {
    for (const line of (await this.logs()).lines) yield { type: 'line', ...line }
    for await (const event of this.events(id, options))
      if (event.type === 'log') yield { type: 'line', hub: info.hub, shard: event.shard, line: event.line }
    yield { type: 'gaps', missing: this.missing, cut: [] }
  }

  async why(name: string): Promise<ClaimExplanation> {
    const [job = '', shard = ''] = name.split('/')
    const bids = [{ hub: info.hub, finishInMs: 12.345678, terms: { queueMs: 2.345678, workMs: 10 } }]
    const claim = { hub: info.hub, epoch: 1, reason: 'plan', state: 'done', askHub: null, told: [], waiting: null }
    return { schema: 1, job, shard, bids, ...claim }
  }

  async doctor(): Promise<DoctorReport> {
    return {
      interfaces: [{ name: 'eth0', address: '192.0.2.1', multicastHeard: 0, multicastSent: 4, error: null }],
      port: 4207,
      peers: [],
      refused: [],
      findings: [{ check: 'multicast', ok: false, text: 'nothing was heard on eth0', next: 'try --peer' }],
    }
  }

  async createToken(options: { expiresMs: number; uses: number }): Promise<string> {
    return `token-${options.expiresMs}-${options.uses}`
  }

  async acceptHub(code: string, at: { host: string; port: number } | null): Promise<string> {
    return `hub-of-${code}${at === null ? '' : `-at-${at.host}:${at.port}`}`
  }

  async removeHub(hub: string): Promise<void> {
    this.removed.push(hub)
  }

  async drain(): Promise<void> {
    this.drained++
  }

  async drainHub(hub: string): Promise<void> {
    if (hub !== '12D3KooWother') {
      throw new ShoalError('SHOAL_HUB_UNREACHABLE', `no hub ${hub} is in the swarm now`, { next: 'shoal hubs' })
    }
    this.drainedHubs.push(hub)
  }
}
