/** What decides who is a member: statements, sets of them, tokens. Nobody becomes one, or more than one is, without a signature. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { parseCertificate, type WireCertificate } from '../../../src/live/admission/certificate.ts'
import { createIdentity } from '../../../src/live/admission/identity.ts'
import { type MembershipSet, membershipSetSchema } from '../../../src/live/admission/membership.ts'
import { parseRemoval } from '../../../src/live/admission/removal.ts'
import { isSignedBy, signStatement } from '../../../src/live/admission/statement.ts'
import { createToken, openToken } from '../../../src/live/admission/token.ts'
import { DrainOrders } from '../../../src/live/drain-orders.ts'
import { encodeMembership, parseMembership } from '../../../src/live/hello.ts'
import { decodeMessage, encodeMessage } from '../../../src/wire/message.ts'
import { type Founder, invited, joined, memberOf, newSwarm } from '../../live/hubs.ts'
import { type Choices, mutateBytes, mutateTree } from './mutate.ts'
import { jsonOf } from './reader-targets.ts'
import { json, must, type Target, text, unlessRefused } from './target.ts'

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const founder: Founder = await newSwarm()
const full = await invited(founder)
const options = { expiresMs: 3_600_000, uses: 5, addresses: ['/ip4/127.0.0.1/tcp/1'] }
const parts = { ...founder, nowMs: Date.now }
const looker = await joined(await createToken(parts, { ...options, roles: ['observe'] }))
const removed = await invited(founder)
const outsider = await createIdentity()
for (const hub of [full, looker, removed]) founder.membership.merge(hub.membership.export())
founder.membership.remove(removed.identity.hub)
const honest = founder.membership.export()
const members = founder.membership.members()
const token = await createToken(parts, options)
const bodies = new Set([
  ...honest.certificates.flatMap((one) => [one.body, one.grant?.body ?? one.body]),
  ...honest.removals.map((one) => one.body),
])

/** Statements with other words: under the old signature, or signed by somebody who is nobody. */
function changedSet(choose: Choices): unknown {
  const certificates = honest.certificates.map((one) => (choose.chance(40) ? changed('certificate', one, choose) : one))
  const removals = honest.removals.map((one) => (choose.chance(40) ? changed('removal', one, choose) : one))
  return choose.chance(30) ? mutateTree({ certificates, removals }, choose) : { certificates, removals }
}

function changed(kind: 'certificate' | 'removal', wire: WireCertificate, choose: Choices): WireCertificate {
  const mutated = mutateTree(JSON.parse(wire.body), choose)
  const body = typeof mutated === 'object' ? (mutated as Record<string, unknown>) : { mutated }
  const named = choose.chance(50) ? { ...body, [choose.one(['hub', 'issuer', 'by'])]: outsider.hub } : body
  if (choose.chance(50)) return { ...wire, body: text(json(named)) }
  return { ...wire, ...signStatement(kind, JSON.parse(text(json(named))), outsider) }
}

function checkSet(input: Uint8Array): void {
  const set: MembershipSet | null = unlessRefused(() => parseMembership(input))
  if (set === null) return
  const membership = memberOf(founder.swarm, founder.identity)
  membership.merge(honest)
  membership.merge(set)
  must(membership.members().join() === members.join(), 'the members are those that members signed for')
  must(membership.isRemoved(removed.identity.hub), 'a removed hub stays removed')
  must(membership.roles(looker.identity.hub).join() === 'observe', 'roles do not grow')
  const fresh = memberOf(founder.swarm, founder.identity)
  must(!fresh.admit(outsider.hub, set.certificates).ok, 'an outsider is not admitted')
}

function checkToken(input: Uint8Array): void {
  const opened = unlessRefused(() => openToken(text(input), Date.now()))
  if (opened === null) return
  const own = openToken(token, Date.now())
  must(JSON.stringify(opened.grant) === JSON.stringify(own.grant), 'a token grants what its issuer signed')
}

function changedToken(choose: Choices): Uint8Array {
  if (choose.chance(30)) return mutateBytes(Buffer.from(token), choose)
  const packed = inflateRawSync(Buffer.from(token.slice('shoal1.'.length), 'base64url'))
  const content = choose.chance(30) ? mutateBytes(packed, choose) : json(mutateTree(JSON.parse(text(packed)), choose))
  return Buffer.from(`shoal1.${deflateRawSync(content).toString('base64url')}`)
}

const orderOf = ({ identity }: Pick<Founder, 'identity'>, boot = 'b1') => ({
  ...{ version: 1, swarm: founder.swarm.id, hub: founder.identity.hub, boot, by: identity.hub },
})
const askers: readonly Pick<Founder, 'identity'>[] = [full, looker, removed, { identity: outsider }]
const honestOrder = JSON.stringify(orderOf(full))

/** First byte: who sends it. Orders by all sorts, under their own signature or a wrong one, for this life of the hub or another. */
function makeOrder(choose: Choices): Uint8Array {
  const asker = choose.one(askers)
  const body = orderOf(asker, choose.chance(80) ? 'b1' : 'b0')
  const changed = choose.chance(50) ? text(json(mutateTree(body, choose))) : JSON.stringify(body)
  const { signature } = signStatement('drain', body, choose.chance(70) ? asker.identity : choose.one(askers).identity)
  const message = encodeMessage({ type: 'drain', request: choose.below(9), order: { body: changed, signature } })
  const from = choose.chance(60) ? askers.indexOf(asker) : choose.below(askers.length)
  return Buffer.concat([Uint8Array.of(from), choose.chance(30) ? mutateBytes(message, choose) : message])
}

function checkOrder(input: Uint8Array): void {
  const message = unlessRefused(() => decodeMessage(input.subarray(1)))
  const from = askers[input[0] ?? 0]?.identity.hub
  if (message?.type !== 'drain' || from === undefined) return
  const followed: string[] = []
  const orders = new DrainOrders({
    ...{ swarm: founder.swarm.id, hub: founder.identity.hub, boot: 'b1', log: quiet },
    sign: (bytes) => founder.identity.sign(bytes),
    roles: (hub) => founder.membership.roles(hub),
    send: () => undefined,
    ordered: (by) => void followed.push(by),
  })
  orders.heard(from, message)
  if (followed.length === 0) return
  must(from === full.identity.hub, 'only members that may submit have others drain')
  must(isSignedBy('drain', message.order, from), 'an order counts only when it is signed')
  must(JSON.stringify(JSON.parse(message.order.body)) === honestOrder, 'an order is what its signer signed')
}

export const admissionTargets: readonly Target[] = [
  {
    name: 'membership',
    make: (choose) => {
      const tree = changedSet(choose)
      return choose.chance(20) ? jsonOf(tree, encodeMembership(honest), choose) : json(tree)
    },
    check: checkSet,
  },
  {
    name: 'statement',
    make: (choose) => {
      const isRemoval = choose.chance(30)
      const wire = isRemoval ? choose.one(honest.removals) : choose.one(honest.certificates)
      return json(changed(isRemoval ? 'removal' : 'certificate', wire, choose))
    },
    check: (input) => {
      const set = { certificates: [JSON.parse(text(input))], removals: [JSON.parse(text(input))] }
      const wire = unlessRefused(() => parseMembership(json(set)))
      if (wire === null || membershipSetSchema.type !== 'object') return
      for (const one of wire.certificates) checkSigner(unlessRefused(() => parseCertificate(one))?.issuer, one.body)
      for (const one of wire.removals) checkSigner(unlessRefused(() => parseRemoval(one))?.by, one.body)
    },
  },
  { name: 'token', make: changedToken, check: checkToken },
  { name: 'drain', make: makeOrder, check: checkOrder },
]

/** What checks out was signed as it stands, or speaks for the outsider alone. */
function checkSigner(signer: string | undefined, body: string): void {
  must(signer === undefined || signer === outsider.hub || bodies.has(body), 'a statement is what its signer signed')
}
