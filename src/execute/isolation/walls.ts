/** Finds out, at the start of a hub, which walls this machine can put around slots, and how it could have better ones. */
import { fileURLToPath } from 'node:url'
import type { IsolationLevel } from '../../program/isolation-level.ts'
import { type LaunchRequest, plainLauncher, type SlotLauncher, slotArguments, slotEnvironment } from '../launcher.ts'
import { findJail, innermostPid, type JailTools, jailPlaces, jailRuntimeUrl, startInJail } from './jail.ts'
import { slotBundle } from './slot-bundle.ts'

export interface Lack {
  readonly what: string
  /** The one step that brings it. */
  readonly next: string
}

export interface Walls {
  readonly level: IsolationLevel
  readonly launchers: readonly SlotLauncher[]
  /** What stands between this machine and L4. */
  readonly lacks: readonly Lack[]
}

/** Tries every wall. Takes a few tenths of a second. */
export function probeWalls(): Walls {
  const jail = findJail()
  const lacks: Lack[] = []
  const launchers: SlotLauncher[] = [plainLauncher()]
  if ('missing' in jail) lacks.push({ what: jail.missing, next: jail.next })
  else launchers.push(jailLauncher(jail))
  const best = launchers.at(-1)?.isolation ?? 'L0'
  return { level: best, launchers, lacks }
}

/** A jail around the plain process: the code sees Node, but of the machine nothing. One job per process. */
export function jailLauncher(tools: JailTools): SlotLauncher {
  return {
    isolation: 'L3',
    isolates: false,
    isOneJob: true,
    innerPid: innermostPid,
    launch: (request) => launchInJail(tools, request),
  }
}

function launchInJail(tools: JailTools, { entryPath, runtimeUrl }: LaunchRequest) {
  const files = {
    [jailPlaces.entry]: slotBundle({ entryPath, platform: 'node' }),
    [jailPlaces.runtime]: slotBundle({ entryPath: fileURLToPath(runtimeUrl), platform: 'node' }),
  }
  return startInJail(tools, {
    files,
    nodeArguments: slotArguments({ entryPath: jailPlaces.entry, runtimeUrl: jailRuntimeUrl }, 0, false),
    env: slotEnvironment(null),
  })
}
