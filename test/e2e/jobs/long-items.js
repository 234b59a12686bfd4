// A few items, each a long sequential walk: whoever takes one over must go on in the middle of it.
function walk(seed, steps) {
  let x = seed
  const seen = new Float64Array(16)
  for (let i = 0; i < steps; i++) {
    x = (x * 1103515245 + 12345) % 2147483648
    seen[i & 15] += x / 7
  }
  return [x, seen]
}

export default async function ({ items, steps }) {
  const seeds = Array.from({ length: items }, (_, i) => i + 1)
  return seeds.map((seed) => walk(seed, steps))
}

export function input(scale = 1) {
  return { items: 6, steps: 150_000_000 * scale }
}
