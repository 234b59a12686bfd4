/** Watches how much the hubs of a world say, without a trace in its history. */
import type { SimWorld } from '../kernel/world.ts'
import type { Point } from './chart.ts'

const EVERY_MS = 250

/** @returns messages per second, growing while the world runs. */
export function watchMessages(world: SimWorld): Point[] {
  const points: Point[] = [{ atMs: 0, low: 0, high: 0 }]
  let before = world.network.messages
  const look = () => {
    const { messages } = world.network
    points.push({ atMs: world.events.nowMs, low: 0, high: ((messages - before) * 1000) / EVERY_MS })
    before = messages
    world.events.after(EVERY_MS, look)
  }
  world.events.after(EVERY_MS, look)
  return points
}
