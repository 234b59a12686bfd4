// Every item runs for ever, and listens to nothing.
export default async function endless({ items }) {
  const numbers = Array.from({ length: items }, (_, i) => i)
  return numbers.map((n) => {
    let turns = n
    while (turns >= 0) turns = (turns + 1) % 1_000_003
    return turns
  })
}

export function input(scale = 1) {
  return { items: 2 * scale }
}
