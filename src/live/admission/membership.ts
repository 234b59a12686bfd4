/** The members of the swarm as this hub knows them: grows by signed statements only, kept in the home folder. */
import { createHash } from 'node:crypto'
import * as v from 'valibot'
import { ShoalError } from '../../errors.ts'
import { admissionLimits } from '../../limits.ts'
import type { HubId } from '../../program/ref.ts'
import { errorFields, type Log } from '../log.ts'
import {
  type Certificate,
  issueCertificate,
  parseCertificate,
  type Role,
  type WireCertificate,
  wireCertificateSchema,
} from './certificate.ts'
import { type Identity, noHubId, publicKeyBytes } from './identity.ts'
import { readPrivateFile, writePrivateFile } from './private-file.ts'
import { issueRemoval, parseRemoval, type Removal } from './removal.ts'
import { type Evidence, type Judgement, judge } from './standing.ts'
import { signedSchema, statementId } from './statement.ts'
import type { Swarm } from './swarm.ts'

export const membershipSetSchema = v.object({
  certificates: v.pipe(v.array(wireCertificateSchema), v.maxLength(admissionLimits.certificatesMax)),
  removals: v.pipe(v.array(signedSchema), v.maxLength(admissionLimits.removalsMax)),
})

/** All statements a hub knows, as they travel. */
export type MembershipSet = v.InferOutput<typeof membershipSetSchema>

export type Admission = { readonly ok: true } | { readonly ok: false; readonly reason: string }

interface MembershipInit {
  /** Where the set is kept; null keeps it in memory only. */
  readonly file: string | null
  readonly nowMs: () => number
}

export class Membership {
  readonly #identity: Identity
  readonly #swarm: Swarm
  readonly #log: Log
  readonly #init: MembershipInit
  readonly #listeners = new Set<() => void>()
  readonly #certificates = new Map<string, Certificate>()
  readonly #removals = new Map<string, Removal>()
  #judgement: Judgement
  #saving: Promise<void> = Promise.resolve()

  constructor(components: { identity: Identity; swarm: Swarm; log: Log }, init: MembershipInit) {
    this.#identity = components.identity
    this.#swarm = components.swarm
    this.#log = components.log
    this.#init = init
    this.#judgement = this.#judge([])
  }

  /** Reads what an earlier run knew; statements that no longer check out are left behind. */
  async load(): Promise<void> {
    const stored = this.#init.file === null ? null : await readPrivateFile(this.#init.file)
    if (stored === null) return
    try {
      this.#take(
        v.parse(membershipSetSchema, JSON.parse(Buffer.from(stored).toString('utf8'))),
        Number.POSITIVE_INFINITY,
      )
    } catch (error) {
      throw new ShoalError('SHOAL_HOME_UNUSABLE', `${this.#init.file} is damaged`, {
        next: 'restore it from a backup, or remove it and join again with a token',
        cause: error,
      })
    }
  }

  isMember(hub: HubId): boolean {
    return (this.#judgement.members.get(hub)?.expiresMs ?? 0) > this.#init.nowMs()
  }

  /** Whether records of a hub count: of one that was a member once, what others have from it, and pass on. */
  mayHaveWritten(hub: HubId, isRelayed: boolean): boolean {
    return this.isMember(hub) || (isRelayed && (this.isRemoved(hub) || this.#judgement.members.has(hub)))
  }

  isRemoved(hub: HubId): boolean {
    return this.#judgement.removed.has(hub)
  }

  /** What a member may do; empty for everybody else. */
  roles(hub: HubId): readonly Role[] {
    return this.isMember(hub) ? (this.#judgement.members.get(hub)?.roles ?? []) : []
  }

  members(): HubId[] {
    return [...this.#judgement.members.keys()].filter((hub) => this.isMember(hub)).toSorted()
  }

  /** The certificates from a hub up to the founder, by every way that lasts: with them anybody can check its membership. */
  chain(hub: HubId): WireCertificate[] {
    const chain: WireCertificate[] = []
    const asked = new Set<HubId>()
    for (let hubs = [hub]; hubs.length > 0 && chain.length < admissionLimits.chainCertificatesMax; ) {
      const certificates = hubs.flatMap((one) => this.#bestOf(one))
      chain.push(...certificates.map((certificate) => certificate.wire))
      for (const one of hubs) asked.add(one)
      hubs = [...new Set(certificates.map((certificate) => certificate.issuer))].filter((one) => !asked.has(one))
    }
    return chain.slice(0, admissionLimits.chainCertificatesMax)
  }

  /** Decides on a hub that shows its own chain; on yes its certificates are known from now on. */
  admit(hub: HubId, chain: readonly WireCertificate[]): Admission {
    if (this.isRemoved(hub)) return { ok: false, reason: 'it was removed from the swarm' }
    if (this.isMember(hub)) return { ok: true }
    const shown = this.#fresh(chain, admissionLimits.chainCertificatesMax)
    // a token's own date can be made up by who holds it, so an ended token opens nothing to hubs not yet known
    const inTime = shown.filter((one) => !this.#isTokenOver(one))
    const judgement = this.#judge(inTime)
    const standing = judgement.members.get(hub)
    if (standing === undefined) return { ok: false, reason: this.#refusalReason(judgement, shown, hub) }
    if (standing.expiresMs <= this.#init.nowMs()) return { ok: false, reason: 'its membership has expired' }
    this.#add(
      inTime.filter((one) => judgement.members.has(one.hub)),
      [],
    )
    return { ok: true }
  }

  /**
   * Vouches for a member in this hub's own name when it came in by a token or its certificate runs out: a token ends, a member's
   * word lasts.
   */
  countersign(hub: HubId): void {
    const [best] = this.#judgement.members.get(hub)?.certificates ?? []
    if (best === undefined || !this.isMember(hub)) return
    const runsOut = best.expiresMs - this.#init.nowMs() < admissionLimits.renewBeforeMs
    const own = this.roles(this.#identity.hub)
    const mayVouch = own.includes('submit') && best.roles.every((role) => own.includes(role))
    if (!mayVouch || !(best.byToken || runsOut) || !this.#standsWithout(hub)) return
    this.#add([this.#issue(hub, best)], [])
  }

  /** @throws ShoalError SHOAL_ROLE_MISSING when this hub may not let others in. */
  checkMayInvite(): void {
    if (this.roles(this.#identity.hub).includes('submit')) return
    throw new ShoalError('SHOAL_ROLE_MISSING', 'this hub may not let others in', {
      next: 'do it on a hub with the submit role',
    })
  }

  /**
   * Makes a hub a member, with what this hub may do itself.
   * @throws ShoalError SHOAL_ROLE_MISSING, SHOAL_NOT_A_MEMBER when it was removed.
   */
  invite(hub: HubId): void {
    this.checkMayInvite()
    if (this.isRemoved(hub)) {
      throw new ShoalError('SHOAL_NOT_A_MEMBER', 'this hub was removed from the swarm', {
        next: 'start it with a fresh home folder: shoal up --pair --home NEW',
      })
    }
    if (!this.isMember(hub)) this.#add([this.#issue(hub, { roles: this.roles(this.#identity.hub), token: null })], [])
  }

  /** @throws ShoalError SHOAL_USAGE for the founder and for what is no hub id, SHOAL_ROLE_MISSING when this hub may not remove. */
  remove(hub: HubId): void {
    if (publicKeyBytes(hub) === null) throw noHubId(hub)
    if (hub === this.#swarm.founder) {
      throw new ShoalError('SHOAL_USAGE', 'the founder holds the root key of the swarm and cannot be removed', {
        next: 'found a new swarm with `shoal up --home NEW` and invite the other hubs with a token',
      })
    }
    if (!this.roles(this.#identity.hub).includes('submit')) {
      throw new ShoalError('SHOAL_ROLE_MISSING', 'this hub may not remove others', {
        next: 'remove it from a hub with the submit role',
      })
    }
    const removal = issueRemoval(this.#identity, { swarm: this.#swarm.id, hub, atMs: this.#init.nowMs() })
    const after = this.#judge([], [removal]).members
    const kept = this.members().flatMap((member) => {
      const [best] = this.#judgement.members.get(member)?.certificates ?? []
      return member === hub || after.has(member) || best === undefined ? [] : [this.#issue(member, best)]
    })
    this.#add(kept, [removal])
  }

  /** Everything known, for another hub. */
  export(): MembershipSet {
    return {
      certificates: [...this.#certificates.values()].map((certificate) => certificate.wire),
      removals: [...this.#removals.values()].map((removal) => removal.wire),
    }
  }

  /** Equal at two hubs exactly when they know the same. */
  digest(): string {
    const hash = createHash('sha256')
    for (const id of [...this.#certificates.keys(), ...this.#removals.keys()].toSorted()) hash.update(id)
    return hash.digest('base64url')
  }

  /** Takes over what a member knows. Bad statements are left out; true when something new was learnt. */
  merge(set: MembershipSet): boolean {
    return this.#take(set, admissionLimits.statementsPerMergeMax)
  }

  #take(set: MembershipSet, statementsMax: number): boolean {
    const known = new Set([...this.#removals.values()].map(({ wire }) => wire.body))
    const unknown = set.removals.filter(({ body }) => !known.has(body)).slice(0, statementsMax)
    const removals = unknown.flatMap((wire) => {
      const removal = this.#checked(() => parseRemoval(wire))
      const isNew = removal !== null && removal.swarm === this.#swarm.id && !this.#removals.has(removalKey(removal))
      return isNew ? [removal] : []
    })
    return this.#add(this.#fresh(set.certificates, statementsMax), removals)
  }

  /** Calls back after every change; returns the way to stop. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves once everything known is on disk. */
  async saved(): Promise<void> {
    await this.#saving
  }

  #issue(hub: HubId, from: Pick<Certificate, 'token'> & { readonly roles: readonly Role[] }): Certificate {
    const nowMs = this.#init.nowMs()
    const { roles, token } = from
    const expiresMs = nowMs + admissionLimits.certificateMs
    return issueCertificate(this.#identity, { swarm: this.#swarm.id, hub, roles, token, issuedMs: nowMs, expiresMs })
  }

  /** Whether this hub would be a member without the word of another; if not, vouching for the other proves nothing. */
  #standsWithout(other: HubId): boolean {
    const certificates = [...this.#certificates.values()].filter(({ issuer }) => issuer !== other)
    return judge({ ...this.#evidence(), certificates }).members.has(this.#identity.hub)
  }

  /** The most lasting certificate of a hub, and by token one more, for those who do not know its issuer. */
  #bestOf(hub: HubId): Certificate[] {
    const own = this.#judgement.members.get(hub)?.certificates ?? []
    const byToken = own.find((certificate) => certificate.byToken)
    return [...new Set([own[0], byToken])].filter((certificate) => certificate !== undefined)
  }

  #isTokenOver({ grantExpiresMs }: Certificate): boolean {
    return grantExpiresMs !== null && grantExpiresMs + admissionLimits.clockSkewMs <= this.#init.nowMs()
  }

  #refusalReason(judgement: Judgement, shown: readonly Certificate[], hub: HubId): string {
    const own = shown.filter((certificate) => certificate.hub === hub)
    if (own.length === 0) return 'it has no membership certificate'
    if (own.some((certificate) => judgement.excess.has(certificate.id))) return 'its join token is used up'
    if (own.every((certificate) => this.#isTokenOver(certificate))) return 'its join token has expired'
    return 'its certificate does not lead to the founder of this swarm'
  }

  /** Those not known yet, each once. Checking one costs as much as a signature: known ones are told by what they say, and few bad ones end it. */
  #fresh(wires: readonly WireCertificate[], statementsMax: number): Certificate[] {
    const unknown = new Map<string, WireCertificate>()
    for (const wire of wires) {
      const id = statementId(wire)
      if (!this.#certificates.has(id) && !unknown.has(id)) unknown.set(id, wire)
    }
    const fresh: Certificate[] = []
    let bad = 0
    for (const wire of [...unknown.values()].slice(0, statementsMax)) {
      const certificate = this.#checked(() => parseCertificate(wire))
      if (certificate?.swarm === this.#swarm.id) fresh.push(certificate)
      else if (++bad >= admissionLimits.badStatementsMax) break
    }
    return fresh
  }

  #checked<T>(parse: () => T): T | null {
    try {
      return parse()
    } catch (error) {
      this.#log.debug(errorFields(error), 'left out a membership statement that does not check out')
      return null
    }
  }

  #judge(certificates: readonly Certificate[], removals: readonly Removal[] = []): Judgement {
    const known = this.#evidence()
    return judge({
      ...known,
      certificates: [...known.certificates, ...certificates],
      removals: [...known.removals, ...removals],
    })
  }

  #evidence(): Evidence {
    return {
      founder: this.#swarm.founder,
      certificates: [...this.#certificates.values()],
      removals: [...this.#removals.values()],
      chainLengthMax: admissionLimits.chainLengthMax,
    }
  }

  #add(certificates: readonly Certificate[], removals: readonly Removal[]): boolean {
    if (certificates.length === 0 && removals.length === 0) return false
    const before = this.digest()
    for (const removal of removals) this.#removals.set(removalKey(removal), removal)
    for (const certificate of certificates) this.#certificates.set(certificate.id, certificate)
    this.#judgement = this.#judge([])
    this.#forget()
    if (this.digest() === before) return false
    this.#save()
    for (const listener of this.#listeners) listener()
    return true
  }

  /** Keeps the set bounded: statements that decide nothing go first, then the oldest. */
  #forget(): void {
    const { certificates, removals } = { certificates: this.#certificates, removals: this.#removals }
    for (const certificate of certificates.values()) {
      const attached =
        this.#judgement.members.has(certificate.issuer) || this.#judgement.removed.has(certificate.issuer)
      if (!attached) certificates.delete(certificate.id)
    }
    dropOldest(certificates, admissionLimits.certificatesMax, (certificate) => certificate.issuedMs)
    dropOldest(removals, admissionLimits.removalsMax, (removal) => removal.atMs)
  }

  #save(): void {
    const { file } = this.#init
    if (file === null) return
    this.#saving = this.#saving
      .then(() => writePrivateFile(file, `${JSON.stringify(this.export())}\n`))
      .catch((error: unknown) => this.#log.error(errorFields(error), 'membership could not be saved'))
  }
}

function removalKey(removal: Removal): string {
  return `${removal.hub} by ${removal.by}`
}

function dropOldest<T>(map: Map<string, T>, max: number, ageOf: (value: T) => number): void {
  if (map.size <= max) return
  const oldestFirst = [...map].toSorted(([, a], [, b]) => ageOf(a) - ageOf(b))
  for (const [key] of oldestFirst.slice(0, map.size - max)) map.delete(key)
}
