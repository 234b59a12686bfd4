/** What decides who is a member: statements, sets of them, tokens. Nobody becomes one, or more than one is, without a signature. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { parseCertificate, type WireCertificate } from '../../../src/live/admission/certificate.ts'
import { createIdentity } from '../../../src/live/admission/identity.ts'
import { type MembershipSet, membershipSetSchema } from '../../../src/live/admission/membership.ts'
import { parseRemoval } from '../../../src/live/admission/removal.ts'
import { signStatement } from '../../../src/live/admission/statement.ts'
import { createToken, openToken } from '../../../src/live/admission/token.ts'
import { encodeMembership, parseMembership } from '../../../src/live/hello.ts'
import { type Founder, invited, joined, memberOf, newSwarm } from '../../live/hubs.ts'
import { type Choices, mutateBytes, mutateTree } from './mutate.ts'
import { jsonOf } from './reader-targets.ts'
import { json, must, type Target, text, unlessRefused } from './target.ts'

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
]

/** What checks out was signed as it stands, or speaks for the outsider alone. */
function checkSigner(signer: string | undefined, body: string): void {
  must(signer === undefined || signer === outsider.hub || bodies.has(body), 'a statement is what its signer signed')
}
