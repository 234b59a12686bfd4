/** Announcements on the LAN: read back as written, and nothing else taken for one. */
import { decode, encode } from 'dns-packet'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Announcement,
  announcementAnswers,
  isQueryForUs,
  parseAnnouncement,
  queryPacket,
} from '../../src/live/mdns-packet.ts'

const announcement: Announcement = {
  hub: '12D3KooWGzBYKhmDfHHrWjUWn9nPxNhE4tGtqsGGPyrjM8rWsvGg',
  swarm: 'abcdefg2',
  port: 4001,
  addresses: ['192.168.1.7'],
  gone: false,
}

function overTheWire(one: Announcement) {
  return decode(encode({ type: 'response', answers: announcementAnswers(one) }))
}

test('an announcement is read as it was made, the goodbye too', () => {
  expect(parseAnnouncement(overTheWire(announcement))).toEqual(announcement)
  expect(parseAnnouncement(overTheWire({ ...announcement, gone: true }))).toEqual({ ...announcement, gone: true })
})

test('a query for hubs is known as one', () => {
  expect(isQueryForUs(decode(encode(queryPacket(7))))).toBe(true)
  expect(isQueryForUs({ type: 'query', questions: [{ type: 'PTR', name: '_http._tcp.local' }] })).toBe(false)
})

test('announcements with a bad hub, port, swarm or version are passed over', () => {
  for (const bad of [{ hub: 'x' }, { hub: '../../etc' }, { port: 0 }, { port: 70_000 }, { swarm: '<script>' }]) {
    const answers = announcementAnswers({ ...announcement, ...bad })
    expect(parseAnnouncement({ type: 'response', answers })).toBe(null)
  }
  const future = announcementAnswers(announcement).map((answer) =>
    answer.type === 'TXT' ? { ...answer, data: ['v=2', `hub=${announcement.hub}`, 'swarm=abcdefg2'] } : answer,
  )
  expect(parseAnnouncement({ type: 'response', answers: future })).toBe(null)
})

test('whatever bytes arrive, reading them throws nothing beyond the decoder', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(150), (noise, at) => {
      const packet = encode({ type: 'response', answers: announcementAnswers(announcement) })
      packet.set(noise.subarray(0, Math.max(0, packet.byteLength - at)), Math.min(at, packet.byteLength))
      let decoded: ReturnType<typeof decode>
      try {
        decoded = decode(packet)
      } catch {
        return // multicast-dns turns these into a warning
      }
      const parsed = parseAnnouncement(decoded)
      if (parsed !== null) expect(parsed.addresses.length).toBeLessThanOrEqual(4)
    }),
    { numRuns: 300 },
  )
})
