/** Anti-entropy as messages: a state vector asks, updates answer. The bytes are those of y-protocols' sync messages. */

import { sizes } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import { ByteReader, ByteWriter, invalidBytes } from './bytes.ts'
import type { JobLedger, Received } from './doc.ts'

const STEP_1 = 0
const STEP_2 = 1
const UPDATE = 2

export type SyncMessage =
  /** What the sender holds; asks for the rest. */
  | { readonly kind: 'step1'; readonly stateVector: Uint8Array }
  /** Part of an answer; may hold the logs of many hubs. */
  | { readonly kind: 'step2'; readonly update: Uint8Array }
  /** A flush of the sender itself. */
  | { readonly kind: 'flush'; readonly update: Uint8Array }

export function encodeSync(message: SyncMessage): Uint8Array {
  const writer = new ByteWriter()
  switch (message.kind) {
    case 'step1':
      writer.varuint(STEP_1)
      writer.sized(message.stateVector)
      break
    case 'step2':
      writer.varuint(STEP_2)
      writer.sized(message.update)
      break
    case 'flush':
      writer.varuint(UPDATE)
      writer.sized(message.update)
      break
  }
  return writer.take()
}

/**
 * Reads a message; its bytes are views.
 * @throws ShoalError SHOAL_FRAME_INVALID
 */
export function decodeSync(bytes: Uint8Array): SyncMessage {
  const reader = new ByteReader(bytes)
  const kind = reader.varuint()
  const content = reader.sized(sizes.updateBytesMax)
  if (!reader.done) throw invalidBytes('bytes after a sync message')
  if (kind === STEP_1) return { kind: 'step1', stateVector: content }
  if (kind === STEP_2) return { kind: 'step2', update: content }
  if (kind === UPDATE) return { kind: 'flush', update: content }
  throw invalidBytes('an unknown sync message')
}

/** Opens a round of anti-entropy; also the right thing to send when `Received.missing` is true. */
export function syncStart(ledger: JobLedger): SyncMessage {
  return { kind: 'step1', stateVector: ledger.stateVector() }
}

/**
 * Answers a state vector: what its sender lacks, and a question back when it holds more than we do. In sync, the answer is
 * one empty update of two bytes, so that the asker knows.
 * @throws ShoalError SHOAL_FRAME_INVALID
 */
export function syncAnswer(ledger: JobLedger, stateVector: Uint8Array): SyncMessage[] {
  const updates = ledger.diff(stateVector)
  const answers: SyncMessage[] = updates.map((update) => ({ kind: 'step2', update }))
  if (answers.length === 0) answers.push({ kind: 'step2', update: EMPTY_UPDATE })
  if (ledger.isBehind(stateVector)) answers.push(syncStart(ledger))
  return answers
}

/** Takes in the updates that came in one tick, in one transaction. Refusals name the place in the argument. */
export function syncReceive(
  ledger: JobLedger,
  messages: readonly { readonly from: HubId; readonly message: Exclude<SyncMessage, { kind: 'step1' }> }[],
): Received {
  return ledger.receive(
    messages.map(({ from, message }) => ({ from, bytes: message.update, relayed: message.kind === 'step2' })),
  )
}

/** No sections, no deletes. */
const EMPTY_UPDATE = new Uint8Array([0, 0])
