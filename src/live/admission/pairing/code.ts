/** Pairing codes: eight characters that two people can read to each other, bound to the key of the hub that shows them. */
import { createHash, randomInt } from 'node:crypto'
import type { HubId } from '../../../program/ref.ts'

/** Crockford's: no I, L, O, U, so nothing is misread. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const HINT_CHARACTERS = 2
const SECRET_CHARACTERS = 6
const CHARACTERS = HINT_CHARACTERS + SECRET_CHARACTERS

/** A fresh code for a hub: two characters of its key's fingerprint, then 30 random bits. */
export function createCode(hub: HubId): string {
  const secret = Array.from({ length: SECRET_CHARACTERS }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  return hintOf(hub) + secret
}

/** As it is shown: two groups of four. */
export function showCode(code: string): string {
  return `${code.slice(0, CHARACTERS / 2)}-${code.slice(CHARACTERS / 2)}`
}

/** The code in what somebody typed, or null. Case, spaces and dashes do not matter, nor does O for 0 or I and L for 1. */
export function readCode(typed: string): string | null {
  const code = typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1')
  const isCode = code.length === CHARACTERS && [...code].every((character) => ALPHABET.includes(character))
  return isCode ? code : null
}

/** Whether a hub can be the one that shows this code: spares all others a guess at it. */
export function mayBelong(code: string, hub: HubId): boolean {
  return code.startsWith(hintOf(hub))
}

function hintOf(hub: HubId): string {
  const digest = createHash('sha256').update(`shoal pairing hint 1\0${hub}`).digest()
  return Array.from({ length: HINT_CHARACTERS }, (_, at) => ALPHABET[(digest[at] ?? 0) % ALPHABET.length]).join('')
}
