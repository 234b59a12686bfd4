/** One control stream between two hubs: the hello first, then messages, whole and in order. */
import type { Connection, Stream } from '@libp2p/interface'
import { decode } from 'it-length-prefixed'
import { pipe } from 'it-pipe'
import type { Uint8ArrayList } from 'uint8arraylist'
import { ShoalError } from '../errors.ts'
import { liveLimits, sizes } from '../limits.ts'
import { boundedDuplex } from './bounded-duplex.ts'
import { encodeHello, type Hello, parseHello } from './hello.ts'
import { OutgoingQueue } from './outgoing-queue.ts'

export const CONTROL_PROTOCOL = '/shoal/ctl/1'

/** First byte of every frame. */
const Kind = { hello: 0, welcome: 1, refused: 2, message: 3, membership: 4, ping: 5, pong: 6, addresses: 7 } as const

const KIND_BYTES = 1
const REASON_BYTES_MAX = 512

/** What a control stream asks and tells. `judge` returns null to welcome a hub, else why not. */
export interface ControlHandler {
  hello(): Hello
  judge(hello: Hello): string | null | Promise<string | null>
  /** Both sides welcomed each other. */
  admitted(stream: ControlStream, hello: Hello): void
  message(bytes: Uint8Array): void
  membership(bytes: Uint8Array): void
  /** Where hubs are. What it throws as a ShoalError ends the stream as garbage. */
  addresses(bytes: Uint8Array): void
  /** The stream is over; `refusal` says which side turned the other down, if one did. */
  closed(stream: ControlStream, refusal: Refused | null): void
}

export interface Refused {
  readonly by: 'us' | 'them'
  readonly reason: string
  /** The hub broke the protocol, rather than not being a member. */
  readonly broken: boolean
}

export class ControlStream {
  readonly connection: Connection
  /** Resolves once the stream is over. */
  readonly done: Promise<void>
  readonly #stream: Stream
  readonly #handler: ControlHandler
  readonly #outgoing = new OutgoingQueue({
    queueBytesMax: liveLimits.controlQueueBytesMax,
    batchBytesMax: liveLimits.controlBatchBytesMax,
  })
  #theirHello: Hello | null = null
  #welcomed = false
  #refusal: Refused | null = null
  #closed = false
  #pongs: (() => void)[] = []

  /** Attaches at once; must be called in the tick in which the stream appears. */
  constructor(stream: Stream, connection: Connection, handler: ControlHandler) {
    this.connection = connection
    this.#stream = stream
    this.#handler = handler
    const duplex = boundedDuplex(stream, { readAheadBytesMax: liveLimits.readAheadBytesMax })
    this.#send(Kind.hello, encodeHello(handler.hello()))
    const sending = duplex.sink(this.#outgoing.batches())
    const receiving = pipe(
      duplex.source,
      (source) =>
        decode(source, { maxDataLength: Number.MAX_SAFE_INTEGER, onLength: (length) => this.#checkLength(length) }),
      (frames) => this.#receive(frames),
    )
    this.done = this.#run(sending, receiving)
  }

  /** Bytes that wait to leave. */
  get queuedBytes(): number {
    return this.#outgoing.queuedBytes
  }

  /** Queues a message; false when the queue is full, the hello is not through or the stream is over. */
  send(bytes: Uint8Array): boolean {
    return this.#isAdmitted() && this.#send(Kind.message, bytes)
  }

  /** Queues what this hub knows of the membership. */
  sendMembership(bytes: Uint8Array): boolean {
    return this.#isAdmitted() && this.#send(Kind.membership, bytes)
  }

  /** Queues what this hub knows of where hubs are, or asks. */
  sendAddresses(bytes: Uint8Array): boolean {
    return this.#isAdmitted() && this.#send(Kind.addresses, bytes)
  }

  /** Milliseconds for a frame there and back, or null when no answer came in time. */
  async ping(timeoutMs: number): Promise<number | null> {
    const start = performance.now()
    if (!this.#send(Kind.ping)) return null
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), timeoutMs)
      this.#pongs.push(() => {
        clearTimeout(timer)
        resolve(performance.now() - start)
      })
    })
  }

  /** Says why, after what is queued, then closes. */
  dismiss(reason: string): void {
    this.#send(Kind.refused, Buffer.from(reason, 'utf8'))
    this.#outgoing.end()
  }

  /** Sends what is queued, then closes. */
  end(): void {
    this.#outgoing.end()
  }

  abort(reason: string): void {
    this.#outgoing.end()
    this.#stream.abort(new Error(reason))
  }

  async #run(sending: Promise<void>, receiving: Promise<void>): Promise<void> {
    try {
      await Promise.race([receiving, sending.then(() => receiving)])
    } catch (error) {
      const broken = error instanceof ShoalError || isFrameError(error)
      if (broken) this.#refusal ??= { by: 'us', reason: `it sent garbage: ${messageOf(error)}`, broken }
      this.#stream.abort(error instanceof Error ? error : new Error(String(error)))
    }
    this.#outgoing.end()
    await sending.catch(() => this.#stream.abort(new Error('the control stream broke')))
    this.#close()
  }

  /** Before anything is allocated: a stranger gets room for a hello, a member for a message. */
  #checkLength(length: number): void {
    const bytesMax = this.#theirHello === null ? liveLimits.helloBytesMax : sizes.controlBytesMax
    if (length > bytesMax + KIND_BYTES)
      throw invalidFrame(`a frame of ${length} bytes, at most ${bytesMax} are allowed`)
  }

  async #receive(frames: AsyncIterable<Uint8ArrayList>): Promise<void> {
    for await (const frame of frames) {
      if (frame.byteLength < KIND_BYTES) throw invalidFrame('an empty frame')
      // a copy: a view would keep the whole network buffer alive for as long as the message lives
      const goesOn = await this.#take(frame.get(0), frame.slice(KIND_BYTES))
      if (!goesOn) return
    }
  }

  /** False ends the stream. */
  #take(kind: number, bytes: Uint8Array): boolean | Promise<boolean> {
    if (kind === Kind.hello) return this.#takeHello(bytes)
    if (kind === Kind.refused) return this.#takeRefused(bytes)
    if (this.#theirHello === null) throw invalidFrame('a frame before the hello')
    if (kind === Kind.welcome) return this.#takeWelcome()
    if (kind === Kind.ping) return this.#send(Kind.pong) || true
    if (kind === Kind.pong) {
      this.#pongs.shift()?.()
      return true
    }
    if (!this.#isAdmitted()) throw invalidFrame('a message before the welcome')
    if (kind === Kind.message) this.#handler.message(bytes)
    else if (kind === Kind.membership) this.#handler.membership(bytes)
    else if (kind === Kind.addresses) this.#handler.addresses(bytes)
    // other kinds belong to a later version and are passed over
    return true
  }

  async #takeHello(bytes: Uint8Array): Promise<boolean> {
    if (this.#theirHello !== null) throw invalidFrame('a second hello')
    const hello = parseHello(bytes)
    const reason = await this.#handler.judge(hello)
    if (reason === null) {
      this.#theirHello = hello
      return this.#send(Kind.welcome) || true
    }
    this.#refusal = { by: 'us', reason, broken: false }
    this.#send(Kind.refused, Buffer.from(reason, 'utf8'))
    return false
  }

  #takeWelcome(): boolean {
    if (this.#welcomed || this.#theirHello === null) throw invalidFrame('a second welcome')
    this.#welcomed = true
    this.#handler.admitted(this, this.#theirHello)
    return true
  }

  #takeRefused(bytes: Uint8Array): boolean {
    const reason = Buffer.from(bytes.subarray(0, REASON_BYTES_MAX)).toString('utf8')
    this.#refusal = { by: 'them', reason, broken: false }
    return false
  }

  #isAdmitted(): boolean {
    return this.#welcomed && !this.#closed
  }

  #send(kind: number, bytes?: Uint8Array): boolean {
    const head = Uint8Array.of(kind)
    return bytes === undefined ? this.#outgoing.push(head) : this.#outgoing.push(head, bytes)
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#pongs = []
    this.#handler.closed(this, this.#refusal)
  }
}

/** Says that a peer broke the protocol between hubs. */
export function invalidFrame(what: string): ShoalError {
  return new ShoalError('SHOAL_FRAME_INVALID', what, { next: 'run the same version of shoal on both hubs' })
}

/** Errors of it-length-prefixed: a length beyond the maximum, or none at all. */
function isFrameError(error: unknown): boolean {
  return error instanceof Error && /^Invalid(DataLength|MessageLength|DataLengthLength)Error$/.test(error.name)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
