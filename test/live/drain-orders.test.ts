/** Having another hub drain: who may, what an order is good for, and what becomes of it. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { liveLimits } from '../../src/limits.ts'
import { signDrainOrder } from '../../src/live/admission/drain-order.ts'
import { createIdentity, type Identity } from '../../src/live/admission/identity.ts'
import { DrainOrders } from '../../src/live/drain-orders.ts'
import type { WireMessage } from '../../src/wire/message.ts'
import { TestLog } from './hubs.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const [asker, target, other] = [await createIdentity(), await createIdentity(), await createIdentity()]
const SWARM = 'swarm-1'
const BOOT = 'life-2'

/** A hub that hears what others send it, with what it sent and who had it drain. */
function hubOf(identity: Identity, roles: readonly string[] = ['compute', 'submit']) {
  const sent: { to: string; message: WireMessage }[] = []
  const followed: string[] = []
  const orders = new DrainOrders({
    ...{ swarm: SWARM, hub: identity.hub, boot: BOOT, log: new TestLog() },
    sign: (bytes) => identity.sign(bytes),
    roles: (hub) => (hub === asker.hub ? roles : []),
    send: (to, message) => void sent.push({ to, message }),
    ordered: (by) => void followed.push(by),
  })
  return { orders, sent, followed }
}

type Order = Extract<WireMessage, { type: 'drain' }>
type Answer = Extract<WireMessage, { type: 'drain-answer' }>

function sentBy({ sent }: { sent: readonly { message: WireMessage }[] }): WireMessage {
  const message = sent.at(-1)?.message
  if (message === undefined) throw new Error('nothing was sent')
  return message
}

test('a hub drains when a member with the submit role has signed for this life of it', async () => {
  const [from, to] = [hubOf(asker), hubOf(target)]
  const given = from.orders.give(target.hub, BOOT)
  expect(from.sent[0]?.to).toBe(target.hub)
  to.orders.heard(asker.hub, sentBy(from) as Order)
  expect(to.followed).toEqual([asker.hub])
  from.orders.answered(target.hub, sentBy(to) as Answer)
  await given
})

const honest = { swarm: SWARM, hub: target.hub, boot: BOOT, by: asker.hub }
test.each([
  ['observes only', ['observe'], signDrainOrder(honest, asker), asker.hub, /no submit role/],
  ['computes only', ['compute'], signDrainOrder(honest, asker), asker.hub, /no submit role/],
  ['is no member', [], signDrainOrder(honest, asker), asker.hub, /no submit role/],
  ['signs in the name of another', ['submit'], signDrainOrder(honest, other), asker.hub, /not signed/],
  ['passes on what another signed', ['submit'], signDrainOrder(honest, asker), other.hub, /passed on/],
  ['means another hub', ['submit'], signDrainOrder({ ...honest, hub: other.hub }, asker), asker.hub, /another hub/],
  ['means another swarm', ['submit'], signDrainOrder({ ...honest, swarm: 's' }, asker), asker.hub, /another hub/],
  ['repeats an old order', ['submit'], signDrainOrder({ ...honest, boot: 'life-1' }, asker), asker.hub, /earlier life/],
  ['sends no order', ['submit'], { body: '{}', signature: 'x'.repeat(86) }, asker.hub, /not signed/],
])('a hub that %s is refused, and told why', async (_, roles, order, from, why) => {
  const to = hubOf(target, roles)
  to.orders.heard(from, { type: 'drain', request: 7, order })
  expect(to.followed).toEqual([])
  expect(to.sent).toEqual([
    { to: from, message: { type: 'drain-answer', request: 7, refused: expect.stringMatching(why) } },
  ])
})

test('a refusal reaches who gave the order; an answer of somebody else does not', async () => {
  const from = hubOf(asker)
  const given = from.orders.give(target.hub, BOOT)
  from.orders.answered(other.hub, { type: 'drain-answer', request: 1, refused: null })
  from.orders.answered(target.hub, { type: 'drain-answer', request: 1, refused: 'it says no' })
  await expect(given).rejects.toMatchObject({ code: 'SHOAL_DRAIN_REFUSED', message: expect.stringMatching('says no') })
})

test('a hub that says nothing is waited for no longer than the limit, and orders beyond the limit are not given', async () => {
  const from = hubOf(asker)
  const given = Array.from({ length: liveLimits.questionsMax }, () => from.orders.give(target.hub, BOOT))
  await expect(from.orders.give(target.hub, BOOT)).rejects.toMatchObject({ code: 'SHOAL_HUB_UNREACHABLE' })
  expect(from.sent).toHaveLength(liveLimits.questionsMax)
  const ends = Promise.allSettled(given)
  vi.advanceTimersByTime(liveLimits.questionTimeoutMs)
  expect(new Set((await ends).map(({ status }) => status))).toEqual(new Set(['rejected']))
})
