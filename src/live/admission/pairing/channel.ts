/** The line two hubs pair over: frames of JSON on a TCP socket, few, small and in time. */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import * as v from 'valibot'
import { ShoalError } from '../../../errors.ts'
import { pairingLimits } from '../../../limits.ts'

const LENGTH_BYTES = 4

export class PairingChannel {
  readonly #socket: Socket
  readonly #chunks: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  /** The whole conversation has `pairingLimits.talkMs`; then the socket is gone, whatever trickles in. */
  constructor(socket: Socket) {
    this.#socket = socket
    this.#chunks = socket[Symbol.asyncIterator]()
    const timer = setTimeout(() => socket.destroy(), pairingLimits.talkMs)
    socket.once('close', () => clearTimeout(timer))
    socket.on('error', () => socket.destroy())
  }

  async send(message: Readonly<Record<string, unknown>>): Promise<void> {
    const body = Buffer.from(JSON.stringify(message))
    const length = Buffer.alloc(LENGTH_BYTES)
    length.writeUInt32BE(body.byteLength)
    if (!this.#socket.write(Buffer.concat([length, body]))) await once(this.#socket, 'drain')
  }

  /** @throws ShoalError SHOAL_PAIRING_FAILED when the other side is silent, gone, or says something else. */
  async receive<Schema extends v.GenericSchema>(schema: Schema, bytesMax: number): Promise<v.InferOutput<Schema>> {
    try {
      const length = (await this.#take(LENGTH_BYTES)).readUInt32BE()
      if (length > bytesMax) throw new RangeError(`a frame of ${length} bytes`)
      return v.parse(schema, JSON.parse((await this.#take(length)).toString('utf8')))
    } catch (cause) {
      throw pairingFailed('the other hub broke off', 'try again; if it repeats, use a token: shoal token create', cause)
    }
  }

  close(): void {
    this.#socket.end()
    this.#socket.destroySoon()
  }

  async #take(bytes: number): Promise<Buffer> {
    while (this.#rest.byteLength < bytes) {
      const chunk = await this.#chunks.next()
      if (chunk.done === true) throw new Error('the connection is over')
      this.#rest = Buffer.concat([this.#rest, chunk.value])
    }
    const taken = this.#rest.subarray(0, bytes)
    this.#rest = this.#rest.subarray(bytes)
    return taken
  }
}

export function pairingFailed(message: string, next: string, cause?: unknown): ShoalError {
  return new ShoalError('SHOAL_PAIRING_FAILED', message, cause === undefined ? { next } : { next, cause })
}
