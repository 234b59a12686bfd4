/** A graph that grows as it runs: parts are measured, joined pairwise, and one more call depends on what came out. */
import { shard } from 'shoal'

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

const measure = shard(async (index, ms) => {
  await pause(ms)
  if (index < 0) throw new RangeError(`part ${index} is negative`)
  return { sum: index, parts: [index], drawn: Math.random() }
})

const join = shard(async (left, right, ms) => {
  await pause(ms)
  return { sum: left.sum + right.sum, parts: [...left.parts, ...right.parts], drawn: left.drawn + right.drawn }
})

export default async function ({ parts, ms }) {
  let level = parts.map((part) => measure(part, ms))
  while (level.length > 1) {
    const next = []
    for (let i = 0; i < level.length; i += 2)
      next.push(i + 1 < level.length ? join(level[i], level[i + 1], ms) : level[i])
    level = next
  }
  const whole = await level[0]
  return { whole, again: measure(whole.sum, ms) }
}
