/** The version of this package, as its package.json says. */
import { readFileSync } from 'node:fs'

export const VERSION: string = readVersion()

/** The manifest lies two folders up in the sources, three in a build. */
function readVersion(): string {
  const depth = import.meta.url.endsWith('.ts') ? '../..' : '../../..'
  const manifest: unknown = JSON.parse(readFileSync(new URL(`${depth}/package.json`, import.meta.url), 'utf8'))
  const version: unknown = typeof manifest === 'object' && manifest !== null ? Reflect.get(manifest, 'version') : null
  return typeof version === 'string' ? version : 'unknown'
}
