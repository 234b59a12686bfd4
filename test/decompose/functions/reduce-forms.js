// The same summaries by `reduce`, in the ways people write them.
export default async function ({ orders, words }) {
  const a = words.reduce((acc, w) => { //: guarded core
    acc[w] = (acc[w] || 0) + 1;
    return acc;
  }, {});
  const b = words.reduce((acc, w) => { acc[w] = (acc[w] ?? 0) + 1; return acc; }, Object.create(null)); //: guarded core
  const c = words.reduce((acc, w) => { //: guarded core
    if (!(w in acc)) acc[w] = 0;
    acc[w]++;
    return acc;
  }, {});
  const d = words.reduce((acc, w) => (acc[w] = (acc[w] || 0) + 1, acc), {}); //: guarded core
  const e = words.reduce((acc, w) => ({ ...acc, [w]: (acc[w] || 0) + 1 }), {}); //: guarded core
  const f = words.reduce((acc, w) => acc.set(w, (acc.get(w) ?? 0) + 1), new Map()); //: reduce core
  const g = orders.reduce((groups, o) => { //: guarded core
    if (!groups[o.region]) groups[o.region] = [];
    groups[o.region].push(o);
    return groups;
  }, {});
  const h = orders.reduce((groups, o) => ({ ...groups, [o.region]: [...(groups[o.region] || []), o.id] }), {}); //: guarded core
  const i = orders.reduce((byId, o) => { byId[o.id] = o; return byId; }, {}); //: parallel core
  const j = orders.reduce((byId, o) => byId.set(o.id, o.cents), new Map()); //: parallel core
  const k = orders.reduce((list, o) => (o.cents > 500 ? [...list, o.id] : list), []); //: sequential carried-dependency must-not
  const l = orders.reduce((sum, o) => { //: guarded core
    sum[o.region] = (sum[o.region] ?? 0) + o.cents;
    return sum;
  }, {});
  const m = orders.reduce((acc, o) => { //: guarded core
    acc.count += 1;
    acc.cents += o.cents;
    return acc;
  }, { count: 0, cents: 0 });
  const n = orders.reduce((acc, o) => ({ count: acc.count + 1, cents: acc.cents + o.cents }), { count: 0, cents: 0 }); //: guarded core
  const o = {};
  for (const order of orders) { //: guarded stretch
    if (order.region in o) o[order.region] += order.cents;
    else o[order.region] = order.cents;
  }
  const p = new Map();
  for (const order of orders) p.set(order.region, (p.get(order.region) ?? 0) + order.cents); //: guarded stretch
  const q = orders.reduce((acc, order) => { //: sequential fp-order must-not
    acc[order.region] = (acc[order.region] ?? 0) + order.cents / 7;
    return acc;
  }, {});
  const r = orders.reduce((acc, order) => { //: sequential carried-dependency must-not
    acc[order.region] = Object.keys(acc).length;
    return acc;
  }, {});
  const s = orders.reduce((acc, order) => { //: sequential carried-dependency,mutated-capture must-not
    if (acc.has(order.region)) return acc;
    return acc.set(order.region, acc.size);
  }, new Map());
  return { a, b: { ...b }, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s };
}

export function input(scale = 1) {
  const words = Array.from({ length: 26 * scale }, (_, i) => ['ant', '7', 'cow', '12', 'eel', 'zz'][(i * i + 3 * i) % 6]);
  const orders = Array.from({ length: 27 * scale }, (_, i) => ({ id: `o${(i * 11) % 27}`, region: ['n', '4', 's', '1'][(i * 7) % 4], cents: ((i * 373) % 997) - 90 }));
  return { words, orders };
}
