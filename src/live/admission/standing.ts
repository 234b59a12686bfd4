/** Who is a member: a pure function of the certificates and removals known, the same at every hub that knows the same. */
import type { HubId } from '../../program/ref.ts'
import type { Certificate, Role } from './certificate.ts'
import { roles } from './certificate.ts'
import type { Removal } from './removal.ts'

/** A member's place: how far from the founder, what it may do, until when, and the certificates that say so. */
export interface Standing {
  readonly depth: number
  readonly roles: readonly Role[]
  /** Infinite for the founder, who needs no certificate. */
  readonly expiresMs: number
  /** All that hold, the most lasting first: a member's word before a token's, then the latest end. */
  readonly certificates: readonly Certificate[]
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
  const excess = excessUses(evidence.certificates.filter((certificate) => holds(everybody, certificate)))
  const counted = evidence.certificates.filter((certificate) => !excess.has(certificate.id))
  const removed = removedHubs(evidence, reach(evidence, counted))
  const standing = counted.filter(({ hub, issuer }) => !removed.has(hub) && !removed.has(issuer))
  return { members: reach(evidence, standing), removed, excess }
}

/** Everybody with an unbroken chain to the founder. Breadth first, so a shorter chain's roles count. */
function reach(evidence: Evidence, certificates: readonly Certificate[]): Map<HubId, Standing> {
  const founder: Place = { depth: 0, roles }
  const places = new Map<HubId, Place>([[evidence.founder, founder]])
  const byIssuer = Map.groupBy(certificates, (certificate) => certificate.issuer)
  let frontier: HubId[] = [evidence.founder]
  for (let depth = 1; depth <= evidence.chainLengthMax && frontier.length > 0; depth++) {
    const level = new Map<HubId, Certificate>()
    for (const certificate of frontier.flatMap((issuer) => byIssuer.get(issuer) ?? [])) {
      if (places.has(certificate.hub) || !mayIssue(places.get(certificate.issuer), certificate)) continue
      const other = level.get(certificate.hub)
      if (other === undefined || isNewer(certificate, other)) level.set(certificate.hub, certificate)
    }
    for (const [hub, certificate] of level) places.set(hub, { depth, roles: certificate.roles })
    frontier = [...level.keys()]
  }
  return withCertificates(evidence.founder, places, certificates)
}

type Place = Pick<Standing, 'depth' | 'roles'>

function withCertificates(
  founder: HubId,
  places: ReadonlyMap<HubId, Place>,
  certificates: readonly Certificate[],
): Map<HubId, Standing> {
  const holding = certificates.filter((certificate) => holds(places, certificate))
  const byHub = Map.groupBy(holding, (certificate) => certificate.hub)
  const members = new Map<HubId, Standing>()
  for (const [hub, place] of places) {
    const own = (byHub.get(hub) ?? []).toSorted(mostLastingFirst)
    const endsMs = own.map(({ expiresMs }) => expiresMs)
    const expiresMs = hub === founder ? Number.POSITIVE_INFINITY : Math.max(...endsMs)
    members.set(hub, { ...place, expiresMs, certificates: own })
  }
  return members
}

function holds(places: ReadonlyMap<HubId, Place>, certificate: Certificate): boolean {
  return places.has(certificate.hub) && mayIssue(places.get(certificate.issuer), certificate)
}

/** A member may pass on no more than it has. */
function mayIssue(issuer: Place | undefined, certificate: Certificate): boolean {
  return issuer?.roles.includes('submit') === true && certificate.roles.every((role) => issuer.roles.includes(role))
}

function isNewer(a: Certificate, b: Certificate): boolean {
  return a.issuedMs !== b.issuedMs ? a.issuedMs > b.issuedMs : a.id < b.id
}

function mostLastingFirst(a: Certificate, b: Certificate): number {
  return Number(a.byToken) - Number(b.byToken) || b.expiresMs - a.expiresMs || compareText(a.id, b.id)
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
