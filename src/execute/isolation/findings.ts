/** What `shoal doctor` says about the walls around other people's code. */
import type { Finding } from '../../client/local-hub.ts'
import { FOREIGN_LEVEL_MIN, type IsolationLevel, isAtLeast } from '../../program/isolation-level.ts'
import type { Trust } from './guard.ts'
import type { Walls } from './walls.ts'

/** Only a hub that must refuse work has a problem; a wall that could be higher is told with the step that raises it. */
export function isolationFindings({ level, lacks }: Walls, trust: Trust): Finding[] {
  const ok = trust === 'full' || isAtLeast(level, FOREIGN_LEVEL_MIN)
  const whose = trust === 'full' ? 'all code of the swarm is trusted and runs without walls' : meanings[level]
  const text = [`${level}: ${whose}`, ...lacks.map(({ what }) => what)].join('; ')
  const next = lacks.length === 0 ? null : lacks.map((one) => one.next).join('; ')
  return [{ check: 'isolation', ok, text, next }]
}

const meanings: Readonly<Record<IsolationLevel, string>> = {
  L0: 'code of other hubs is refused, for nothing walls it off',
  L1: 'code of other hubs is refused, for permission flags are no wall',
  L2: 'code runs in an isolate without Node',
  L3: 'code runs in a jail that shows nothing of this machine',
  L4: 'code runs in an isolate inside a jail',
}
