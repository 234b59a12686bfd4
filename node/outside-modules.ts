/** Modules of Node by which a function would reach outside: behind the walls of a running hub there is nothing to reach. */
import type { Program } from '../src/program/program.ts'

const names = 'fs|fs/promises|net|tls|dgram|dns|dns/promises|http|https|http2|child_process|cluster|inspector'
const imported = new RegExp(`\\bimport\\(\\s*["'](?:node:)?(${names})["']`, 'g')

/** Their names, as far as the program imports them by name. */
export function outsideModules({ main, chunks }: Pick<Program, 'main' | 'chunks'>): string[] {
  const found = [main, ...chunks.map(({ code }) => code)].flatMap((code) => [...code.matchAll(imported)])
  return [...new Set(found.map(([, name]) => `node:${name}`))].sort()
}

/** One line for people; empty where there is nothing to say. */
export function outsideText(modules: readonly string[]): string {
  if (modules.length === 0) return ''
  const what = 'on a running hub files, network and processes of the machine are not there'
  return `\nit imports ${modules.join(', ')}: ${what}, unless it was started with shoal up --trust own\n`
}
