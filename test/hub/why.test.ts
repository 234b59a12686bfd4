/** `shoal why`: what was compared when a shard was claimed, in terms that add up, whatever the reason. */
import { expect, test } from 'vitest'
import { simJob } from '../../simulations/kernel/workload.ts'
import type { ClaimExplanation } from '../../src/client/local-hub.ts'
import { auction, migration } from '../../src/limits.ts'
import { explainClaim } from '../../src/live/explain-claim.ts'
import { claimOf, doneOf, JOB, Pair } from './pair.ts'

const nothing = { mean: 0, p90: 0 }

function loadOf(cpu: number) {
  const forecast = [{ horizonMs: 1_000, cpu: { mean: cpu, p90: cpu }, memory: nothing, network: nothing }]
  return { load: { cpu, memory: 0, network: 0 }, forecast, forecastError: {} }
}

function whyOf(pair: Pair, shard: number): ClaimExplanation {
  return explainClaim(pair.hub.state, `${JOB}/f1:${shard}`)
}

/** Terms of the bids by hub, rounded, after it was seen that they add up. */
function termsOf({ bids }: ClaimExplanation): Record<string, Record<string, number>> {
  return Object.fromEntries(
    bids.map(({ hub, finishInMs, terms }) => {
      expect(Object.values(terms).reduce((sum, term) => sum + term, 0)).toBeCloseTo(finishInMs, 6)
      return [hub, Object.fromEntries(Object.entries(terms).map(([name, ms]) => [name, Math.round(ms)]))]
    }),
  )
}

/** The example of docs/explanation/dispatch.md. */
test('the worked example: a plan that waits 300 ms for a slot, 200 more for an input, and shares the machine', () => {
  const pair = new Pair({ speed: 2 })
  pair.input({ type: 'load', report: loadOf(0.5) })
  pair.bFreeInMs = 60_000
  const bytes = (500 - auction.linkLatencyMs) * auction.linkBytesPerMs
  const [busy, later] = [
    { shards: 1, workMs: () => 1_000, isCostKnown: true },
    { shards: 2, workMs: () => 1_000, isCostKnown: true },
  ]
  pair.knowJob(busy)
  pair.pass(100)
  const [first] = pair.hub.state.queuedRuns()
  pair.input({ type: 'prepared', run: first?.id ?? -1, missing: null })
  pair.pass(660)
  pair.nowMs += 40
  // The next family: `b` has made what its second shard needs.
  const spec = simJob(JOB, 'b', [busy, { ...later, edges: [{ from: 0, to: 1, bytes }] }]).families[1]?.spec
  if (spec === undefined) throw new Error('the job has two families')
  pair.fromB({ kind: 'family', spec }, doneOf({ family: spec.key }))
  const why = explainClaim(pair.hub.state, `${JOB}/${spec.key}:1`)
  expect(why).toMatchObject({ hub: 'a', reason: 'plan' })
  expect(termsOf(why).a).toEqual({ queueMs: 300, transferMs: 200, workMs: 500, loadMs: 500 })
  expect(why.bids[0]?.finishInMs).toBe(1_500)
})

test('a steal shows the bid of the thief and that of the hub that gave', () => {
  const [owner, thief] = [new Pair(), new Pair()]
  owner.bFreeInMs = 60_000
  owner.knowJob({ shards: 2, workMs: () => 2_000, isCostKnown: true })
  owner.pass(100)
  const [first] = owner.hub.state.queuedRuns()
  owner.input({ type: 'prepared', run: first?.id ?? -1, missing: null })
  owner.pass(700)
  owner.bFreeInMs = 0
  owner.beaconOfB()
  const [answer] = owner
    .input({ type: 'message', from: 'b', message: { type: 'steal', request: 1, startInMs: 0 } })
    .flatMap((effect) => (effect.type === 'send' && effect.message.type === 'stolen' ? [effect.message] : []))
  const given = answer?.given ?? null
  expect(given?.ownerTerms).toMatchObject({ transferMs: 0, workMs: 2_000, loadMs: 0 })
  thief.bFreeInMs = 9_000
  thief.knowJob({ shards: 2, workMs: () => 2_000, isCostKnown: true })
  thief.fromB(claimOf({ hi: 2 }), claimOf({ hi: 2, state: 'running' }))
  thief.beaconOfB()
  thief.pass(100)
  thief.input({
    type: 'message',
    from: 'b',
    message: { type: 'stolen', request: thief.hub.state.steal?.request ?? -1, given },
  })
  const why = whyOf(thief, 1)
  expect(why).toMatchObject({ hub: 'a', epoch: 1, reason: 'steal' })
  const { a, b } = termsOf(why)
  expect(a).toEqual({ queueMs: 0, transferMs: 0, workMs: 2_000, loadMs: 0 })
  expect(b?.queueMs).toBeGreaterThan(1_000)
})

test('a move shows what staying would have taken, and its own cost', () => {
  const pair = new Pair()
  pair.bFreeInMs = 9_000
  pair.knowJob({ shards: 2, workMs: () => 2_000, isCostKnown: true })
  pair.fromB(claimOf({ hi: 2 }), claimOf({ hi: 2, state: 'running' }))
  pair.beaconOfB()
  pair.pass(100)
  const ownerTerms = { queueMs: 0, transferMs: 0, workMs: 800, loadMs: 3_200 }
  const given = { job: JOB, family: 'f1', lo: 1, hi: 2, isMove: true, leftMs: 900, ownerTerms }
  pair.input({
    type: 'message',
    from: 'b',
    message: { type: 'stolen', request: pair.hub.state.steal?.request ?? -1, given },
  })
  const why = whyOf(pair, 1)
  expect(why.reason).toBe('migrate')
  const own = { queueMs: 0, transferMs: 0, workMs: 900, loadMs: 0, moveMs: migration.moveMs }
  expect(termsOf(why)).toEqual({ a: own, b: ownerTerms })
})

test('a copy shows how late the original is', () => {
  const pair = new Pair()
  pair.bFreeInMs = 30_000
  pair.knowJob({ shards: 1, workMs: () => 500, isCostKnown: true })
  pair.fromB(claimOf({}), claimOf({ state: 'running' }))
  pair.beaconOfB()
  for (let passed = 0; whyOf(pair, 0).hub !== 'a' && passed < 6_000; passed += 100) pair.pass(100)
  const why = whyOf(pair, 0)
  expect(why.reason).toBe('speculate')
  const { a, b } = termsOf(why)
  expect(a).toEqual({ queueMs: 0, transferMs: 0, workMs: 500, loadMs: 0 })
  expect(b?.lateMs).toBeGreaterThan(20_000)
})

test('elsewhere the claim alone is known, and who to ask', () => {
  const pair = new Pair()
  pair.knowJob({ shards: 1, workMs: () => 500, isCostKnown: true })
  pair.fromB(claimOf({}))
  expect(whyOf(pair, 0)).toMatchObject({ hub: 'b', bids: [], askHub: 'b' })
})

test('an open shard that no hub may run says what it waits for', () => {
  const pair = new Pair()
  const { manifest } = simJob(JOB, 'b', [{ shards: 1, workMs: () => 10, isCostKnown: true }])
  const rootOf = (id: string) => explainClaim(pair.hub.state, `${id}/root:0`)
  const know = (id: string, needs: Record<string, string>) => {
    const given = { ...manifest, options: { ...manifest.options, needs } }
    pair.input({ type: 'job', job: id, manifest: given, bytes: new Uint8Array(), mine: false })
  }
  know('picky', { gpu: 'yes', cores: '>=64' })
  know('easy', {})
  expect(rootOf('picky').waiting).toBe(
    'no hub that is alive has what the job needs: gpu=yes, cores >=64; it waits for one',
  )
  expect(rootOf('easy').waiting).toBeNull()
})
