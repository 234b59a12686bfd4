/** Where a hub listens: asked of libp2p once in a while, however often hubs want to know. */
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { expect, test } from 'vitest'
import { liveLimits } from '../../src/limits.ts'
import { OwnAddresses } from '../../src/live/own-addresses.ts'

const HUB = '12D3KooWGC6TvWhfajpgX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5'

function own() {
  const state = { ms: 0, asked: 0, listening: [] as Multiaddr[] }
  const ask = () => {
    state.asked++
    return state.listening
  }
  return { state, addresses: new OwnAddresses(ask, () => state.ms) }
}

test('a hub that does not listen yet has no address and no port, and is asked again at once', () => {
  const { state, addresses } = own()
  expect(addresses.addresses).toEqual([])
  expect(addresses.port).toBe(0)
  state.listening = [multiaddr(`/ip4/10.0.0.1/tcp/4001/p2p/${HUB}`)]
  expect(addresses.addresses).toEqual([`/ip4/10.0.0.1/tcp/4001/p2p/${HUB}`])
  expect(addresses.places).toEqual(['/ip4/10.0.0.1/tcp/4001'])
  expect(addresses.port).toBe(4001)
})

test('many questions within a moment are one to libp2p; a new interface is seen after it', () => {
  const { state, addresses } = own()
  state.listening = [multiaddr('/ip4/10.0.0.1/tcp/4001')]
  for (let n = 0; n < 100; n++) expect(addresses.places).toEqual(['/ip4/10.0.0.1/tcp/4001'])
  expect(state.asked).toBe(1)
  state.listening = [multiaddr('/ip4/10.0.0.1/tcp/4001'), multiaddr('/ip4/10.0.1.1/tcp/4001')]
  state.ms += liveLimits.ownAddressesMs
  expect(addresses.places).toHaveLength(2)
  expect(state.asked).toBe(2)
})
