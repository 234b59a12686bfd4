/** Who is a member: a pure function of the certificates and removals known, the same at every hub that knows the same. */
import type { HubId } from '../../program/ref.ts'
import type { Certificate, Role } from './certificate.ts'
import { roles } from './certificate.ts'
import type { Removal } from './removal.ts'

/** A member's place: how far from the founder, what it may do, and the certificate that says so. */
export interface Standing {
  readonly depth: number
  readonly roles: readonly Role[]
  /** Null for the founder, who needs none. */
  readonly certificate: Certificate | null
}

export interface Evidence {
  readonly founder: HubId
  readonly certificates: readonly Certificate[]
  readonly removals: readonly Removal[]
  readonly chainLengthMax: number
}

export interface Judgement {
  readonly members: ReadonlyMap<HubId, Standing>
  readonly removed: ReadonlySet<HubId>
  /** Certificates void because their token was used more often than granted. */
  readonly excess: ReadonlySet<string>
}

/** Removals count by rank: nearer to the founder first, so a removed hub cannot take its remover along. */
export function judge(evidence: Evidence): Judgement {
  const everybody = reach(evidence, evidence.certificates)
  const excess = excessUses(evidence.certificates.filter((certificate) => reached(everybody, certificate)))
  const counted = evidence.certificates.filter((certificate) => !excess.has(certificate.id))
  const removed = removedHubs(evidence, reach(evidence, counted))
  const standing = counted.filter(({ hub, issuer }) => !removed.has(hub) && !removed.has(issuer))
  return { members: reach(evidence, standing), removed, excess }
}

/** Everybody with an unbroken chain to the founder, breadth first. */
function reach(evidence: Evidence, certificates: readonly Certificate[]): Map<HubId, Standing> {
  const members = new Map<HubId, Standing>([[evidence.founder, { depth: 0, roles, certificate: null }]])
  const byIssuer = Map.groupBy(certificates, (certificate) => certificate.issuer)
  let frontier: HubId[] = [evidence.founder]
  for (let depth = 1; depth <= evidence.chainLengthMax && frontier.length > 0; depth++) {
    const level = new Map<HubId, Certificate>()
    for (const issuer of frontier) {
      for (const certificate of byIssuer.get(issuer) ?? []) {
        if (members.has(certificate.hub) || !mayIssue(members.get(issuer), certificate)) continue
        const other = level.get(certificate.hub)
        if (other === undefined || isNewer(certificate, other)) level.set(certificate.hub, certificate)
      }
    }
    for (const [hub, certificate] of level) members.set(hub, { depth, roles: certificate.roles, certificate })
    frontier = [...level.keys()]
  }
  return members
}

function reached(members: ReadonlyMap<HubId, Standing>, certificate: Certificate): boolean {
  return members.has(certificate.hub) && mayIssue(members.get(certificate.issuer), certificate)
}

/** A member may pass on no more than it has, and only while its own certificate holds. */
function mayIssue(issuer: Standing | undefined, certificate: Certificate): boolean {
  if (issuer === undefined) return false
  const heldUntil = issuer.certificate?.expiresMs ?? Number.POSITIVE_INFINITY
  return certificate.issuedMs <= heldUntil && certificate.roles.every((role) => issuer.roles.includes(role))
}

function isNewer(a: Certificate, b: Certificate): boolean {
  return a.issuedMs !== b.issuedMs ? a.issuedMs > b.issuedMs : a.id < b.id
}

/** Per token the first `uses` hubs stay, by (time of issue, hub id); the certificates of the rest are void. */
function excessUses(certificates: readonly Certificate[]): Set<string> {
  const excess = new Set<string>()
  const byToken = Map.groupBy(
    certificates.filter((certificate) => certificate.token !== null),
    (certificate) => certificate.token?.id,
  )
  for (const group of byToken.values()) {
    const uses = Math.min(...group.map((certificate) => certificate.token?.uses ?? 0))
    const ordered = group.toSorted((a, b) => a.issuedMs - b.issuedMs || compareText(a.hub, b.hub))
    const kept = new Set<HubId>()
    for (const certificate of ordered) {
      if (kept.size < uses || kept.has(certificate.hub)) kept.add(certificate.hub)
      else excess.add(certificate.id)
    }
  }
  return excess
}

function removedHubs(evidence: Evidence, members: ReadonlyMap<HubId, Standing>): Set<HubId> {
  const removed = new Set<HubId>()
  const ranked = evidence.removals
    .flatMap((removal) => {
      const signer = members.get(removal.by)
      const mayRemove = signer?.roles.includes('submit') === true && removal.hub !== evidence.founder
      return mayRemove ? [{ removal, depth: signer.depth }] : []
    })
    .toSorted(
      (a, b) =>
        a.depth - b.depth || compareText(a.removal.by, b.removal.by) || compareText(a.removal.hub, b.removal.hub),
    )
  for (const { removal } of ranked) if (!removed.has(removal.by)) removed.add(removal.hub)
  return removed
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
