/** The new hub's side of pairing: listens, shows a code, and waits for a member that knows it. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { ShoalError } from '../../../errors.ts'
import { pairingLimits } from '../../../limits.ts'
import { type Identity, verify } from '../identity.ts'
import { PairingChannel, pairingFailed } from './channel.ts'
import { createCode, showCode } from './code.ts'
import { agree, createShare, isSame, transcriptBytes } from './key-agreement.ts'
import { type Introduction, openingSchema, proofSchema, sealedSchema, text, unseal } from './messages.ts'

export interface AskOptions {
  /** TCP port to be reached at, 0 for any free one. */
  readonly port: number
  /** Shows the code to whoever sits at this machine; `port` is where `shoal accept --at` finds it. */
  readonly show: (code: string, port: number) => void
  /** Tells the LAN that this hub asks at `port`; returns the way to stop. */
  readonly announce: (port: number) => () => Promise<void>
  /** Takes the introduction in; what it throws ends the pairing. */
  readonly enter: (introduction: Introduction) => Promise<void>
  /** How long to wait. Default: `pairingLimits.expiryMs`. */
  readonly expiryMs?: number
}

/**
 * Resolves once a member let this hub in.
 * @throws ShoalError SHOAL_PAIRING_FAILED when nobody did in time, or too many wrong codes were tried.
 */
export async function askToJoin(identity: Identity, options: AskOptions): Promise<void> {
  const asking = new Asking(identity, options)
  const server = createServer((socket) => asking.take(socket))
  server.maxConnections = pairingLimits.connectionsMax
  const port = await listen(server, options.port)
  const quiet = options.announce(port)
  const expiryMs = options.expiryMs ?? pairingLimits.expiryMs
  const timer = setTimeout(
    () => asking.fail(pairingFailed('nobody accepted this hub in time', 'run shoal up --pair again for a new code')),
    expiryMs,
  )
  try {
    options.show(showCode(asking.code), port)
    await asking.done
  } finally {
    clearTimeout(timer)
    server.close()
    asking.closeAll()
    await quiet()
  }
}

class Asking {
  readonly code: string
  readonly done: Promise<void>
  readonly #identity: Identity
  readonly #options: AskOptions
  readonly #settle = Promise.withResolvers<void>()
  readonly #sockets = new Set<Socket>()
  #tries = 0
  #isOver = false

  constructor(identity: Identity, options: AskOptions) {
    this.#identity = identity
    this.#options = options
    this.code = createCode(identity.hub)
    this.done = this.#settle.promise
  }

  take(socket: Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    const channel = new PairingChannel(socket)
    // a stranger that breaks off costs nothing; wrong codes are counted where they are found
    void this.#talk(channel)
      .catch(() => undefined)
      .finally(() => channel.close())
  }

  fail(error: ShoalError): void {
    this.#isOver = true
    this.#settle.reject(error)
  }

  closeAll(): void {
    for (const socket of this.#sockets) socket.destroySoon()
  }

  async #talk(channel: PairingChannel): Promise<void> {
    const opening = await channel.receive(openingSchema, pairingLimits.frameBytesMax)
    const { hub: self } = this.#identity
    const own = createShare(this.code, opening.session)
    await channel.send({ hub: self, share: text(own.bytes) })
    const { hub, session, share } = opening
    const transcript = { session, member: { hub, share }, asker: { hub: self, share: own.bytes } }
    const keys = agree(own, share, transcript)
    const proof = await channel.receive(proofSchema, pairingLimits.frameBytesMax)
    const signed = transcriptBytes(transcript)
    if (this.#isOver) return
    if (keys === null || !isSame(proof.confirm, keys.memberConfirms)) return this.#countTry()
    if (!verify(hub, signed, proof.signature)) return this.#countTry()
    await channel.send({ confirm: text(keys.askerConfirms), signature: text(this.#identity.sign(signed)) })
    const { sealed } = await channel.receive(sealedSchema, pairingLimits.introductionBytesMax)
    await this.#enter(unseal(keys.seal, sealed), channel)
  }

  async #enter(introduction: Introduction, channel: PairingChannel): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    try {
      await this.#options.enter(introduction)
      await channel.send({ joined: true })
      this.#settle.resolve()
    } catch (error) {
      this.#settle.reject(error)
    }
  }

  /** A wrong code is a slip of the finger or a guess; a handful is a guess. */
  #countTry(): void {
    this.#tries++
    if (this.#tries < pairingLimits.triesMax) return
    const message = `${this.#tries} wrong codes were tried: somebody guesses, or mistypes`
    this.fail(pairingFailed(message, 'look who is on this network, then run shoal up --pair again'))
  }
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '0.0.0.0')
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw pairingFailed(`cannot listen on port ${port}`, 'choose another port with --port', cause)
  }
  server.on('error', () => undefined)
  return (server.address() as AddressInfo).port
}
