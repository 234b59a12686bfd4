/** One hub per home: a lock file that names its holder, and is free as soon as the holder's process is gone. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ShoalError } from '../src/errors.ts'

interface Holder {
  readonly pid: number
  /** When the process started, in the kernel's ticks: tells a later process with the same id apart. Empty if unknown. */
  readonly started: string
  /** The home folder it was made in: a copied home brings a lock along that holds nothing here. Empty if unknown. */
  readonly place: string
}

/**
 * @returns gives the lock back; safe to call twice.
 * @throws ShoalError SHOAL_HOME_BUSY when a hub runs in this home, SHOAL_HOME_UNUSABLE when it cannot be written.
 */
export function lockHome(home: string): () => void {
  const file = join(home, 'hub.lock')
  const own = `${file}.${process.pid}`
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 })
    writeFileSync(own, JSON.stringify({ pid: process.pid, started: startOf(process.pid), place: placeOf(home) }), {
      mode: 0o600,
    })
  } catch (cause) {
    throw new ShoalError('SHOAL_HOME_UNUSABLE', `the home ${home} cannot be written`, {
      next: 'choose another folder: --home DIR',
      cause,
    })
  }
  try {
    while (!tryLink(own, file)) clearOrRefuse(home, file)
  } finally {
    rmSync(own, { force: true })
  }
  return () => {
    if (readHolder(file)?.pid === process.pid) rmSync(file, { force: true })
  }
}

/** A link is made whole or not at all, and only when there is none: no second hub can slip in. */
function tryLink(own: string, file: string): boolean {
  try {
    linkSync(own, file)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  }
}

function clearOrRefuse(home: string, file: string): void {
  const holder = readHolder(file)
  if (holder !== null && holds(home, holder)) {
    throw new ShoalError('SHOAL_HOME_BUSY', `a hub already runs in ${home} (process ${holder.pid})`, {
      next: 'use that hub, or start another one in its own home: shoal up --home DIR',
    })
  }
  // Aside first: of two that find the lock stale, only one moves this file.
  const aside = `${file}.stale.${process.pid}`
  try {
    renameSync(file, aside)
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error
    return
  }
  const moved = readHolder(aside)
  if (moved !== null && holds(home, moved)) linkSync(aside, file)
  rmSync(aside, { force: true })
}

function readHolder(file: string): Holder | null {
  try {
    const { pid, started, place } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Holder>
    return typeof pid === 'number' ? { pid, started: String(started ?? ''), place: String(place ?? '') } : null
  } catch (error) {
    if (isCode(error, 'ENOENT') || error instanceof SyntaxError) return null
    throw error
  }
}

function holds(home: string, holder: Holder): boolean {
  return (holder.place === '' || holder.place === placeOf(home)) && isAlive(holder)
}

function placeOf(home: string): string {
  return String(statSync(home, { bigint: true }).ino)
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if (!isCode(error, 'EPERM')) return false
  }
  const started = startOf(holder.pid)
  return started === '' || holder.started === '' || started === holder.started
}

function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold spaces; the start time is the 20th field after it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ESRCH')) return ''
    throw error
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
