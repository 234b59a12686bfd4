/** What a dial that failed tells about the other side. */

/** The other side has another swarm secret, or none. */
export function isHandshakeFailure(error: unknown): boolean {
  return causes(error).some((one) => one.name === 'EncryptionFailedError')
}

/** Another machine answered with this hub's own identity. */
export function isDialOfSelf(error: unknown): boolean {
  return causes(error).some((one) => one.message.includes('dial self'))
}

function causes(error: unknown): Error[] {
  const errors: unknown[] = error instanceof AggregateError ? error.errors : [error]
  return errors.filter((one) => one instanceof Error)
}
