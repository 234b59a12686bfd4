// Numbers mapped by a function that takes a while: `rounds` square roots each.
export default async function spin({ items, rounds }) {
  const numbers = Array.from({ length: items }, (_, i) => i)
  const sums = numbers.map((n) => {
    let sum = 0
    for (let i = 0; i < rounds; i++) sum += Math.sqrt(i + n)
    return sum
  })
  return { count: sums.length, sums }
}

export function input(scale = 1) {
  return { items: 20 * scale, rounds: 1000 }
}
