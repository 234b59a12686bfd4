/** Pairing as it is met in life: two machines that know nothing of each other, one code. */
import { afterEach, expect, test } from 'vitest'
import { namespacesUnavailable } from './namespaces.ts'
import { type RealSwarm, realSwarm, until } from './real-hubs.ts'

const unavailable = await namespacesUnavailable()
if (unavailable !== null) process.stderr.write(`SKIPPED test/e2e/pairing.test.ts: ${unavailable}\n`)

let swarm: RealSwarm | null = null

afterEach(async () => {
  await swarm?.destroy()
  swarm = null
})

test.skipIf(unavailable !== null)(
  'a new machine shows a code, a member accepts it, and both are one swarm',
  async () => {
    swarm = await realSwarm(2)
    const [member, fresh] = [swarm.hub(0), swarm.hub(1)]
    await member.up()
    const up = fresh.up('--pair')
    await until(() => /pairing code \S+/.test(fresh.errors), 'the code is shown', 30_000)
    const code = /pairing code (\S+)/.exec(fresh.errors)?.[1] ?? ''
    const accepted = await member.shoal<{ hub: string; accepted: boolean }>('accept', code)
    await up
    expect(accepted).toEqual({ schema: 1, hub: fresh.hub, accepted: true })
    await swarm.connected()
  },
)
