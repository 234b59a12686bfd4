/** History files, or folders of them, as events: each hub's in the order in which it noted them. */
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ShoalError } from '../src/errors.ts'
import { type HistoryEvent, readHistoryLine } from '../src/history/event.ts'
import { historyLimits } from '../src/limits.ts'

/** @throws ShoalError SHOAL_USAGE when something cannot be read or is no history. */
export async function readHistories(paths: readonly string[]): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = []
  for (const path of paths) for (const file of await filesOf(path)) await readInto(events, file)
  if (events.length > 0) return events
  throw new ShoalError('SHOAL_USAGE', 'check: there is no event in these files', {
    next: 'hubs write histories with shoal up --history DIR',
  })
}

async function filesOf(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path]
    const names = (await readdir(path)).filter((name) => name.endsWith('.jsonl')).sort()
    return names.map((name) => join(path, name))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ShoalError('SHOAL_USAGE', `check: ${path} cannot be read: ${why}`, { next: 'check the path', cause })
  }
}

/** A hub that was killed may leave its last line in the middle: such a line counts only if something valid follows at once. */
async function readInto(events: HistoryEvent[], file: string): Promise<void> {
  let torn: { readonly number: number; readonly error: unknown } | null = null
  let number = 0
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    number++
    if (line === '') continue
    if (events.length >= historyLimits.eventsMax)
      throw new ShoalError('SHOAL_USAGE', `check: more than ${historyLimits.eventsMax} events`, {
        next: 'give fewer files',
      })
    try {
      const event = readHistoryLine(line)
      if (torn !== null && event.kind !== 'boot') throw torn.error
      torn = null
      events.push(event)
    } catch (error) {
      if (torn !== null || !(error instanceof ShoalError)) throw inFile(file, torn?.number ?? number, error)
      torn = { number, error }
    }
  }
}

function inFile(file: string, line: number, error: unknown): ShoalError {
  const why = error instanceof Error ? error.message : String(error)
  return new ShoalError('SHOAL_USAGE', `check: ${file}, line ${line}: ${why}`, {
    next: 'give files that hubs wrote with shoal up --history DIR',
    cause: error,
  })
}
