/** What a dial, or a port, that failed tells. */
import { ShoalError } from '../errors.ts'
import { liveLimits } from '../limits.ts'

export const HANDSHAKE_FAILED = 'the handshake failed: it has another swarm secret, or none'
export const TWIN = 'it uses the identity of this hub: a copied home folder? Give one of them a new one'

/** The other side has another swarm secret, or none. */
export function isHandshakeFailure(error: unknown): boolean {
  return causes(error).some((one) => one.name === 'EncryptionFailedError')
}

/** Another machine answered with this hub's own identity. */
export function isDialOfSelf(error: unknown): boolean {
  return causes(error).some((one) => one.message.includes('dial self'))
}

/** In words: of several addresses, what went wrong with each. */
export function reasonOf(error: unknown): string {
  const messages = [...new Set(causes(error).map((one) => one.message))]
  return (messages.length === 0 ? String(error) : messages.join('; ')).slice(0, liveLimits.reasonCharactersMax)
}

function causes(error: unknown): Error[] {
  const errors: unknown[] = error instanceof AggregateError ? error.errors : [error]
  return errors.filter((one) => one instanceof Error)
}

export function cannotListen(port: number, cause: unknown): ShoalError {
  const told = String((cause as { message?: unknown }).message ?? cause)
  // libp2p tells every address with a stack; what the system said of the first one is enough.
  const detail = /listen E[A-Z]+: ([^\n]*)/.exec(told)?.[1] ?? told.split('\n')[0]
  return new ShoalError('SHOAL_PORT_TAKEN', `cannot listen on port ${port}: ${detail}`, {
    next: 'choose another port with --port, or 0 for any free one',
    cause,
  })
}
