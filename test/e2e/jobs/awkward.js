/** Values that are easily lost on the way, and objects that must stay themselves. */
export default async function ({ items, common }) {
  const kept = items.filter((item) => item.n % 3 !== 1)
  const wrapped = items.map((item) => ({ item, common, again: item }))
  const numbers = items.map((item) => [-0, Number.NaN, item.n * -0, 2n ** 70n + BigInt(item.n), undefined, null])
  const sparse = new Array(items.length + 3)
  for (let i = 0; i < items.length; i++) {
    if (i >= 0) sparse[i] = items[i].n / 3
  }
  // biome-ignore lint/suspicious/noSparseArray: holes are the point
  const holes = [items[0], , items[2], , items[4]].map((item) => item.n)
  const byKey = new Map()
  for (const item of items) byKey.set(`k${(item.n * 7) % 5}`, item)
  const seen = new Set()
  for (const item of items) seen.add((item.n * 5) % 7)
  const views = items.map((item) => {
    const bytes = new Uint8Array(4)
    bytes[1] = item.n
    return { bytes, words: new Uint16Array(bytes.buffer) }
  })
  const dates = items.map((item) => new Date(item.n * 1e9))
  return { kept, wrapped, numbers, sparse, holes, byKey, seen, views, dates, items, common, self: wrapped[0] }
}

export function input(scale = 1) {
  const common = { name: 'shared by all', list: [1, 2] }
  const items = Array.from({ length: 11 * scale }, (_, n) => ({ n, common }))
  items[3].friend = items[7]
  return { items, common }
}
