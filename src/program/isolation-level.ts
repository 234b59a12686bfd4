/** How well a slot is walled off from the machine it runs on, and how levels compare. */

/** L0 a process, L1 + permission flags (never counted on), L2 an isolate in it, L3 a jail around it, L4 both. */
export const isolationLevels = ['L0', 'L1', 'L2', 'L3', 'L4'] as const
export type IsolationLevel = (typeof isolationLevels)[number]

/** The least level at which a hub runs code of others without being told to. */
export const FOREIGN_LEVEL_MIN: IsolationLevel = 'L2'

export function isAtLeast(level: IsolationLevel, wanted: IsolationLevel): boolean {
  return isolationLevels.indexOf(level) >= isolationLevels.indexOf(wanted)
}

export function isLevel(text: unknown): text is IsolationLevel {
  return isolationLevels.some((level) => level === text)
}

/** Labels that a hub gives itself: how well it walls off code, and `full` where its operator trusts the whole swarm. */
export const ISOLATION_LABEL = 'isolation'
export const TRUST_LABEL = 'trust'
