/** Checkpoints as they are kept: a state with the job, code and place it belongs to, so that no other resumes from it. */
import { createHash } from 'node:crypto'
import { ShoalError } from '../errors.ts'

/** What a state is a state of. */
export interface CheckpointOwner {
  readonly job: string
  /** The key of the program: its content. */
  readonly program: string
  /** The spot of a shard; -1 for the root. */
  readonly spot: number
}

const VERSION = 1
const HASH_BYTES = 16
export const CHECKPOINT_HEAD_BYTES = 1 + 2 * HASH_BYTES

/** `u8 version | hash of the owner | hash of the state | state`; hashes are the first half of SHA-256. */
export function sealCheckpoint(owner: CheckpointOwner, state: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(CHECKPOINT_HEAD_BYTES + state.byteLength)
  sealed[0] = VERSION
  sealed.set(ownerHash(owner), 1)
  sealed.set(hash(state), 1 + HASH_BYTES)
  sealed.set(state, CHECKPOINT_HEAD_BYTES)
  return sealed
}

/** Whether a sealed state says that it belongs to `owner`: told without looking at the state itself. */
export function belongsTo(owner: CheckpointOwner, sealed: Uint8Array): boolean {
  if (sealed.byteLength < CHECKPOINT_HEAD_BYTES || sealed[0] !== VERSION) return false
  return equal(sealed.subarray(1, 1 + HASH_BYTES), ownerHash(owner))
}

/** The state. @throws ShoalError SHOAL_CHECKPOINT_INVALID when it is torn, or belongs to something else. */
export function openCheckpoint(owner: CheckpointOwner, sealed: Uint8Array): Uint8Array {
  if (sealed.byteLength < CHECKPOINT_HEAD_BYTES || sealed[0] !== VERSION)
    throw invalid('it is cut off or of another version')
  if (!equal(sealed.subarray(1, 1 + HASH_BYTES), ownerHash(owner)))
    throw invalid('it belongs to another job or other code')
  const state = sealed.subarray(CHECKPOINT_HEAD_BYTES)
  if (!equal(sealed.subarray(1 + HASH_BYTES, CHECKPOINT_HEAD_BYTES), hash(state))) throw invalid('its state is damaged')
  return state
}

function ownerHash({ job, program, spot }: CheckpointOwner): Uint8Array {
  return hash(Buffer.from(JSON.stringify([job, program, spot])))
}

function hash(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest().subarray(0, HASH_BYTES)
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index])
}

function invalid(why: string): ShoalError {
  return new ShoalError('SHOAL_CHECKPOINT_INVALID', `a checkpoint cannot be used: ${why}`, {
    next: 'none needed: the work starts from an older checkpoint, or from its input',
  })
}
