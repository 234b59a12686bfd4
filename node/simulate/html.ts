/** Writes the picture of a simulated run where `--html` says. */
import { writeFile } from 'node:fs/promises'
import type { SimWorld } from '../../simulations/kernel/world.ts'
import { ShoalError } from '../../src/errors.ts'
import type { Arguments } from '../arguments.ts'

export async function writeReport(
  args: Arguments,
  title: string,
  world: SimWorld,
  figures: Readonly<Record<string, unknown>>,
): Promise<void> {
  const file = args.text('html')
  if (file === undefined) return
  const { htmlReport } = await import('../../simulations/report/html.ts')
  const { events } = world.history
  await writeHtml(file, htmlReport({ title, events, endMs: world.events.nowMs, figures }))
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
