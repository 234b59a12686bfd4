/** What of that which hubs tell of themselves is dialled from here, and by whom it is said. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dialable, isByItsHub, readAddresses, signAddresses } from '../../src/live/address-record.ts'
import { createIdentity } from '../../src/live/admission/identity.ts'

const OWN = ['/ip4/127.0.0.1/tcp/4000', '/ip4/192.168.0.7/tcp/4000']

test('addresses of machines are dialled, whatever has to be looked up, is no machine, or does not read is not', () => {
  const sound = ['/ip4/192.168.0.9/tcp/4207', '/ip4/203.0.113.5/tcp/1', '/ip6/2001:db8::1/tcp/65535']
  const unsound = [
    '/dns4/example.org/tcp/80',
    '/ip4/203.0.113.5/udp/53',
    '/ip4/203.0.113.5/tcp/0',
    '/ip4/203.0.113.5/tcp/65536',
    '/ip4/203.0.113.5/tcp/80/ws',
    '/ip4/203.0.113.500/tcp/80',
    '/ip4/0.0.0.0/tcp/80',
    '/ip4/224.0.0.251/tcp/5353',
    '/ip4/255.255.255.255/tcp/80',
    '/ip6/ff02::1/tcp/80',
    '/ip6/::/tcp/80',
    '',
  ]
  expect(dialable([...unsound, ...sound], OWN)).toEqual(sound)
})

test('no text makes it throw, and what it takes was told', () => {
  const pieces = fc.constantFrom('/ip4/', '/ip6/', '127.0.0.1', '::1', '/tcp/', '4207', '/', '.', '\0', 'p2p')
  const text = fc.oneof(
    fc.string(),
    fc.array(pieces).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(fc.array(text), fc.array(text), (told, own) => {
      for (const address of dialable(told, own)) expect(told).toContain(address)
    }),
  )
})

test('loopback is dialled only on one machine', () => {
  const local = '/ip4/127.0.0.1/tcp/4100'
  expect(dialable([local, '/ip4/192.168.0.7/tcp/4100'], OWN)).toContain(local)
  expect(dialable([local, '/ip4/192.168.0.8/tcp/4100'], OWN)).not.toContain(local)
  expect(dialable([local], OWN)).toEqual([])
  expect(dialable([local], ['/ip4/127.0.0.1/tcp/4000'])).toEqual([local])
})

test('a record is by its hub only when that hub signed all of it', async () => {
  const [one, other] = [await createIdentity(), await createIdentity()]
  const body = { hub: one.hub, sequence: 7, addresses: ['/ip4/192.168.0.9/tcp/4207'] }
  const { signed } = signAddresses(body, one)
  expect(readAddresses(signed)).toMatchObject(body)
  expect(isByItsHub(readAddresses(signed))).toBe(true)
  expect(isByItsHub(readAddresses({ ...signed, body: signed.body.replace('4207', '4208') }))).toBe(false)
  expect(isByItsHub(readAddresses(signAddresses(body, other).signed))).toBe(false)
})
