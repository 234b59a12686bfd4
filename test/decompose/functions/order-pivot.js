// Group and aggregate orders: group-by, per-group statistics, pivot.
export default async function pivot({ orders }) {
  const groups = new Map();
  for (const o of orders) { //: guarded,reduce stretch
    if (!groups.has(o.region)) groups.set(o.region, []);
    groups.get(o.region).push(o);
  }
  const stats = [...groups].map(([region, list]) => { //: parallel core
    const amounts = list.map((o) => o.amount).sort((a, b) => a - b); //: inner,sequential any
    const mid = amounts.length >> 1;
    return { region, n: list.length, median: amounts[mid], max: amounts.at(-1) };
  });
  const months = [...new Set(orders.map((o) => o.month))].sort(); //: parallel,sequential any
  const cells = {};
  orders.forEach((o) => { //: sequential,guarded fp-order,carried-dependency,mutated-capture any
    const key = o.region + "/" + o.month;
    cells[key] = (cells[key] || 0) + o.amount;
  });
  const byMonth = {};
  for (const o of orders) (byMonth[o.month] ??= []).push(o.amount); //: guarded,reduce stretch
  const table = months.map((m) => stats.map((s) => cells[s.region + "/" + m] ?? 0)); //: parallel core
  const share = table.map((row) => { //: parallel core
    const sum = row.reduce((a, b) => a + b, 0); //: inner any
    return row.map((v) => (sum === 0 ? 0 : v / sum)); //: inner any
  });
  const outliers = orders.filter((o) => { //: parallel core
    const s = stats.find((x) => x.region === o.region); //: inner any
    return o.amount > 1.5 * s.median;
  });
  const ranked = stats.toSorted((a, b) => b.max - a.max || (a.region < b.region ? -1 : 1)); //: sequential sort must-not
  return { stats, table, share, outliers: outliers.length, ranked, byMonth };
}
export function input(scale = 1) {
  return { orders: Array.from({ length: 36 * scale }, (_, i) => ({ region: "r" + (i % 4), month: "m" + ((i * 5) % 6), amount: ((i * 37) % 50) + 0.5 })) };
}
