/** What hubs say on the LAN: DNS-SD records of the service `_shoal._udp.local`. */
import type { Answer, Packet } from 'dns-packet'
import * as v from 'valibot'
import type { HubId } from '../program/ref.ts'

const SERVICE = '_shoal._udp.local'
const TTL_SECONDS = 120
const VERSION = '1'

/** One hub's presence. `gone` is its goodbye. */
export interface Announcement {
  readonly hub: HubId
  /** First characters of the swarm id: enough to tell swarms apart. */
  readonly swarm: string
  readonly port: number
  readonly addresses: readonly string[]
  readonly gone: boolean
}

const textSchema = v.object({
  v: v.literal(VERSION),
  hub: v.pipe(v.string(), v.regex(/^[1-9A-HJ-NP-Za-km-z]{40,64}$/)),
  swarm: v.pipe(v.string(), v.regex(/^[a-z2-7]{4,32}$/)),
})

const portSchema = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535))
const addressSchema = v.pipe(v.string(), v.ipv4())
const ADDRESSES_MAX = 4

/** Whether a packet can be about hubs at all: cheap, for most of what is said on a LAN is not. */
export function speaksOfHubs(bytes: Buffer): boolean {
  return bytes.includes('_shoal')
}

export function queryPacket(id: number): Packet {
  return { type: 'query', id, questions: [{ type: 'PTR', name: SERVICE }] }
}

export function isQueryForUs(packet: Packet): boolean {
  return (packet.questions ?? []).some(({ type, name }) => type === 'PTR' && name.toLowerCase() === SERVICE)
}

/** The records of one announcement: PTR, SRV, TXT and A, as browsers of DNS-SD expect them. */
export function announcementAnswers(announcement: Announcement): Answer[] {
  const { hub, swarm, port, addresses, gone } = announcement
  const ttl = gone ? 0 : TTL_SECONDS
  const instance = `${hub}.${SERVICE}`
  const target = `${hub}.local`
  return [
    { type: 'PTR', name: SERVICE, ttl, data: instance },
    { type: 'SRV', name: instance, ttl, data: { port, target, priority: 0, weight: 0 } },
    { type: 'TXT', name: instance, ttl, data: [`v=${VERSION}`, `hub=${hub}`, `swarm=${swarm}`] },
    ...addresses.map((address): Answer => ({ type: 'A', name: target, ttl, data: address })),
  ]
}

/** The announcement in a packet, or null for everything else that is said on the LAN. */
export function parseAnnouncement(packet: Packet): Announcement | null {
  const records = [...(packet.answers ?? []), ...(packet.additionals ?? [])]
  const pointer = records.find((record) => record.type === 'PTR' && record.name.toLowerCase() === SERVICE)
  if (pointer === undefined) return null
  const service = records.find((record) => record.type === 'SRV')
  const text = v.safeParse(textSchema, Object.fromEntries(records.flatMap(textPairs)))
  const port = v.safeParse(portSchema, service?.type === 'SRV' ? service.data.port : null)
  if (!text.success || !port.success) return null
  const addresses = records.flatMap((record) => {
    const address = v.safeParse(addressSchema, record.type === 'A' ? record.data : null)
    return address.success ? [address.output] : []
  })
  const gone = 'ttl' in pointer && pointer.ttl === 0
  const { hub, swarm } = text.output
  return { hub, swarm, port: port.output, addresses: addresses.slice(0, ADDRESSES_MAX), gone }
}

function textPairs(record: Answer): [string, string][] {
  if (record.type !== 'TXT') return []
  const items = Array.isArray(record.data) ? record.data : [record.data]
  return items.map((item) => {
    const [key = '', ...value] = item.toString().split('=')
    return [key, value.join('=')]
  })
}
