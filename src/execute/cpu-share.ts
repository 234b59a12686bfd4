/** What slots take of the CPU beside other programs: where they yield, about a tenth of an ordinary one, whoever started that and where. */
import { readFileSync, writeFileSync } from 'node:fs'
import { constants as osConstants } from 'node:os'
import { slotLimits } from '../limits.ts'

/** The nice value of slots. */
export const slotNice = osConstants.priority.PRIORITY_BELOW_NORMAL

/**
 * Gives the session of a slot the weight of its nice value.
 *
 * Linux weighs sessions against each other before it weighs the programs in one (autogroups): beside a program of another session the
 * nice value of a process counts for nothing. So a slot that is to yield has a session of its own. Where there are no autogroups, as in the
 * control group of a service, the nice value alone counts, and this does nothing.
 */
export function weighSession(pid: number): void {
  if (process.platform !== 'linux') return
  const session = sessionOf(pid)
  // The hub's own session is that of whoever started it: that is not ours to weigh.
  if (session !== null && session !== sessionOf('self')) weigh(pid, session, slotLimits.weighTriesMax)
}

/** The kernel lets ordinary users weigh ten sessions a second, of the whole machine: later tries have their turn. */
function weigh(pid: number, session: string, triesLeft: number): void {
  // By then the process may be gone, and its number another's.
  if (sessionOf(pid) !== session) return
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(slotNice))
  } catch (error) {
    const isBusy = error instanceof Error && 'code' in error && error.code === 'EAGAIN'
    if (isBusy && triesLeft > 1) setTimeout(weigh, slotLimits.weighAgainMs, pid, session, triesLeft - 1).unref()
    else if (!(error instanceof Error && 'code' in error)) throw error
  }
}

/** The kernel's name for the autogroup of a process; null where there is none. */
function sessionOf(pid: number | 'self'): string | null {
  try {
    return readFileSync(`/proc/${pid}/autogroup`, 'latin1').split(' ')[0] ?? null
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null
    throw error
  }
}
