// Joins orders with customers by a prepared index.
export default function ({ orders, customers }) {
  const byId = new Map();
  for (const c of customers) byId.set(c.id, c); //: parallel core
  const joined = orders
    .filter((o) => byId.has(o.customer)) //: parallel core
    .map((o) => ({ ...o, name: byId.get(o.customer).name, total: o.lines.reduce((t, l) => t + l.qty * l.price, 0) }));
  const totals = new Map();
  for (const o of joined) { //: sequential fp-order,carried-dependency must-not
    totals.set(o.name, (totals.get(o.name) ?? 0) + o.total);
  }
  const perCustomer = Object.groupBy(joined, (o) => o.name);
  const counts = Object.entries(perCustomer).map(([name, list]) => [name, list.length]); //: parallel core
  return { joined, totals, counts: Object.fromEntries(counts) };
}

export function input(scale = 1) {
  return {
    customers: Array.from({ length: 6 }, (_, i) => ({ id: i, name: 'c' + i })),
    orders: Array.from({ length: 25 * scale }, (_, i) => ({ id: i, customer: i % 8, lines: [{ qty: 1 + (i % 3), price: 1.1 * i }, { qty: 2, price: 0.3 }] })),
  };
}
