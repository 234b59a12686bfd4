// A sequential walk in the root, and the same within each of a few items: minutes of state, and no call of ctx.checkpoint.
function walk(seed, steps) {
  const seen = new Float64Array(64)
  let x = seed
  for (let i = 0; i < steps; i++) {
    x = (x * 1103515245 + 12345) % 2147483648
    seen[i & 63] += x / 7
  }
  return { x, seen }
}

export default async function ({ steps, items }) {
  if (items > 0) {
    const seeds = Array.from({ length: items }, (_, i) => i + 1)
    return seeds.map((seed) => walk(seed, steps))
  }
  let x = 1
  let drawn = 0
  const trail = []
  for (let i = 0; i < steps; i++) {
    x = (x * 1103515245 + 12345) % 2147483648
    if (i % 1_000_000 === 0) {
      drawn = (drawn * 3 + Math.random()) % 1
      trail.push([i, x, drawn])
    }
  }
  return { x, drawn, trail }
}
