/** The slot's end of the pipe to its hub: reads as events, writes at once, so that a spinning shard is heard too. */
import { readSync, writevSync } from 'node:fs'
import { Socket } from 'node:net'
import { slotLimits } from '../../limits.ts'
import { FrameDecoder } from '../frame.ts'
import type { FromSlot, ToSlot } from '../message.ts'
import { decodeToSlot } from '../message-down.ts'
import { encodeFromSlot } from '../message-up.ts'

/** File descriptors of the two pipes; 0 to 2 stay with user code, so it cannot garble frames by printing. */
export const FROM_HUB_FD = 3
export const TO_HUB_FD = 4

/** Sends and receives whole messages. */
export class HubChannel {
  readonly #decoder = new FrameDecoder()
  /** Heard while user code ran. */
  readonly #waiting: ToSlot[] = []
  #receive: (message: ToSlot) => void = () => undefined
  #heardMs = 0

  /** Writes a message before it returns. Ends the process when the hub is gone. */
  send(message: FromSlot): void {
    let parts = encodeFromSlot(message)
    while (parts.length > 0) {
      const written = writeSome(parts)
      if (written > 0) parts = dropBytes(parts, written)
    }
  }

  /** Hands over every message of the hub in order; ends the process when the pipe closes. */
  listen(receive: (message: ToSlot) => void): void {
    this.#receive = receive
    const socket = new Socket({ fd: FROM_HUB_FD, readable: true, writable: false })
    socket.on('data', (chunk: Buffer) => {
      this.#deliver()
      for (const frame of this.#decoder.push(chunk)) receive(decodeToSlot(frame))
    })
    socket.on('error', endProcess)
    socket.on('close', endProcess)
  }

  /**
   * Looks into the pipe now and then: a loop that never yields hears here that its state is wanted. All other messages wait for the
   * next turn of the event loop, in their order.
   */
  hear(nowMs: number): void {
    if (nowMs - this.#heardMs < slotLimits.hearEveryMs) return
    this.#heardMs = nowMs
    for (let chunk = readSome(); chunk !== null; chunk = readSome()) {
      for (const frame of this.#decoder.push(chunk)) {
        const message = decodeToSlot(frame)
        if (message.type === 'save') this.#receive(message)
        else if (this.#waiting.push(message) === 1) later(() => this.#deliver())
      }
    }
  }

  #deliver(): void {
    for (const message of this.#waiting.splice(0)) this.#receive(message)
  }
}

// Captured before user code can replace them.
const { pid } = process
const later = setImmediate
const kill = process.kill.bind(process)
const reallyExit = (process as unknown as { reallyExit(code: number): never }).reallyExit.bind(process)

/** Nothing of a slot may outlive its hub: no exit handlers, no flushing. */
export function endProcess(): never {
  try {
    kill(pid, 'SIGKILL')
  } catch {
    // A jail denies even this.
    reallyExit(1)
  }
  throw new Error('unreachable: the process has killed itself')
}

/** What is in the pipe already; null when nothing is. The event loop's reader has made it one that never blocks. */
function readSome(): Uint8Array | null {
  const chunk = new Uint8Array(CHUNK_BYTES)
  try {
    const length = readSync(FROM_HUB_FD, chunk)
    return length === 0 ? endProcess() : chunk.subarray(0, length)
  } catch (error) {
    return isBusy(error) ? null : endProcess()
  }
}

const CHUNK_BYTES = 65_536

function writeSome(parts: readonly Uint8Array[]): number {
  try {
    return writevSync(TO_HUB_FD, parts)
  } catch (error) {
    // The pipe is full and somebody made it non-blocking: wait a moment, the hub is reading.
    if (!isBusy(error)) endProcess()
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    return 0
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EINTR')
}

function dropBytes(parts: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let left = bytes
  const rest: Uint8Array[] = []
  for (const part of parts) {
    if (left >= part.byteLength) left -= part.byteLength
    else {
      rest.push(part.subarray(left))
      left = 0
    }
  }
  return rest
}
