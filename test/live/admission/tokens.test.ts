/** Join tokens: in offline, in time, and as often as granted. */
import { inspect } from 'node:util'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { admissionLimits } from '../../../src/limits.ts'
import { issueCertificate } from '../../../src/live/admission/certificate.ts'
import { createIdentity } from '../../../src/live/admission/identity.ts'
import { Membership } from '../../../src/live/admission/membership.ts'
import { createToken, openToken } from '../../../src/live/admission/token.ts'
import { at, type Founder, invited, joined, memberOf, newSwarm, TestLog } from '../hubs.ts'

const HOUR_MS = 3_600_000

async function tokenOf(from: Founder, options: { uses?: number; expiresMs?: number; nowMs?: number } = {}) {
  const { uses = 1, expiresMs = HOUR_MS, nowMs = Date.now() } = options
  return createToken({ ...from, nowMs: () => nowMs }, { expiresMs, uses, addresses: ['/ip4/10.0.0.1/tcp/4001'] })
}

test('a token makes a member that any other member can check, without asking anybody', async () => {
  const founder = await newSwarm()
  const other = await invited(founder)
  const newcomer = await joined(await tokenOf(founder))
  expect(newcomer.membership.isMember(newcomer.identity.hub)).toBe(true)
  const verdict = other.membership.admit(newcomer.identity.hub, newcomer.membership.chain(newcomer.identity.hub))
  expect(verdict).toEqual({ ok: true })
  expect(newcomer.membership.admit(other.identity.hub, other.membership.chain(other.identity.hub))).toEqual({
    ok: true,
  })
  expect(openToken(await tokenOf(founder), Date.now()).addresses).toEqual(['/ip4/10.0.0.1/tcp/4001'])
})

test('a member that came in by a token can invite others; the chain leads to the founder', async () => {
  const founder = await newSwarm()
  const first = await invited(founder)
  const second = await joined(await tokenOf(first))
  const third = await joined(await tokenOf(second))
  expect(third.membership.chain(third.identity.hub)).toHaveLength(3)
  expect(founder.membership.admit(third.identity.hub, third.membership.chain(third.identity.hub))).toEqual({ ok: true })
})

test('uses are counted: one more hub than granted is refused', async () => {
  const founder = await newSwarm()
  const token = await tokenOf(founder, { uses: 2 })
  const hubs = [await joined(token), await joined(token), await joined(token)]
  const verdicts = hubs.map(({ identity, membership }) =>
    founder.membership.admit(identity.hub, membership.chain(identity.hub)),
  )
  expect(verdicts.filter(({ ok }) => ok)).toHaveLength(2)
  expect(verdicts.find(({ ok }) => !ok)).toEqual({ ok: false, reason: 'its join token is used up' })
})

test('two sides of a partition that each let one hub in agree afterwards on which one stays', async () => {
  const founder = await newSwarm()
  const other = await invited(founder)
  const token = await tokenOf(founder, { uses: 1 })
  const [x, y] = [await joined(token), await joined(token)]
  expect(founder.membership.admit(x.identity.hub, x.membership.chain(x.identity.hub)).ok).toBe(true)
  expect(other.membership.admit(y.identity.hub, y.membership.chain(y.identity.hub)).ok).toBe(true)
  founder.membership.merge(other.membership.export())
  other.membership.merge(founder.membership.export())
  const stays = (from: Founder) => [x, y].map(({ identity }) => from.membership.isMember(identity.hub))
  expect(stays(founder)).toEqual(stays(other))
  expect(stays(founder).filter(Boolean)).toHaveLength(1)
})

test('an expired token is refused at the newcomer and, should its clock be wrong, at the member', async () => {
  const founder = await newSwarm()
  const longAgo = Date.now() - 3 * HOUR_MS
  const token = await tokenOf(founder, { nowMs: longAgo })
  expect(() => openToken(token, Date.now())).toThrow(expect.objectContaining({ code: 'SHOAL_TOKEN_EXPIRED' }))
  const identity = await createIdentity()
  const { statementsFor, swarm } = openToken(token, longAgo)
  const { certificates } = statementsFor(identity.hub, longAgo)
  expect(memberOf(swarm, founder.identity).admit(identity.hub, certificates)).toEqual({
    ok: false,
    reason: 'its join token has expired',
  })
})

test('who was let in in time stays in: a member vouches for it after the token ended', async () => {
  const founder = await newSwarm()
  const newcomer = await joined(await tokenOf(founder))
  const { hub } = newcomer.identity
  founder.membership.admit(hub, newcomer.membership.chain(hub))
  founder.membership.countersign(hub)
  newcomer.membership.merge(founder.membership.export())
  const chain = newcomer.membership.chain(hub)
  expect(at(chain, 0).grant).toBe(undefined)
  expect(memberOf(founder.swarm, founder.identity).admit(hub, chain)).toEqual({ ok: true })
})

test('the word of a member that itself came in by a token lasts beyond both tokens', async () => {
  const founder = await newSwarm()
  const member = await joined(await tokenOf(founder))
  const memberHub = member.identity.hub
  founder.membership.admit(memberHub, member.membership.chain(memberHub))
  founder.membership.countersign(memberHub)
  member.membership.merge(founder.membership.export())
  const newcomer = await joined(await tokenOf(founder))
  const { hub } = newcomer.identity
  member.membership.admit(hub, newcomer.membership.chain(hub))
  member.membership.countersign(hub)
  newcomer.membership.merge(member.membership.export())
  const later = new Membership(
    { ...founder, log: new TestLog() },
    { file: null, nowMs: () => Date.now() + 5 * HOUR_MS },
  )
  expect(later.admit(hub, newcomer.membership.chain(hub))).toEqual({ ok: true })
})

test('an ended token cannot be stretched by a made-up member with an old date that vouches for others', async () => {
  const founder = await newSwarm()
  const longAgo = Date.now() - 3 * HOUR_MS
  const token = openToken(await tokenOf(founder, { nowMs: longAgo, uses: 9 }), longAgo)
  const [madeUp, friend] = [await createIdentity(), await createIdentity()]
  const { certificates } = token.statementsFor(madeUp.hub, longAgo)
  const vouched = issueCertificate(madeUp, {
    swarm: founder.swarm.id,
    hub: friend.hub,
    roles: ['compute'],
    issuedMs: longAgo,
    expiresMs: Date.now() + HOUR_MS,
    token: null,
  })
  expect(founder.membership.admit(friend.hub, [vouched.wire, ...certificates]).ok).toBe(false)
})

test('vouching happens once, however often the hubs meet', async () => {
  const founder = await newSwarm()
  const [member, newcomer] = [await invited(founder), await joined(await tokenOf(founder))]
  const { hub } = newcomer.identity
  member.membership.admit(hub, newcomer.membership.chain(hub))
  for (let i = 0; i < 5; i++) member.membership.countersign(hub)
  const about = member.membership.export().certificates.filter(({ body }) => JSON.parse(body).hub === hub)
  expect(about).toHaveLength(2)
})

test('a token that was changed anywhere opens nothing', async () => {
  const founder = await newSwarm()
  const token = await tokenOf(founder)
  const content = JSON.parse(inflateRawSync(Buffer.from(token.slice(7), 'base64url')).toString())
  const changed = [
    { ...content, grant: { ...content.grant, body: content.grant.body.replace('"uses":1', '"uses":9') } },
    { ...content, seed: Buffer.alloc(32, 1).toString('base64url') },
    { ...content, founder: (await createIdentity()).hub },
    { ...content, secret: 'short' },
  ]
  const sealed = changed.map((one) => `shoal1.${deflateRawSync(JSON.stringify(one)).toString('base64url')}`)
  for (const text of [...sealed, '', 'shoal1.', 'hello', token.slice(0, -20), token.replace('shoal1.', 'shoal2.')]) {
    expect(() => openToken(text, Date.now())).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^SHOAL_(TOKEN|SIGNATURE)_INVALID$/) }),
    )
  }
})

test('a token that unpacks to gigabytes is refused before it does', async () => {
  const bomb = `shoal1.${deflateRawSync(Buffer.alloc(30 * 1024 * 1024, 32)).toString('base64url')}`
  expect(() => openToken(bomb, Date.now())).toThrow(expect.objectContaining({ code: 'SHOAL_TOKEN_INVALID' }))
})

test('impossible options are refused with what is possible', async () => {
  const founder = await newSwarm()
  for (const options of [
    { uses: 0 },
    { uses: 1e9 },
    { expiresMs: 0 },
    { expiresMs: admissionLimits.tokenExpiryMsMax + 1 },
  ]) {
    await expect(tokenOf(founder, options)).rejects.toMatchObject({ code: 'SHOAL_USAGE' })
  }
})

test('a hub cannot pass on roles it does not have', async () => {
  const founder = await newSwarm()
  const components = { ...founder, nowMs: Date.now }
  const options = { expiresMs: HOUR_MS, uses: 1, addresses: [] }
  const observer = await joined(await createToken(components, { ...options, roles: ['observe'] }))
  expect(observer.membership.roles(observer.identity.hub)).toEqual(['observe'])
  await expect(
    createToken({ ...observer, nowMs: Date.now }, { ...options, roles: ['compute', 'observe'] }),
  ).rejects.toMatchObject({ code: 'SHOAL_ROLE_MISSING' })
  expect(() => observer.membership.remove(at(founder.membership.members(), 0))).toThrow()
})

test('printing a swarm, an identity or a token error shows no secret', async () => {
  const founder = await newSwarm()
  const text = inspect(founder, { depth: 8, showHidden: true }) + JSON.stringify([founder.swarm, founder.identity])
  expect(text).not.toContain(Buffer.from(founder.swarm.secret()).toString('base64url'))
  expect(text).not.toContain(Buffer.from(founder.swarm.secret()).toString('hex'))
  expect(text).not.toContain(Buffer.from(founder.identity.seed()).toString('hex').slice(0, 20))
})
