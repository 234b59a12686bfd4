/** What the last run of each module showed, spot by spot: `shoal run` writes it, `shoal explain` reads it. */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import * as v from 'valibot'
import { homeFolder } from '../src/client/home.ts'
import { showLimits } from '../src/limits.ts'
import type { SpotReport } from '../src/program/report.ts'

const amount = v.pipe(v.number(), v.finite(), v.minValue(0))

const fileShape = v.object({
  schema: v.literal(1),
  runs: v.array(
    v.object({
      /** Hash of the module's text. */
      source: v.string(),
      spots: v.array(
        v.object({
          spot: amount,
          visits: amount,
          width: amount,
          inPlaceMs: amount,
          stayed: v.string(),
          shards: amount,
          shardMs: amount,
          bytes: amount,
        }),
      ),
    }),
  ),
})

/** Remembers a run of the module whose text is `source`. Best effort: a folder that cannot be written costs nobody a result. */
export async function rememberRun(
  home: string | undefined,
  source: string,
  spots: readonly SpotReport[],
): Promise<void> {
  const file = fileOf(home)
  const key = hashOf(source)
  const others = (await readRuns(file)).filter((run) => run.source !== key)
  const runs = [{ source: key, spots }, ...others].slice(0, showLimits.lastRunsMax)
  const aside = `${file}.${process.pid}`
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(aside, JSON.stringify({ schema: 1, runs }), { mode: 0o600 })
    await rename(aside, file)
  } catch (error) {
    if (process.env.SHOAL_LOG === 'debug') process.stderr.write(`the run is not remembered: ${String(error)}\n`)
  }
}

/** By spot; empty when no run of exactly this text is remembered. */
export async function lastRun(home: string | undefined, source: string): Promise<ReadonlyMap<number, SpotReport>> {
  const key = hashOf(source)
  const found = (await readRuns(fileOf(home))).find((run) => run.source === key)
  return new Map(found?.spots.map((spot) => [spot.spot, spot]))
}

async function readRuns(file: string): Promise<v.InferOutput<typeof fileShape>['runs']> {
  try {
    const parsed = v.safeParse(fileShape, JSON.parse(await readFile(file, 'utf8')))
    return parsed.success ? parsed.output.runs : []
  } catch (error) {
    // No file yet, or a damaged one: then nothing is remembered.
    if (error instanceof Error) return []
    throw error
  }
}

/** In the home that was named, else among caches: it may be deleted at any time. */
function fileOf(home: string | undefined): string {
  const named = home !== undefined || process.env.SHOAL_HOME
  const folder = named ? homeFolder(home) : join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'shoal')
  return join(folder, 'runs.json')
}

function hashOf(source: string): string {
  return createHash('sha256').update(source).digest('hex')
}
