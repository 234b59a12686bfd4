/** Three machines with a hub each, to which things happen one after the other: every job must end as it should, and in the end all agree. */
import { expect } from 'vitest'
import { ended, type Finished, type RealHub, type RealSwarm, realSwarm } from './real-hubs.ts'

export class ThreeHubs {
  readonly swarm: RealSwarm
  /** What each job must have come to. */
  readonly results = new Map<string, unknown>()

  constructor(swarm: RealSwarm) {
    this.swarm = swarm
  }

  /** @param prepare is done before the hubs start */
  static async start(prepare: (swarm: RealSwarm) => Promise<void> = async () => undefined): Promise<ThreeHubs> {
    const swarm = await realSwarm(3)
    await prepare(swarm)
    await swarm.start()
    return new ThreeHubs(swarm)
  }

  get all(): [RealHub, RealHub, RealHub] {
    return [this.swarm.hub(0), this.swarm.hub(1), this.swarm.hub(2)]
  }

  /** Waits until a hub knows that a job has ended, as it should, and gives its result. */
  async expectDone(at: RealHub, job: string): Promise<Finished> {
    const report = await ended(at, job, 90_000)
    expect({ job, status: report.status, error: report.error }).toEqual({ job, status: 'done', error: null })
    expect((await at.shoal<{ result: unknown }>('result', job)).result).toEqual(this.results.get(job))
    return report
  }

  /** Starts a hub again, and waits until all are connected. */
  async back(hub: RealHub): Promise<void> {
    await hub.up()
    await this.swarm.connected()
  }

  /** Every shard of all these jobs has one result, the same everywhere, and the checker finds nothing. */
  async expectAgreement(): Promise<void> {
    for (const job of this.results.keys()) await this.swarm.agreed(this.all, job)
    expect(await this.swarm.violations(this.all, this.results)).toEqual([])
  }
}
