/** The IPv4 interfaces of this machine, as discovery needs them. */
import { networkInterfaces } from 'node:os'
import { liveLimits } from '../limits.ts'

export interface Interface {
  readonly name: string
  readonly address: string
  readonly netmask: string
  readonly isLoopback: boolean
  /** Changes when the interface is re-created, even with the same name and address. */
  readonly incarnation: string
}

/** One entry per interface (its first IPv4 address), loopback included. */
export function ipv4Interfaces(): Interface[] {
  const found: Interface[] = []
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    const ipv4 = addresses?.find((one) => one.family === 'IPv4')
    if (ipv4 === undefined || addresses === undefined) continue
    const scopes = addresses.map((one) => (one.family === 'IPv6' ? one.scopeid : 0)).join()
    const { address, netmask, mac, internal } = ipv4
    found.push({ name, address, netmask, isLoopback: internal, incarnation: `${address} ${mac} ${scopes}` })
  }
  return found.slice(0, liveLimits.interfacesMax)
}

export function isInSubnet(address: string, of: Interface): boolean {
  const mask = toNumber(of.netmask)
  return (toNumber(address) & mask) === (toNumber(of.address) & mask)
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => (sum << 8) | Number(part), 0)
}
