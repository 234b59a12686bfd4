/** Whom a hub does not reach, as `shoal doctor` tells it: those that are missed now, not those of yesterday. */
import { expect, test } from 'vitest'
import type { HubReport } from '../../src/client/local-hub.ts'
import { liveLimits } from '../../src/limits.ts'
import { findings, notReached } from '../../src/live/findings.ts'
import type { NetworkDiagnostics } from '../../src/live/network-diagnostics.ts'
import { Refusals } from '../../src/live/refusals.ts'

const peersOf = (refusals: readonly { readonly peer: string }[]): string[] => refusals.map(({ peer }) => peer)

test('what was recorded last comes first, and what is older than asked for not at all', () => {
  let nowMs = 0
  const refusals = new Refusals(() => nowMs)
  refusals.record('a', '/ip4/10.0.0.1/tcp/1', 'timeout')
  nowMs = 50
  refusals.record('b', '/ip4/10.0.0.2/tcp/1', 'timeout')
  nowMs = 100
  expect(peersOf(refusals.list())).toEqual(['b', 'a'])
  expect(peersOf(refusals.list(50))).toEqual(['b'])
})

test('who was reached, or said goodbye, is not told any more, whatever went wrong before', () => {
  const refusals = new Refusals(() => 0)
  for (const reason of ['timeout', 'refused']) refusals.record('a', '/ip4/10.0.0.1/tcp/1', reason)
  refusals.record('b', '/ip4/10.0.0.2/tcp/1', 'timeout')
  refusals.forget('a')
  expect(peersOf(refusals.list())).toEqual(['b'])
})

test('a hub that has left is not missed; refused ones and strangers are told all the same', () => {
  const entry = (peer: string) => ({ peer, address: '', reason: 'why', byThem: false, times: 1, lastMs: 0 })
  const diagnostics = {
    port: 1,
    interfaces: [],
    refused: [entry('left')],
    foreign: [entry('stranger')],
    dialFailures: [entry('left'), entry('dead'), entry('')],
  }
  const hubs = [
    { hub: 'left', state: 'left' },
    { hub: 'dead', state: 'dead' },
  ] as HubReport[]
  expect(peersOf(notReached(diagnostics, hubs))).toEqual(['left', 'stranger', 'dead', ''])
})

const quiet: NetworkDiagnostics = { port: 4207, interfaces: [], refused: [], foreign: [], dialFailures: [] }

test('a swarm that is well without multicast, as it was told to be, has nothing to look at', () => {
  const other = { hub: 'b', self: false, state: 'alive' } as HubReport
  const found = findings(quiet, [other], { mdns: false, named: 1 })
  expect(found.filter(({ ok }) => !ok)).toEqual([])
})

test('hubs that are known and gone are named, and who was named with --peer is not told to use it', () => {
  const gone = { hub: 'b', self: false, state: 'dead' } as HubReport
  const [known] = findings(quiet, [gone], { mdns: false, named: 1 }).filter(({ check }) => check === 'hubs')
  expect(known?.text).toBe('no other hub is alive: b is dead')
  const [alone] = findings(quiet, [], { mdns: false, named: 1 }).filter(({ check }) => check === 'hubs')
  expect(alone?.next).not.toMatch(/or name one with --peer/)
})

test('a hub that is looked for is tried more often than its failures are forgotten', () => {
  expect(liveLimits.dialFailureFreshMs).toBeGreaterThan(2 * liveLimits.dialBackoffMsMax + liveLimits.dialTimeoutMs)
})
