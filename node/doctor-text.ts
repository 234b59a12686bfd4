/** The doctor's report for people: findings first, then what they rest on. */
import type { DoctorReport } from '../src/client/local-hub.ts'
import { table } from './table.ts'

export function doctorText(report: DoctorReport): string {
  const findings = report.findings.flatMap(({ ok, check, text, next }) => {
    const line = `${ok ? 'ok  ' : 'LOOK'}  ${check}: ${text}\n`
    return next === null ? [line] : [line, `      next: ${next}\n`]
  })
  const interfaces = report.interfaces.map(({ name, address, multicastHeard, multicastSent, error }) => [
    name,
    address,
    String(multicastHeard),
    String(multicastSent),
    error ?? '',
  ])
  const peers = report.peers.map(({ hub, state, addrs }) => [hub, state, addrs.join(' ')])
  const refused = report.refused.map(({ peer, address, reason, times }) => [peer, address, reason, String(times)])
  const parts = [
    findings.join(''),
    section(['INTERFACE', 'ADDRESS', 'HEARD', 'SENT', 'ERROR'], interfaces),
    section(['HUB', 'STATE', 'ADDRESSES'], peers),
    section(['REFUSED', 'ADDRESS', 'REASON', 'TIMES'], refused),
  ]
  return parts.filter((part) => part !== '').join('\n')
}

function section(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : table(head, rows)
}
