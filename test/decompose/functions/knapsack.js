// 0/1 knapsack for several capacities: the table is carried, capacities are independent.
function solve(items, capacity) {
  const best = new Array(capacity + 1).fill(0);
  for (const item of items) { //: sequential carried-dependency any
    for (let c = capacity; c >= item.weight; c--) { //: sequential carried-dependency any
      best[c] = Math.max(best[c], best[c - item.weight] + item.value);
    }
  }
  return best[capacity];
}

export default function ({ items, capacities }) {
  const results = new Map();
  capacities.forEach((capacity) => { //: parallel core
    results.set(capacity, solve(items, capacity));
  });
  let most = 0;
  for (const value of results.values()) most = Math.max(most, value); //: reduce core
  return { results, most };
}

export function input(scale = 1) {
  return { items: Array.from({ length: 12 }, (_, i) => ({ weight: 1 + (i % 5), value: 3 + ((i * 7) % 11) })), capacities: Array.from({ length: 9 * scale }, (_, i) => 5 + i * 2) };
}
