/** The launchers of this machine by level, for programs that are scripts, and what is missing where a level is. */
import { fileURLToPath } from 'node:url'
import { findAddon, guestBundle } from '../../../src/execute/isolation/isolate-kit.ts'
import { findJail } from '../../../src/execute/isolation/jail.ts'
import { isolateLauncher, jailedIsolateLauncher, jailLauncher } from '../../../src/execute/isolation/walls.ts'
import { plainLauncher, type SlotLauncher } from '../../../src/execute/launcher.ts'

export type Walled = 'L2' | 'L3' | 'L4'
export const walled: readonly Walled[] = ['L2', 'L3', 'L4']

const jail = findJail()
const addon = findAddon()
const scriptedGuest = fileURLToPath(new URL('../../fixtures/scripted-guest.ts', import.meta.url))

/** Why a level cannot be had here, or false. */
export function lacking(level: Walled): string | false {
  if (level !== 'L2' && 'missing' in jail) return jail.missing
  if (level !== 'L3' && 'missing' in addon) return addon.missing
  return false
}

/** `scripted`: for programs of test/fixtures/scripted-runtime.ts instead of decomposed ones. */
export function launcherAt(level: 'L0' | Walled, scripted: boolean): SlotLauncher {
  if (level === 'L0') return plainLauncher()
  if (level === 'L3' && !('missing' in jail)) return jailLauncher(jail)
  if ('missing' in addon) throw new Error(addon.missing)
  const guest = scripted ? guestBundle(scriptedGuest) : undefined
  if (level === 'L2') return isolateLauncher(addon.path, guest)
  if ('missing' in jail) throw new Error(jail.missing)
  return jailedIsolateLauncher(jail, addon.path, guest)
}
