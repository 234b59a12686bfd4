/** What a hub tells its own user when something cannot be done as asked. */
import { ShoalError } from '../errors.ts'
import { TOO_FEW_REASON } from '../hub/verify.ts'
import type { HubId, JobId } from '../program/ref.ts'

export function mayNotDrain(): ShoalError {
  return new ShoalError('SHOAL_ROLE_MISSING', 'this hub may not drain others', {
    next: 'run shoal drain on that machine, or on a hub with the submit role',
  })
}

export function notThere(hub: HubId): ShoalError {
  return new ShoalError('SHOAL_HUB_UNREACHABLE', `no hub ${JSON.stringify(hub)} is in the swarm now`, {
    next: 'take one from `shoal hubs`',
  })
}

export function fellSilent(hub: HubId): ShoalError {
  return new ShoalError('SHOAL_HUB_UNREACHABLE', `${hub} fell silent before it had handed over`, {
    next: 'nothing: what it held is claimed by others from the last checkpoints',
  })
}

export function notAccepted(job: JobId): ShoalError {
  return new ShoalError('SHOAL_JOB_NOT_ACCEPTED', `no second hub took job ${job} in time; it goes on here`, {
    next: `look at the hubs with \`shoal hubs\`, then \`shoal job ${job}\``,
  })
}

export function overdue(): ShoalError {
  return new ShoalError('SHOAL_JOB_EXPIRED', 'the job did not end before its deadline', {
    next: 'give it more time, or more hubs, and submit it again',
  })
}

/** Too few hubs are there for a job whose results are to be compared. */
export function tooFewHubs(short: string): ShoalError {
  return new ShoalError('SHOAL_JOB_UNVERIFIED', short, { next: 'start more hubs, or ask for fewer with --verify' })
}

/** Too few hubs were there to compare results, or they did not agree. @param reason as the job's cancel tells it */
export function unverified(reason: string): ShoalError {
  return new ShoalError('SHOAL_JOB_UNVERIFIED', reason.replace(TOO_FEW_REASON, '').trim(), {
    next: 'start more hubs, ask for fewer with --verify, or look at those that disagree: shoal job ID',
  })
}
