// One item takes all the memory there is; the others are honest work.
export default async function poison({ items, bad }) {
  const numbers = Array.from({ length: items }, (_, i) => i)
  return numbers.map((n) => {
    const held = []
    while (n === bad) held.push(new Array(30_000_000).fill(n + 0.5))
    return n * 3 + held.length
  })
}

export function input(scale = 1) {
  return { items: 20 * scale, bad: -1 }
}
