/** What `shoal doctor` concludes from a hub's connections: one finding per question, with the step that helps. */
import type { Finding, HubReport } from '../client/local-hub.ts'
import type { NetworkDiagnostics } from './network-diagnostics.ts'
import type { Refusal } from './refusals.ts'

/** How this hub was told to look for others: by multicast, and at how many addresses that were named. */
export interface Sought {
  readonly mdns: boolean
  readonly named: number
}

export function findings(diagnostics: NetworkDiagnostics, hubs: readonly HubReport[], sought: Sought): Finding[] {
  return [
    portFinding(diagnostics),
    ...interfaceFindings(diagnostics, hubs, sought),
    peersFinding(hubs, diagnostics, sought),
    ...refusedFindings(diagnostics),
  ]
}

/** Everybody with whom there is no connection, and why. A hub that has left is not missed. */
export function notReached(diagnostics: NetworkDiagnostics, hubs: readonly HubReport[]): Refusal[] {
  const { refused, foreign, dialFailures } = diagnostics
  const left = new Set(hubs.filter(({ state }) => state === 'left').map(({ hub }) => hub))
  return [...refused, ...foreign, ...dialFailures.filter(({ peer }) => !left.has(peer))]
}

function portFinding({ port }: NetworkDiagnostics): Finding {
  return port > 0
    ? { check: 'port', ok: true, text: `other hubs reach this one on TCP port ${port}`, next: null }
    : {
        check: 'port',
        ok: false,
        text: 'no port is open for other hubs',
        next: 'start the hub with `shoal up --port 4207`',
      }
}

function interfaceFindings(
  { interfaces }: NetworkDiagnostics,
  hubs: readonly HubReport[],
  { mdns, named }: Sought,
): Finding[] {
  const isConnected = hubs.some((hub) => !hub.self && hub.state === 'alive')
  if (!mdns && (named > 0 || isConnected)) {
    return [{ check: 'multicast', ok: true, text: 'turned off: hubs are found by --peer alone', next: null }]
  }
  if (interfaces.length === 0) {
    const next = 'name a hub directly: `shoal up --peer /ip4/ADDRESS/tcp/PORT`'
    return [{ check: 'multicast', ok: false, text: 'no interface can send multicast (mDNS is off or has none)', next }]
  }
  return interfaces.map(({ name, address, heard, echoed, sent, error }) => {
    const check = `multicast ${name}`
    if (error !== null) {
      const next = 'look at the firewall and at the address of this interface'
      return { check, ok: false, text: `${address}: ${error}`, next }
    }
    const text = `${address}: ${sent} sent, ${heard} heard`
    if (heard + echoed > 0 || sent === 0) return { check, ok: true, text, next: null }
    const next = 'allow UDP port 5353 in the firewall, turn off client isolation in the access point, or use --peer'
    return { check, ok: false, text: `${text}: nothing comes back, not even our own`, next }
  })
}

function peersFinding(hubs: readonly HubReport[], { foreign }: NetworkDiagnostics, { named }: Sought): Finding {
  const alive = hubs.filter((hub) => !hub.self && hub.state === 'alive').length
  if (alive > 0) return { check: 'hubs', ok: true, text: `${alive} other hubs are alive`, next: null }
  if (foreign.length > 0) {
    const text = 'hubs of other swarms were heard, none of ours'
    return {
      check: 'hubs',
      ok: false,
      text,
      next: 'join theirs: `shoal up --pair` here shows a code for `shoal accept CODE` there',
    }
  }
  const gone = hubs.filter((hub) => !hub.self)
  if (gone.length > 0) {
    const states = gone.map(({ hub, state }) => `${hub} is ${state}`).join(', ')
    const next = 'start them again, or see below why they are not reached'
    return { check: 'hubs', ok: false, text: `no other hub is alive: ${states}`, next }
  }
  const next =
    named > 0
      ? 'start the hub named with --peer, or see whether its address is right'
      : 'start a hub on another machine, or name one with --peer'
  return { check: 'hubs', ok: false, text: 'no other hub is known', next }
}

function refusedFindings({ refused }: NetworkDiagnostics): Finding[] {
  return refused.map(({ peer, address, reason, times }) => ({
    check: 'refused',
    ok: false,
    text: `${peer === '' ? address : peer} was refused ${times} times: ${reason}`,
    next: 'if it is yours, give it a fresh token: `shoal token create`',
  }))
}
