/** Finds out, at the start of a hub, which walls this machine can put around slots, and how it could have better ones. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { slotLimits } from '../../limits.ts'
import type { IsolationLevel } from '../../program/isolation-level.ts'
import { type LaunchRequest, plainLauncher, type SlotLauncher, slotArguments, slotEnvironment } from '../launcher.ts'
import {
  findAddon,
  guestBundle,
  isolateFlags,
  isolateRuntimePath,
  isolateRuntimeUrl,
  isolateTrial,
  jailIsolatePlaces,
} from './isolate-kit.ts'
import {
  findJail,
  innermostPid,
  type JailTools,
  jailLacks,
  jailPlaces,
  jailRuntimeUrl,
  type Lack,
  startInJail,
} from './jail.ts'
import { slotBundle } from './slot-bundle.ts'

export interface Walls {
  readonly level: IsolationLevel
  readonly launchers: readonly SlotLauncher[]
  /** What stands between this machine and L4, and between its jails and whole ones. */
  readonly lacks: readonly Lack[]
}

/** Tries every wall. Takes a few tenths of a second. */
export function probeWalls(): Walls {
  const jail = findJail()
  const addon = findAddon()
  const lacks: Lack[] = []
  const launchers: SlotLauncher[] = [plainLauncher()]
  const refusal = 'missing' in addon ? addon.missing : tryIsolate(addon.path)
  if (refusal === null && 'path' in addon) launchers.push(isolateLauncher(addon.path))
  else
    lacks.push({ what: `isolates cannot be made: ${refusal}`, next: 'npm install isolated-vm, with Node 24 or newer' })
  if ('missing' in jail) lacks.push({ what: jail.missing, next: jail.next })
  else {
    lacks.push(...jailLacks(jail))
    launchers.push(jailLauncher(jail))
    if (refusal === null && 'path' in addon) launchers.push(jailedIsolateLauncher(jail, addon.path))
  }
  return { level: launchers.at(-1)?.isolation ?? 'L0', launchers, lacks }
}

/** L3: a jail around a plain process. The code sees Node, but of the machine nothing. One job per process. */
export function jailLauncher(tools: JailTools): SlotLauncher {
  return {
    isolation: 'L3',
    isolates: false,
    isOneJob: true,
    innerPid: innermostPid,
    launch: ({ entryPath, runtimeUrl }) => {
      const runtime = slotBundle({ entry: { path: fileURLToPath(runtimeUrl) }, platform: 'node' })
      return launchInJail(tools, { entryPath, runtimeUrl: jailRuntimeUrl }, { [jailPlaces.runtime]: runtime }, [])
    },
  }
}

/** L2: an isolate without Node in a plain process. `guestPath` names another guest bundle than that of decomposed programs. */
export function isolateLauncher(addonPath: string, guestPath?: string): SlotLauncher {
  const parent = plainLauncher()
  return {
    isolation: 'L2',
    isolates: true,
    isOneJob: false,
    launch: ({ entryPath, yields = false }) => {
      const files = { addon: addonPath, guest: guestPath ?? guestBundle() }
      return parent.launch({
        entryPath,
        yields,
        runtimeUrl: isolateRuntimeUrl(isolateRuntimePath(), files),
        flags: isolateFlags,
      })
    },
  }
}

/** L4: the isolate, and the jail around its process. */
export function jailedIsolateLauncher(tools: JailTools, addonPath: string, guestPath?: string): SlotLauncher {
  return {
    isolation: 'L4',
    isolates: true,
    isOneJob: false,
    innerPid: innermostPid,
    launch: ({ entryPath }) => {
      const files = {
        [jailPlaces.runtime]: slotBundle({ entry: { path: isolateRuntimePath() }, platform: 'node' }),
        [jailIsolatePlaces.addon]: addonPath,
        [jailIsolatePlaces.guest]: guestPath ?? guestBundle(),
      }
      const runtimeUrl = isolateRuntimeUrl(jailPlaces.runtime, jailIsolatePlaces)
      return launchInJail(tools, { entryPath, runtimeUrl }, files, isolateFlags)
    },
  }
}

function launchInJail(
  tools: JailTools,
  { entryPath, runtimeUrl }: LaunchRequest,
  files: Readonly<Record<string, string>>,
  flags: readonly string[],
) {
  const entry = slotBundle({ entry: { path: entryPath }, platform: 'node' })
  return startInJail(tools, {
    files: { [jailPlaces.entry]: entry, ...files },
    nodeArguments: slotArguments({ entryPath: jailPlaces.entry, runtimeUrl, flags }, 0, false),
    env: slotEnvironment(null),
  })
}

/** @returns null when a Node of its own can make an isolate, else what it said. */
function tryIsolate(addonPath: string): string | null {
  const { status, stderr, error } = spawnSync(process.execPath, isolateTrial(addonPath), {
    timeout: slotLimits.startMs,
    env: {},
  })
  if (status === 0) return null
  return error?.message ?? String(stderr).trim().split('\n').at(-1) ?? `exit code ${status}`
}
