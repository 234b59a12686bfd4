/**
 * One neighbour: its connections and the one control stream that counts. The hub with the lower id owns the link: it alone opens
 * the control stream and drops duplicate connections, so both ends keep the same ones.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Connection, Stream } from '@libp2p/interface'
import { liveLimits } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import { CONTROL_PROTOCOL, type ControlHandler, ControlStream, type Refused } from './control-stream.ts'
import { type Hello, TWIN_REFUSAL } from './hello.ts'
import { errorFields, type Log } from './log.ts'

export interface LinkHandler extends Pick<ControlHandler, 'hello'> {
  judge(hello: Hello): string | null
  admitted(link: PeerLink, stream: ControlStream, hello: Hello): void
  ended(link: PeerLink): void
  message(hub: HubId, bytes: Uint8Array): void
  membership(hub: HubId, bytes: Uint8Array): void
  addresses(hub: HubId, bytes: Uint8Array): void
  refused(link: PeerLink, connection: Connection, refusal: Refused): void
  /** No connection is left. */
  unlinked(link: PeerLink): void
}

const OPENINGS_PER_CONNECTION_MAX = 3
/** The owner opens one more to meet a duplicate. */
const ACCEPTED_PER_CONNECTION_MAX = OPENINGS_PER_CONNECTION_MAX + 1
const CLOSE_GRACE_MS = 500
const DUPLICATE = 'a duplicate connection'

export class PeerLink {
  readonly hub: HubId
  readonly #isOwner: boolean
  readonly #handler: LinkHandler
  readonly #log: Log
  /** Open connections with the number of control streams tried on each. */
  readonly #connections = new Map<Connection, number>()
  #session: ControlStream | null = null
  /** The life of the hub that the session is with. */
  #boot = ''
  #greeting: ControlStream | null = null
  #settling = false
  #unsettled = false
  #isClosed = false

  constructor(hub: HubId, self: HubId, handler: LinkHandler, log: Log) {
    this.hub = hub
    this.#isOwner = self < hub
    this.#handler = handler
    this.#log = log
  }

  /** The admitted control stream, or null. */
  get session(): ControlStream | null {
    return this.#session
  }

  get connections(): readonly Connection[] {
    return [...this.#connections.keys()]
  }

  add(connection: Connection): void {
    this.#connections.set(connection, 0)
    connection.addEventListener('close', () => this.#drop(connection))
    const window = setTimeout(() => this.#endWindow(connection), liveLimits.helloWindowMs)
    connection.addEventListener('close', () => clearTimeout(window))
    this.#settle()
  }

  /** Takes a control stream the neighbour opened. */
  accept(stream: Stream, connection: Connection): void {
    if (this.#isClosed) {
      stream.abort(new Error('the hub stops'))
    } else if (this.#isOwner) {
      stream.abort(new Error('the hub with the lower id opens the control stream'))
    } else if (this.#countOpening(connection) > ACCEPTED_PER_CONNECTION_MAX) {
      const reason = 'it opened control stream after control stream'
      this.#handler.refused(this, connection, { by: 'us', reason, broken: true })
      connection.abort(new Error(reason))
    } else {
      this.#greet(stream, connection)
    }
  }

  /**
   * Ends the link on purpose; what is queued still leaves, if the neighbour takes it in time. A hub that is dismissed hears why and is
   * no neighbour from this moment on.
   */
  async close(reason: string, options: { readonly dismissed: boolean }): Promise<void> {
    this.#isClosed = true
    this.#greeting?.abort(reason)
    const session = this.#session
    if (session !== null) {
      if (options.dismissed) {
        session.dismiss(reason)
        this.#session = null
        this.#handler.ended(this)
      } else {
        session.end()
      }
      await Promise.race([session.done, delay(CLOSE_GRACE_MS, undefined, { ref: false })])
      session.abort(reason)
    }
    for (const connection of this.connections) connection.abort(new Error(reason))
  }

  #countOpening(connection: Connection): number {
    const openings = (this.#connections.get(connection) ?? 0) + 1
    if (this.#connections.has(connection)) this.#connections.set(connection, openings)
    return openings
  }

  #drop(connection: Connection): void {
    if (!this.#connections.delete(connection)) return
    this.#settle()
    if (this.#connections.size === 0) this.#handler.unlinked(this)
  }

  /** A connection that carries nothing when its window ends was refused, forgotten or a duplicate. */
  #endWindow(connection: Connection): void {
    if (this.#session?.connection === connection || this.#greeting?.connection === connection) return
    if (this.#session === null) this.#log.debug({ hub: this.hub }, 'closed a connection without a hello')
    connection.abort(new Error('no hello in time'))
  }

  /** Only one pass at a time; what happens meanwhile asks for another. */
  #settle(): void {
    this.#unsettled = true
    if (this.#settling || this.#isClosed || !this.#isOwner) return
    this.#settling = true
    void this.#settleAll()
      .catch((error: unknown) => this.#log.debug({ hub: this.hub, ...errorFields(error) }, 'a control stream failed'))
      .finally(() => {
        this.#settling = false
      })
  }

  async #settleAll(): Promise<void> {
    while (this.#unsettled) {
      this.#unsettled = false
      if (this.#greeting !== null) return
      if (this.#session === null) await this.#open()
      else await this.#dropDuplicates(this.#session)
    }
  }

  async #open(): Promise<void> {
    const newest = this.connections.toReversed().find((connection) => connection.status === 'open')
    if (newest === undefined) return
    if (this.#countOpening(newest) > OPENINGS_PER_CONNECTION_MAX) {
      newest.abort(new Error('no control stream on this connection'))
      return
    }
    try {
      const signal = AbortSignal.timeout(liveLimits.helloWindowMs)
      const limits = { maxOutboundStreams: liveLimits.controlStreamsMax }
      this.#greet(await newest.newStream(CONTROL_PROTOCOL, { signal, ...limits }), newest)
    } catch (error) {
      this.#log.debug({ hub: this.hub, ...errorFields(error) }, 'could not open a control stream')
      newest.abort(error instanceof Error ? error : new Error(String(error)))
    }
  }

  /** A second connection means that the neighbour lost the first, or that both dialled at once: a probe tells which. */
  async #dropDuplicates(session: ControlStream): Promise<void> {
    const others = this.connections.filter((connection) => connection !== session.connection)
    if (others.length === 0) return
    const answered = (await session.ping(liveLimits.probeTimeoutMs)) !== null
    if (this.#session !== session) return this.#settle()
    if (answered) for (const connection of others) void this.#meetDuplicate(connection)
    else session.connection.abort(new Error('a newer connection took over'))
  }

  /** A duplicate may come from another hub with the same key: that one is told so, by its hello. */
  async #meetDuplicate(connection: Connection): Promise<void> {
    try {
      const signal = AbortSignal.timeout(liveLimits.helloWindowMs)
      const stream = await connection.newStream(CONTROL_PROTOCOL, { signal })
      const meeting = new ControlStream(stream, connection, {
        hello: () => this.#handler.hello(),
        judge: (hello) => (hello.boot === this.#boot ? DUPLICATE : TWIN_REFUSAL),
        admitted: () => undefined,
        message: () => undefined,
        membership: () => undefined,
        addresses: () => undefined,
        closed: (_, refusal) => refusal?.reason === TWIN_REFUSAL && this.#handler.refused(this, connection, refusal),
      })
      await meeting.done
    } catch (error) {
      this.#log.debug({ hub: this.hub, ...errorFields(error) }, 'could not ask a duplicate connection who it is')
    }
    connection.abort(new Error(DUPLICATE))
  }

  /** The newcomer of two hubs with one key stands back: an answered ping proves that the first is no leftover of a former life. */
  async #judge(hello: Hello): Promise<string | null> {
    const refusal = this.#handler.judge(hello)
    const session = this.#session
    if (refusal !== null || session === null || hello.boot === this.#boot) return refusal
    const answered = (await session.ping(liveLimits.probeTimeoutMs)) !== null
    return answered && this.#session === session ? TWIN_REFUSAL : null
  }

  #greet(stream: Stream, connection: Connection): void {
    this.#greeting?.abort('a newer control stream took over')
    const greeting: ControlStream = new ControlStream(stream, connection, {
      hello: () => this.#handler.hello(),
      judge: (hello) => this.#judge(hello),
      admitted: (admitted, hello) => this.#admit(admitted, hello),
      // what still arrives on a stream that was replaced or dismissed is not heard
      message: (bytes) => this.#session === greeting && this.#handler.message(this.hub, bytes),
      membership: (bytes) => this.#session === greeting && this.#handler.membership(this.hub, bytes),
      addresses: (bytes) => this.#session === greeting && this.#handler.addresses(this.hub, bytes),
      closed: (closed, refusal) => this.#end(closed, refusal),
    })
    this.#greeting = greeting
  }

  #admit(stream: ControlStream, hello: Hello): void {
    const old = this.#session
    if (this.#greeting === stream) this.#greeting = null
    if (old !== null) {
      this.#session = null
      this.#handler.ended(this)
      old.abort('a newer control stream took over')
    }
    this.#session = stream
    this.#boot = hello.boot
    this.#handler.admitted(this, stream, hello)
    this.#settle()
  }

  #end(stream: ControlStream, refusal: Refused | null): void {
    if (this.#greeting === stream) this.#greeting = null
    if (this.#session === stream) {
      this.#session = null
      this.#handler.ended(this)
    }
    if (refusal !== null) {
      if (refusal.reason !== DUPLICATE) this.#handler.refused(this, stream.connection, refusal)
      // garbage is answered by nothing: a polite end would go on reading it
      if (refusal.broken) stream.connection.abort(new Error(refusal.reason))
      else void stream.connection.close().catch(() => stream.connection.abort(new Error(refusal.reason)))
    }
    this.#settle()
  }
}
