/** Follows what a real hub notes, to act in the very moment in which it has taken a step. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type HistoryEvent, readHistoryLine } from '../../src/history/event.ts'
import type { RealHub } from './real-hubs.ts'

/** What a hub has noted so far; a line that is just being written is left out. */
export async function notes(hub: RealHub): Promise<HistoryEvent[]> {
  const text = await readFile(join(hub.history, `${hub.hub}.jsonl`), 'utf8').catch(() => '')
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n')
  return lines.filter((line) => line !== '').map(readHistoryLine)
}

/** Looks without a pause until the hub has noted such a step; returns within about a millisecond of it. */
export async function noted(
  hub: RealHub,
  what: string,
  isStep: (event: HistoryEvent) => boolean,
  deadlineMs = 30_000,
): Promise<HistoryEvent> {
  const end = performance.now() + deadlineMs
  for (;;) {
    const found = (await notes(hub)).find(isStep)
    if (found !== undefined) return found
    if (performance.now() > end) throw new Error(`waited ${deadlineMs} ms in vain: hub notes ${what}`)
  }
}
