/** Where this package lies and which version it is. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the package: the nearest one above whose package.json bears our name. */
export function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (readPackage(folder)?.name !== 'shoal') {
    const parent = dirname(folder)
    if (parent === folder) throw new Error('the package folder of shoal is not above this file')
    folder = parent
  }
  return folder
}

export function packageVersion(): string {
  return readPackage(packageFolder())?.version ?? 'unknown'
}

function readPackage(folder: string): { name?: string; version?: string } | null {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: string; version?: string }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
