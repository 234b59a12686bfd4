/** Writes the picture of a simulated run where `--html` says. */
import { writeFile } from 'node:fs/promises'
import type { SimWorld } from '../../simulations/kernel/world.ts'
import type { Point } from '../../simulations/report/chart.ts'
import type { ReportInput } from '../../simulations/report/html.ts'
import { watchMessages } from '../../simulations/report/message-rate.ts'
import { ShoalError } from '../../src/errors.ts'

/** Notes how much is said while a world runs: pass `watch` to what runs it. */
export class MessageWatch {
  points: Point[] = []
  readonly watch = (world: SimWorld): void => {
    this.points = watchMessages(world)
  }
}

/** What follows the last event that matters, as a share of the time before. */
const TAIL_SHARE = 0.03

export async function writeReport(
  file: string,
  world: SimWorld,
  told: Omit<ReportInput, 'events' | 'endMs'> & { readonly zeroMs?: number },
): Promise<void> {
  const { htmlReport } = await import('../../simulations/report/html.ts')
  const { zeroMs = 0, ...input } = told
  const shift = <T extends { readonly atMs: number }>(one: T): T => ({ ...one, atMs: one.atMs - zeroMs })
  const events = world.history.events.map(shift)
  const isShown = (kind: string) => kind === 'ended' || kind === 'fault' || kind === 'execute' || kind === 'boot'
  const lastMs = events.findLast(({ kind }) => isShown(kind))?.atMs ?? world.events.nowMs - zeroMs
  const endMs = Math.min(world.events.nowMs - zeroMs, lastMs * (1 + TAIL_SHARE))
  const messages = (input.messages ?? []).map(shift).filter(({ atMs }) => atMs <= endMs)
  await writeHtml(file, htmlReport({ ...input, messages, events: events.filter(({ atMs }) => atMs <= endMs), endMs }))
}

/** @throws ShoalError SHOAL_USAGE when the file cannot be written. */
export async function writeHtml(file: string, html: string): Promise<void> {
  try {
    await writeFile(file, html)
  } catch (cause) {
    throw new ShoalError('SHOAL_USAGE', `simulate: the report cannot be written to ${file}`, {
      next: 'name another file with --html',
      cause,
    })
  }
}
