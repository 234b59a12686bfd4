/** What the hubs decided of a shard that took down every slot it ran in: it is not tried once more in the root's own. */
import type { ThrownError } from '../../execute/codec/codec.ts'
import { toThrown } from '../../execute/codec/outcome.ts'

const codes: ReadonlySet<unknown> = new Set([
  'SHOAL_SHARD_POISON',
  'SHOAL_SHARD_CRASHED',
  'SHOAL_SHARD_DEADLINE',
  'SHOAL_SHARD_MEMORY',
])

const verdicts = new WeakSet<object>()

/** The error to throw for a condemned shard; null where its own code threw, which the root finds out by running it. */
export function verdictOf(error: ThrownError): Error | null {
  if (error.item >= 0 || error.name !== 'ShoalError') return null
  const thrown = toThrown(error)
  if (!(thrown instanceof Error) || !codes.has(Reflect.get(thrown, 'code'))) return null
  verdicts.add(thrown)
  return thrown
}

export function isVerdict(thrown: unknown): boolean {
  return typeof thrown === 'object' && thrown !== null && verdicts.has(thrown)
}
