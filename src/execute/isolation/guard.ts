/** Decides behind which walls a job's code runs: by who submitted it, what it demands, and what this machine has. */

import { FOREIGN_LEVEL_MIN, type IsolationLevel, isAtLeast } from '../../program/isolation-level.ts'
import type { HubId } from '../../program/ref.ts'
import { plainLauncher, type SlotLauncher } from '../launcher.ts'
import type { JobSetting } from '../slots.ts'

/** Whose code runs without walls: nobody's, that of jobs submitted at this very hub, or anybody's in the swarm. */
export const trusts = ['none', 'own', 'full'] as const
export type Trust = (typeof trusts)[number]

export interface Guard {
  /** The best this hub has. */
  readonly level: IsolationLevel
  /** What most jobs will need: a process of it is kept warm. */
  readonly usual: SlotLauncher
  /** Null when the job's code may not run here. */
  launcherFor(setting: JobSetting): SlotLauncher | null
}

export interface GuardInit {
  readonly self: HubId
  readonly trust: Trust
  /** Every way to start a slot here; the plain one is among them. */
  readonly launchers: readonly SlotLauncher[]
  /** Whether the program calls what only Node has; such code gets a jail without an isolate. */
  readonly needsNode: (program: Uint8Array) => boolean
}

/** For pools whose jobs are all their owner's: everything runs in plain processes. */
export function noGuard(launcher: SlotLauncher = plainLauncher()): Guard {
  return { level: launcher.isolation, usual: launcher, launcherFor: () => launcher }
}

export function openGuard(init: GuardInit): Guard {
  const launchers = [...init.launchers].sort((a, b) => (isAtLeast(a.isolation, b.isolation) ? -1 : 1))
  const [best] = launchers
  const plain = launchers.find(({ isolation }) => isolation === 'L0')
  if (best === undefined || plain === undefined) throw new Error('a guard has a plain launcher at least')
  const nodeUse = new Map<string, boolean>()
  const usesNode = ({ program }: JobSetting): boolean => {
    const known = nodeUse.get(program.key) ?? init.needsNode(program.bytes)
    if (nodeUse.size > 256) nodeUse.clear()
    nodeUse.set(program.key, known)
    return known
  }
  return {
    level: best.isolation,
    usual: init.trust === 'full' ? plain : best,
    launcherFor(setting) {
      const isOwn = setting.submitter === init.self
      const least = setting.isolation ?? 'L0'
      const isTrusted = init.trust === 'full' || (init.trust === 'own' && isOwn)
      if (isTrusted && least === 'L0') return plain
      const wanted = isOwn || isTrusted || isAtLeast(least, FOREIGN_LEVEL_MIN) ? least : FOREIGN_LEVEL_MIN
      const usable = launchers.filter(({ isolation }) => isAtLeast(isolation, wanted))
      const fitting = usable.filter((launcher) => !launcher.isolates || !usesNode(setting))
      // Own code falls back to the plain process only where there is nothing better at all.
      const walled = fitting.find(({ isolation }) => isAtLeast(isolation, FOREIGN_LEVEL_MIN))
      return walled ?? usable[0] ?? null
    },
  }
}
