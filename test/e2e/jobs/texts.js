// Results too large for a ledger record: they travel as blobs.
export default async function texts({ items, length }) {
  const numbers = Array.from({ length: items }, (_, i) => i)
  return numbers.map((n) => `${n}:`.padEnd(length, 'ab'))
}

export function input(scale = 1) {
  return { items: 4 * scale, length: 10 }
}
