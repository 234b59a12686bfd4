/** The doorway: strangers of one address get a few places, and give them back when they pass or go. */
import { EventEmitter } from 'node:events'
import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { liveLimits } from '../../src/limits.ts'
import { type Arrival, Doorway } from '../../src/live/doorway.ts'
import { newSwarm, startHub, stopAll, until } from './hubs.ts'

afterEach(stopAll)

let lastPort = 1_024

function arrival(host: string): Arrival & EventEmitter {
  return Object.assign(new EventEmitter(), { remoteAddress: host, remotePort: ++lastPort })
}

function doorway() {
  const clock = { ms: 0 }
  return { clock, door: new Doorway(() => clock.ms) }
}

test('one address has so many places, whoever else is there', () => {
  const { door } = doorway()
  const many = Array.from({ length: liveLimits.strangersPerHostMax }, () => door.enter(arrival('10.0.0.1')))
  expect(many.every(Boolean)).toBe(true)
  expect(door.enter(arrival('10.0.0.1'))).toBe(false)
  expect(door.enter(arrival('10.0.0.2'))).toBe(true)
})

test('who goes gives the place to the next', () => {
  const { door } = doorway()
  const first = arrival('10.0.0.1')
  door.enter(first)
  for (let n = 1; n < liveLimits.strangersPerHostMax; n++) door.enter(arrival('10.0.0.1'))
  expect(door.enter(arrival('10.0.0.1'))).toBe(false)
  first.emit('close')
  expect(door.enter(arrival('10.0.0.1'))).toBe(true)
  expect(door.strangers).toBe(liveLimits.strangersPerHostMax)
})

test('who has become a link takes no place, and gives none back a second time', () => {
  const { door } = doorway()
  const first = arrival('10.0.0.1')
  door.enter(first)
  door.enter(arrival('10.0.0.1'))
  door.passed(`/ip4/10.0.0.1/tcp/${first.remotePort}/p2p/12D3KooW`)
  expect(door.strangers).toBe(1)
  first.emit('close')
  expect(door.strangers).toBe(1)
})

test('who comes again and again waits, however soon it goes', () => {
  const { door, clock } = doorway()
  const come = (): boolean => {
    const one = arrival('10.0.0.1')
    const entered = door.enter(one)
    one.emit('close')
    return entered
  }
  const entered = Array.from({ length: 500 }, come).filter(Boolean).length
  expect(entered).toBe(liveLimits.arrivalsPerHostBurst)
  clock.ms += 1_000
  expect(Array.from({ length: 500 }, come).filter(Boolean).length).toBe(liveLimits.arrivalsPerHostPerSecond)
})

test('a real hub keeps no more silent connections than that, and others still come in', async () => {
  const { swarm } = await newSwarm()
  const hub = await startHub({ swarm })
  const port = Number(/\/tcp\/(\d+)/.exec(hub.address())?.[1])
  const counts = { open: 0, closed: 0 }
  const sockets = Array.from({ length: 60 }, () => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.on('connect', () => counts.open++)
    socket.on('close', () => counts.closed++)
    return socket
  })
  // The silent ones that were let in would stay for some seconds.
  const turnedAway = 60 - liveLimits.strangersPerHostMax
  await until(() => counts.closed >= turnedAway, 'all others are turned away', 4_000)
  expect(counts.closed).toBe(turnedAway)
  for (const socket of sockets) socket.destroy()
  // The hub may still be about to notice that they are gone.
  let greeting = ''
  for (let attempt = 0; attempt < 4 && greeting === ''; attempt++) greeting = await greeted(port)
  expect(greeting).toContain('/multistream/1.0.0')
})

/** What a hub answers to the first words of a libp2p peer; empty when it hangs up. */
async function greeted(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  const answer = new Promise<string>((resolve) => {
    socket.once('data', (data) => resolve(String(data)))
    socket.once('close', () => resolve(''))
  })
  socket.write(Buffer.from('\x13/multistream/1.0.0\n'))
  const said = await answer
  socket.destroy()
  return said
}

/** How many of a hundred that come from one address each second get in, when each of them then does what costs it something: at once, and in 30 s. */
function letIn(cost: 'failed' | 'broke'): { atOnce: number; later: number; others: boolean } {
  const { door, clock } = doorway()
  const come = (): boolean => {
    const one = arrival('10.0.0.1')
    const entered = door.enter(one)
    if (entered) door[cost](`/ip4/10.0.0.1/tcp/${one.remotePort}`)
    one.emit('close')
    return entered
  }
  const second = (): number => Array.from({ length: 100 }, come).filter(Boolean).length
  const atOnce = second()
  let later = 0
  for (let seconds = 0; seconds < 30; seconds++) {
    clock.ms += 1_000
    later += second()
  }
  return { atOnce, later, others: door.enter(arrival('10.0.0.2')) }
}

test('a machine whose handshakes fail is let in a few times, then twice a second; others are not hindered', () => {
  const { atOnce, later, others } = letIn('failed')
  expect(atOnce).toBe(8)
  expect(later).toBeGreaterThan(50)
  expect(later).toBeLessThanOrEqual(60)
  expect(others).toBe(true)
})

test('a machine that breaks the protocol is let in once, then after eight seconds and every twelve; others are not hindered', () => {
  const { atOnce, later, others } = letIn('broke')
  expect(atOnce).toBe(1)
  expect(later).toBe(2)
  expect(others).toBe(true)
})
