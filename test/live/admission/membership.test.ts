/** Membership: the same for everybody who knows the same, and removals win. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { openAdmission } from '../../../src/live/admission/admission.ts'
import { issueCertificate } from '../../../src/live/admission/certificate.ts'
import { createIdentity, openIdentity, verify } from '../../../src/live/admission/identity.ts'
import type { Membership } from '../../../src/live/admission/membership.ts'
import { createToken } from '../../../src/live/admission/token.ts'
import { at, type Founder, invited, joined, memberOf, newSwarm, TestLog } from '../hubs.ts'

const log = new TestLog()
let folder: string | null = null

afterEach(async () => {
  if (folder !== null) await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  folder = null
})

async function newHome(name = 'home'): Promise<string> {
  folder ??= await mkdtemp(join(tmpdir(), 'shoal-admission-'))
  return join(folder, name)
}

/** A founder and hubs that all know each other; each invited by the one before. */
async function chainOfHubs(count: number): Promise<Founder[]> {
  const hubs = [await newSwarm()]
  for (let i = 1; i < count; i++) hubs.push(await invited(at(hubs, i - 1)))
  for (const hub of hubs) for (const other of hubs) hub.membership.merge(other.membership.export())
  return hubs
}

test('a removed hub is out everywhere the removal is known, and re-introducing it does not help', async () => {
  const [founder, b, c] = await chainOfHubs(3)
  if (founder === undefined || b === undefined || c === undefined) throw new Error('three hubs')
  founder.membership.remove(c.identity.hub)
  b.membership.merge(founder.membership.export())
  const again = issueCertificate(b.identity, {
    swarm: b.swarm.id,
    hub: c.identity.hub,
    roles: ['compute'],
    issuedMs: Date.now() + 1_000,
    expiresMs: Date.now() + 100_000,
    token: null,
  })
  for (const { membership } of [founder, b]) {
    membership.merge({ certificates: [again.wire], removals: [] })
    expect(membership.isMember(c.identity.hub)).toBe(false)
    expect(membership.isRemoved(c.identity.hub)).toBe(true)
    expect(membership.admit(c.identity.hub, [again.wire])).toEqual({
      ok: false,
      reason: 'it was removed from the swarm',
    })
  }
})

test('removing a hub keeps those it invited, because the remover vouches for them', async () => {
  const [founder, b, c, d] = await chainOfHubs(4)
  if (founder === undefined || b === undefined || c === undefined || d === undefined) throw new Error('four hubs')
  founder.membership.remove(b.identity.hub)
  expect(founder.membership.members()).toEqual([founder.identity.hub, c.identity.hub, d.identity.hub].toSorted())
})

test('a removed hub cannot take its remover along, whichever word arrives first', async () => {
  const [founder, b, c] = await chainOfHubs(3)
  if (founder === undefined || b === undefined || c === undefined) throw new Error('three hubs')
  b.membership.remove(c.identity.hub)
  c.membership.remove(b.identity.hub)
  const [forth, back] = [memberOf(founder.swarm, founder.identity), memberOf(founder.swarm, founder.identity)]
  for (const one of [founder, b, c]) forth.merge(one.membership.export())
  for (const one of [c, b, founder]) back.merge(one.membership.export())
  expect(forth.members()).toEqual(back.members())
  expect(forth.isMember(b.identity.hub)).toBe(true)
  expect(forth.isMember(c.identity.hub)).toBe(false)
})

test('the founder cannot be removed', async () => {
  const [founder, b] = await chainOfHubs(2)
  if (founder === undefined || b === undefined) throw new Error('two hubs')
  expect(() => founder.membership.remove('nobody')).toThrow(expect.objectContaining({ code: 'SHOAL_USAGE' }))
  expect(() => b.membership.remove(founder.identity.hub)).toThrow(expect.objectContaining({ code: 'SHOAL_USAGE' }))
})

test('statements may arrive in any order and any number of times: the same are members', async () => {
  const hubs = await chainOfHubs(5)
  at(hubs, 1).membership.remove(at(hubs, 4).identity.hub)
  at(hubs, 0).membership.remove(at(hubs, 3).identity.hub)
  const all = memberOf(at(hubs, 0).swarm, at(hubs, 0).identity)
  for (const { membership } of hubs) all.merge(membership.export())
  const { certificates, removals } = all.export()
  fc.assert(
    fc.property(fc.shuffledSubarray(removals, { minLength: removals.length }), fc.boolean(), (order, twice) => {
      const one = memberOf(at(hubs, 0).swarm, at(hubs, 0).identity)
      one.merge({ certificates: certificates.toReversed(), removals: [] })
      for (const removal of order) one.merge({ certificates: [], removals: [removal] })
      if (twice) one.merge({ certificates, removals })
      expect(one.members()).toEqual(all.members())
      expect(one.digest()).toBe(all.digest())
    }),
    { numRuns: 15 },
  )
})

test('a certificate from outside the chain, for another swarm, forged or expired makes nobody a member', async () => {
  const founder = await newSwarm()
  const outsider = await newSwarm()
  const init = { swarm: founder.swarm.id, hub: outsider.identity.hub, roles: ['compute'] as const, token: null }
  const times = { issuedMs: Date.now(), expiresMs: Date.now() + 10_000 }
  const good = issueCertificate(founder.identity, { ...init, ...times })
  const bad = [
    issueCertificate(outsider.identity, { ...init, ...times }).wire,
    issueCertificate(founder.identity, { ...init, ...times, swarm: outsider.swarm.id }).wire,
    issueCertificate(founder.identity, { ...init, issuedMs: 1, expiresMs: 2 }).wire,
    { ...good.wire, body: good.wire.body.replace('compute', 'submit') },
    { body: '{}', signature: good.wire.signature },
  ]
  for (const wire of bad) {
    const fresh = memberOf(founder.swarm, founder.identity)
    expect(fresh.admit(outsider.identity.hub, [wire]).ok).toBe(false)
    expect(fresh.isMember(outsider.identity.hub)).toBe(false)
  }
  expect(founder.membership.admit(outsider.identity.hub, [good.wire])).toEqual({ ok: true })
})

test('signatures hold for the key in the hub id and nothing else', async () => {
  const [a, b] = [await createIdentity(), await createIdentity()]
  const bytes = Buffer.from('what was said')
  const signature = a.sign(bytes)
  expect(verify(a.hub, bytes, signature)).toBe(true)
  expect(verify(b.hub, bytes, signature)).toBe(false)
  expect(verify(a.hub, Buffer.from('what was not'), signature)).toBe(false)
  for (const [hub, bad] of [
    ['', signature],
    ['not a hub', signature],
    [a.hub, signature.subarray(1)],
    [a.hub, new Uint8Array(64)],
  ] as const) {
    expect(verify(hub, bytes, bad)).toBe(false)
  }
})

test('a home keeps its identity, its swarm and its members; all for its owner only', async () => {
  const home = await newHome()
  const options = { name: 'home', join: null, nowMs: Date.now, log }
  const first = await openAdmission(home, options)
  const other = await openAdmission(await newHome('other'), {
    ...options,
    join: await createToken({ ...first, nowMs: Date.now }, { expiresMs: 60_000, uses: 1, addresses: [] }),
  })
  first.membership.merge(other.membership.export())
  await first.membership.saved()
  const again = await openAdmission(home, options)
  expect(again.identity.hub).toBe(first.identity.hub)
  expect(again.swarm.id).toBe(first.swarm.id)
  expect(Buffer.compare(again.swarm.secret(), first.swarm.secret())).toBe(0)
  expect(again.membership.members()).toEqual([first.identity.hub, other.identity.hub].toSorted())
  for (const file of ['identity.key', 'swarm.json', `members-${first.swarm.prefix}.json`]) {
    expect((await stat(join(home, file))).mode & 0o777, file).toBe(0o600)
  }
})

test('a home that was alone may join another swarm; one with members may not', async () => {
  const options = { name: 'home', join: null, nowMs: Date.now, log }
  const founder = await openAdmission(await newHome('founder'), options)
  const token = async () => createToken({ ...founder, nowMs: Date.now }, { expiresMs: 60_000, uses: 1, addresses: [] })
  const alone = await newHome('alone')
  await openAdmission(alone, options)
  expect((await openAdmission(alone, { ...options, join: await token() })).swarm.id).toBe(founder.swarm.id)
  const kept = await openAdmission(alone, options)
  expect(kept.swarm.id).toBe(founder.swarm.id)

  const busy = await openAdmission(await newHome('busy'), options)
  const guest = await invited(busy)
  busy.membership.merge(guest.membership.export())
  await busy.membership.saved()
  await expect(openAdmission(await newHome('busy'), { ...options, join: await token() })).rejects.toMatchObject({
    code: 'SHOAL_USAGE',
  })
})

test('a damaged identity, swarm or member file is refused and left as it is', async () => {
  const home = await newHome()
  const options = { name: 'home', join: null, nowMs: Date.now, log }
  const { swarm } = await openAdmission(home, options)
  for (const file of ['identity.key', 'swarm.json', `members-${swarm.prefix}.json`]) {
    const path = join(home, file)
    const before = await readFile(path).catch(() => null)
    await writeFile(path, 'damaged')
    await expect(openAdmission(home, options)).rejects.toMatchObject({ code: 'SHOAL_HOME_UNUSABLE' })
    expect((await readFile(path)).toString()).toBe('damaged')
    await (before === null ? rm(path) : writeFile(path, before))
  }
  expect((await openIdentity(home)).hub).toBeTruthy()
})

test('listeners hear of changes and of nothing else', async () => {
  const founder = await newSwarm()
  const guest = await invited(founder)
  let changes = 0
  const membership: Membership = memberOf(founder.swarm, founder.identity)
  const stop = membership.onChange(() => changes++)
  expect(membership.merge(guest.membership.export())).toBe(true)
  expect(membership.merge(guest.membership.export())).toBe(false)
  stop()
  membership.remove(guest.identity.hub)
  expect(changes).toBe(1)
})

test('a copied home becomes a hub of its own, says so, and is let in by the key it was copied with', async () => {
  const { cp } = await import('node:fs/promises')
  const [home, copy] = [await newHome(), await newHome('copy')]
  const options = { name: 'home', join: null, nowMs: Date.now }
  const original = await openAdmission(home, { ...options, log })
  original.membership.invite((await createIdentity()).hub)
  await original.membership.saved()
  await cp(home, copy, { recursive: true, preserveTimestamps: true })
  const said = new TestLog()
  const copied = await openAdmission(copy, { ...options, log: said })
  expect(copied.identity.hub).not.toBe(original.identity.hub)
  expect(said.lines.join()).toContain('this home was copied')
  expect(copied.swarm.id).toBe(original.swarm.id)
  const { hub } = copied.identity
  expect(original.membership.admit(hub, copied.membership.chain(hub))).toEqual({ ok: true })
  const again = await openAdmission(copy, { ...options, log })
  expect(again.identity.hub).toBe(hub)
  expect((await openAdmission(home, { ...options, log })).identity.hub).toBe(original.identity.hub)
})

test('a home that was moved, not copied, stays who it is', async () => {
  const { rename } = await import('node:fs/promises')
  const home = await newHome()
  const options = { name: 'home', join: null, nowMs: Date.now, log }
  const { identity } = await openAdmission(home, options)
  await rename(home, `${home}-moved`)
  expect((await openAdmission(`${home}-moved`, options)).identity.hub).toBe(identity.hub)
})

test('a member that may not submit lets nobody in: neither by its word nor by a token', async () => {
  const founder = await newSwarm()
  const options = { expiresMs: 60_000, uses: 1, addresses: [] }
  const clock = { nowMs: Date.now }
  const computes = await joined(await createToken({ ...founder, ...clock }, { ...options, roles: ['compute'] }))
  founder.membership.merge(computes.membership.export())
  const friend = await createIdentity()
  const times = { issuedMs: Date.now(), expiresMs: Date.now() + 60_000 }
  const init = { swarm: founder.swarm.id, hub: friend.hub, roles: ['compute'] as const, token: null, ...times }
  const word = issueCertificate(computes.identity, init)
  expect(founder.membership.admit(friend.hub, [word.wire])).toMatchObject({ ok: false })
  await expect(createToken({ ...computes, ...clock }, options)).rejects.toMatchObject({ code: 'SHOAL_ROLE_MISSING' })
})
