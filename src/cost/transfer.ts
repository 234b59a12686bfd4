/** What it costs to bring inputs to where a shard would run. */
import type { HubId } from '../program/ref.ts'

/** One input of a unit: its size and the hubs that hold it. */
export interface InputPlace {
  readonly bytes: number
  readonly holders: readonly HubId[]
}

/** Estimates of a link. */
export interface Link {
  readonly bytesPerMs: number
  readonly latencyMs: number
}

/** Milliseconds to bring all inputs to `hub`: a round trip for each source, and the bytes that are not there yet. */
export function transferMs(inputs: readonly InputPlace[], hub: HubId, link: Link): number {
  let missingBytes = 0
  let fetches = 0
  for (const input of inputs) {
    if (input.bytes === 0 || input.holders.includes(hub)) continue
    missingBytes += input.bytes
    fetches++
  }
  return fetches === 0 ? 0 : missingBytes / link.bytesPerMs + 2 * link.latencyMs
}
