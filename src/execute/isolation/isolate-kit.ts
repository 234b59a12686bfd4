/** What it takes to run code in isolates: the addon's prebuilt file for this Node, and the bundle that runs in them. */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { siblingPath, slotBundle } from './slot-bundle.ts'

/** Isolates start only in a Node whose own start was not from a snapshot. */
export const isolateFlags = ['--no-node-snapshot'] as const

/** The addon for this Node and machine, or why there is none. */
export function findAddon(): { readonly path: string } | { readonly missing: string } {
  try {
    const require = createRequire(import.meta.url)
    const packageFile = require.resolve('isolated-vm')
    // The package itself names its file this way; it must not be loaded into a hub to be asked.
    const locate = createRequire(packageFile)('node-gyp-build') as { path(folder: string): string }
    return { path: locate.path(dirname(packageFile)) }
  } catch (error) {
    return { missing: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) }
  }
}

/** Ends at once, well where isolates work: to be run by a Node of its own. */
export function isolateTrial(addonPath: string): string[] {
  const script = `const {ivm}=require(${JSON.stringify(addonPath)});new ivm.Isolate({memoryLimit:8}).createContextSync().evalSync('1')`
  return [...isolateFlags, '-e', script]
}

/**
 * The bundle that runs in isolates. `runtimePath` names a module that exports `loadGuest`; by default that of decomposed
 * programs.
 */
export function guestBundle(runtimePath: string = siblingPath('../guest/runtime', import.meta.url)): string {
  const guest = (name: string): string => siblingPath(`../guest/${name}`, import.meta.url)
  const text = [
    `import { startGuest } from ${JSON.stringify(guest('main'))}`,
    `import { loadGuest } from ${JSON.stringify(runtimePath)}`,
    'export const start = (outside) => startGuest(outside, loadGuest)',
  ].join('\n')
  return slotBundle({
    entry: { text },
    platform: 'isolate',
    alias: {
      'node:util': guest('types'),
      'node:vm': guest('node-vm'),
      'node:module': guest('node-module'),
      'node:crypto': guest('node-crypto'),
      'node:v8': guest('node-v8'),
      'node:async_hooks': guest('node-async-hooks'),
    },
    inject: [guest('buffer')],
  })
}

/** The URL under which a slot finds its isolates' kit: the module, and by query where the files lie. */
export function isolateRuntimeUrl(
  modulePath: string,
  files: { readonly addon: string; readonly guest: string },
): string {
  const url = pathToFileURL(modulePath)
  url.searchParams.set('addon', files.addon)
  url.searchParams.set('guest', files.guest)
  return url.href
}

/** The module of a slot that runs its programs in isolates. */
export function isolateRuntimePath(): string {
  return siblingPath('../entry/isolate-runtime', import.meta.url)
}

export const jailIsolatePlaces = { addon: join('/slot', 'isolates.node'), guest: join('/slot', 'guest.js') } as const
