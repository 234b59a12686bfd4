// Shards that block without computing, so that two cores can stand for four machines.
export default async function wait({ items, ms }) {
  const numbers = Array.from({ length: items }, (_, i) => i)
  const doubled = numbers.map((n) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
    return 2 * n
  })
  return doubled
}

export function input(scale = 1) {
  return { items: 20 * scale, ms: 1 }
}
