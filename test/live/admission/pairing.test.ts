/** Pairing: a code of eight characters lets exactly the hub in that shows it, and tells nobody else anything. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { pairingLimits } from '../../../src/limits.ts'
import { createIdentity, type Identity } from '../../../src/live/admission/identity.ts'
import { type Asking, acceptHub } from '../../../src/live/admission/pairing/accept.ts'
import { AskingHubs } from '../../../src/live/admission/pairing/asking-hubs.ts'
import { createCode, mayBelong, readCode, showCode } from '../../../src/live/admission/pairing/code.ts'
import { type PairedPlace, pairWith } from '../../../src/live/admission/pairing/enter.ts'
import { createToken } from '../../../src/live/admission/token.ts'
import { type Founder, invited, joined, memberOf, newSwarm, TestLog, until } from '../hubs.ts'

const log = new TestLog()
const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

interface Shown {
  readonly identity: Identity
  readonly code: string
  readonly port: number
  readonly place: Promise<PairedPlace>
}

/** A new hub that shows its code. */
async function asks(): Promise<Shown> {
  const identity = await createIdentity()
  const shown = Promise.withResolvers<{ code: string; port: number }>()
  const show = (code: string, port: number) => shown.resolve({ code, port })
  const place = pairWith(identity, { port: 0, mdns: false, show, log }, (swarm) => memberOf(swarm, identity))
  place.catch(() => undefined)
  return { identity, place, ...(await shown.promise) }
}

function accept(member: Founder, code: string, port: number, asking: readonly Asking[] = []): Promise<string> {
  const parts = { ...member, asking: () => asking, addresses: () => ['/ip4/127.0.0.1/tcp/4711'] }
  return acceptHub(parts, code, asking.length > 0 ? null : { host: '127.0.0.1', port })
}

function otherCode(code: string): string {
  return code.slice(0, -1) + (code.endsWith('7') ? '8' : '7')
}

test('the hub that shows the code becomes a member, with the secret and a certificate that others accept', async () => {
  const founder = await newSwarm()
  const member = await invited(founder)
  const { identity, code, port, place } = await asks()
  expect(await accept(member, code.toLowerCase().replace('-', ' '), port)).toBe(identity.hub)
  const { swarm, membership, bootstrap } = await place
  expect(Buffer.from(swarm.secret())).toEqual(Buffer.from(founder.swarm.secret()))
  expect([swarm.id, membership.isMember(identity.hub)]).toEqual([founder.swarm.id, true])
  expect(bootstrap).toEqual(['/ip4/127.0.0.1/tcp/4711'])
  expect(founder.membership.admit(identity.hub, membership.chain(identity.hub))).toEqual({ ok: true })
})

test('a wrong code lets nobody in; after a handful the new hub gives up', async () => {
  const member = await newSwarm()
  const { identity, code, port, place } = await asks()
  for (let guess = 0; guess < pairingLimits.triesMax; guess++) {
    await expect(accept(member, otherCode(code), port)).rejects.toMatchObject({ code: 'SHOAL_PAIRING_FAILED' })
  }
  await expect(place).rejects.toMatchObject({ code: 'SHOAL_PAIRING_FAILED' })
  expect(member.membership.isMember(identity.hub)).toBe(false)
})

test('a hub in the middle that passes every byte on learns nothing, and one with its own key gets nowhere', async () => {
  const founder = await newSwarm()
  const real = await asks()
  const heard: Buffer[] = []
  const relay = await relayTo(real.port, (bytes) => heard.push(bytes))
  await accept(founder, real.code, relay)
  const text = Buffer.concat(heard).toString('latin1')
  expect(text).not.toContain(Buffer.from(founder.swarm.secret()).toString('base64url'))
  expect(text).not.toContain(readCode(real.code))

  const second = await asks()
  const impostor = await createIdentity()
  const swapped = await relayTo(second.port, () => undefined, [second.identity.hub, impostor.hub])
  await expect(accept(founder, second.code, swapped)).rejects.toMatchObject({ code: 'SHOAL_PAIRING_FAILED' })
  expect(founder.membership.isMember(impostor.hub)).toBe(false)
  expect(founder.membership.isMember(second.identity.hub)).toBe(false)
})

test('of many that ask, those whose key does not fit the code are not even spoken to', async () => {
  const founder = await newSwarm()
  const { identity, code, port } = await asks()
  let visits = 0
  const stranger = createServer(() => visits++).listen(0, '127.0.0.1')
  servers.push(stranger)
  await once(stranger, 'listening')
  const typed = readCode(code) ?? ''
  const fakes: Asking[] = []
  while (fakes.length < 3) {
    const { hub } = await createIdentity()
    if (!mayBelong(typed, hub)) fakes.push({ hub, host: '127.0.0.1', port: (stranger.address() as AddressInfo).port })
  }
  expect(await accept(founder, code, 0, [...fakes, { hub: identity.hub, host: '127.0.0.1', port }])).toBe(identity.hub)
  expect(visits).toBe(0)
})

test('a hub that may not submit lets nobody in, and a removed hub stays out', async () => {
  const founder = await newSwarm()
  const { identity, code, port } = await asks()
  founder.membership.remove(identity.hub)
  await expect(accept(founder, code, port)).rejects.toMatchObject({ code: 'SHOAL_NOT_A_MEMBER' })
  const options = { expiresMs: 60_000, uses: 1, addresses: [], roles: ['compute'] } as const
  const computes = await joined(await createToken({ ...founder, nowMs: Date.now }, options))
  await expect(accept(computes, code, port)).rejects.toMatchObject({ code: 'SHOAL_ROLE_MISSING' })
})

test('nobody accepts: the new hub says so when its code expires', async () => {
  const { askToJoin } = await import('../../../src/live/admission/pairing/ask.ts')
  const options = {
    port: 0,
    show: () => undefined,
    announce: () => async () => undefined,
    enter: async () => undefined,
  }
  await expect(askToJoin(await createIdentity(), { ...options, expiryMs: 20 })).rejects.toMatchObject({
    code: 'SHOAL_PAIRING_FAILED',
  })
})

test('strangers that send garbage or nothing hold no place for long and do not end the pairing', async () => {
  const founder = await newSwarm()
  const { identity, code, port } = await asks()
  const sockets = Array.from({ length: pairingLimits.connectionsMax - 1 }, () => connect(port, '127.0.0.1'))
  for (const [index, socket] of sockets.entries()) {
    socket.on('error', () => undefined)
    if (index % 2 === 0) socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 2, 3]))
  }
  await until(() => sockets.filter((socket) => socket.destroyed).length >= 1, 'garbage is cut off')
  expect(await accept(founder, code, port)).toBe(identity.hub)
  for (const socket of sockets) socket.destroy()
})

test('codes are read as people write them', () => {
  const code = createCode('some hub')
  expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{8}$/)
  expect(readCode(showCode(code))).toBe(code)
  expect(readCode(` ${code.toLowerCase()} `)).toBe(code)
  expect(readCode('OIL0-1111')).toBe('01101111')
  for (const bad of ['', 'ABC', `${code}0`, 'UUUU-UUUU', '😀😀😀😀']) expect(readCode(bad)).toBeNull()
})

test('ten thousand made-up askers fill no more than their share of the memory', () => {
  const asking = new AskingHubs(() => 0)
  for (let n = 0; n < 10_000; n++) asking.hear({ hub: `hub${n}`, host: `10.0.0.${n % 7}`, port: 1 })
  expect(asking.list().length).toBe(7 * pairingLimits.askingPerHostMax)
  asking.hear({ hub: 'honest', host: '10.0.1.1', port: 1 })
  expect(asking.list().map(({ hub }) => hub)).toContain('honest')
})

/** Passes bytes both ways, shows them to `hear`, and may swap one text for another on the way back. */
async function relayTo(port: number, hear: (bytes: Buffer) => void, swap?: readonly [string, string]): Promise<number> {
  const relay = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    pass(near, far, (bytes) => bytes)
    pass(far, near, (bytes) =>
      swap === undefined ? bytes : Buffer.from(bytes.toString('latin1').replace(...swap), 'latin1'),
    )
  }).listen(0, '127.0.0.1')
  servers.push(relay)
  await once(relay, 'listening')
  return (relay.address() as AddressInfo).port

  function pass(from: Socket, to: Socket, change: (bytes: Buffer) => Buffer): void {
    from.on('data', (bytes) => {
      hear(bytes)
      to.write(change(bytes))
    })
    from.on('close', () => to.destroy()).on('error', () => to.destroy())
  }
}
