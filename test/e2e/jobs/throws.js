/** Some items throw; which of them is reported must not depend on which shard is first. */
class WeightError extends RangeError {
  constructor(index, weight) {
    super(`item ${index} weighs ${weight}`)
    this.name = 'WeightError'
    this.index = index
  }
}

function check(item, index) {
  if (item.weight > item.limit) throw new WeightError(index, item.weight)
  return item.weight * 2
}

export default async function ({ items, how }) {
  if (how === 'map') return items.map((item, index) => check(item, index))
  const out = []
  if (how === 'loop') {
    for (let i = 0; i < items.length; i++) {
      out.push(check(items[i], i))
    }
    return out
  }
  if (how === 'gather') return await Promise.all(items.map(async (item, index) => check(item, index)))
  if (how === 'value') {
    for (const item of items) {
      if (item.weight > item.limit) throw { thrown: item.weight }
      out.push(item.weight)
    }
    return out
  }
  let total = 0
  for (const item of items) total += check(item, items.indexOf(item))
  return total
}
