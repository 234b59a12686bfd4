/** Whom a hub does not reach, as `shoal doctor` tells it: those that are missed now, not those of yesterday. */
import { expect, test } from 'vitest'
import type { HubReport } from '../../src/client/local-hub.ts'
import { liveLimits } from '../../src/limits.ts'
import { notReached } from '../../src/live/findings.ts'
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
  const entry = (peer: string) => ({ peer, address: '', reason: 'why', times: 1, lastMs: 0 })
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

test('a hub that is looked for is tried more often than its failures are forgotten', () => {
  expect(liveLimits.dialFailureFreshMs).toBeGreaterThan(2 * liveLimits.dialBackoffMsMax + liveLimits.dialTimeoutMs)
})
