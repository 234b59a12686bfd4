/** What the doctor can see while no hub runs. */
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import type { DoctorReport, Finding } from '../src/client/local-hub.ts'
import { isolationFindings } from '../src/execute/isolation/findings.ts'
import { probeWalls } from '../src/execute/isolation/walls.ts'

export function lookWithoutHub(home: string): DoctorReport {
  const interfaces = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses
      .filter(({ family }) => family === 'IPv4')
      .map(({ address }) => ({ name, address, multicastHeard: 0, multicastSent: 0, error: null })),
  )
  const findings = [
    hubFinding(home),
    interfaceFinding(interfaces.map(({ address }) => address)),
    homeFinding(home),
    ...isolationFindings(probeWalls(), 'none'),
  ]
  return { interfaces, port: 0, peers: [], refused: [], findings }
}

function hubFinding(home: string): Finding {
  return { check: 'hub', ok: false, text: `no hub runs in ${home}`, next: 'start one: shoal up' }
}

function interfaceFinding(addresses: readonly string[]): Finding {
  const outward = addresses.filter((address) => !address.startsWith('127.'))
  if (outward.length > 0) {
    return { check: 'interfaces', ok: true, text: `addresses on the network: ${outward.join(', ')}`, next: null }
  }
  const text = 'this machine has only loopback addresses: hubs on other machines cannot be reached'
  return { check: 'interfaces', ok: false, text, next: 'connect the machine to the network of the others' }
}

function homeFinding(home: string): Finding {
  if (!existsSync(home)) return { check: 'home', ok: true, text: `${home} will be made at the first start`, next: null }
  try {
    if (!statSync(home).isDirectory()) throw new Error('it is no folder')
    accessSync(home, constants.R_OK | constants.W_OK)
    return { check: 'home', ok: true, text: `${home} can be written`, next: null }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { check: 'home', ok: false, text: `${home} cannot be written: ${why}`, next: 'choose another: --home DIR' }
  }
}
