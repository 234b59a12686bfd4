/** What every simulation takes at the most, and how it refuses the rest. */
import { ShoalError } from '../../src/errors.ts'

export { HUBS_MAX, MS_MAX, SHARDS_MAX } from '../../simulations/scenarios/scenario-file.ts'

/** A wrong word on the command line of `shoal simulate`; `what` is the verb as it was meant. */
export function usageOf(what: string): (message: string, next: string) => ShoalError {
  return (message, next) => new ShoalError('SHOAL_USAGE', `${what}: ${message}`, { next })
}
