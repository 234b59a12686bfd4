// Nearest depot for each customer, cheapest plan overall.
function cost(plan, demand) {
  let c = plan.fixed;
  for (const d of demand) c += d * plan.rate + Math.max(0, d - plan.limit) * 2; //: inner,sequential any
  return c;
}

export default function ({ plans, demand, customers, depots }) {
  let best = null;
  let bestCost = Infinity;
  for (const plan of plans) { //: guarded,reduce stretch
    const c = cost(plan, demand);
    if (c < bestCost) {
      bestCost = c;
      best = plan;
    }
  }
  const nearest = customers.map((p) => { //: parallel core
    let index = -1;
    let distance = Infinity;
    depots.forEach((d, i) => { //: inner,sequential,guarded any
      const far = Math.hypot(d.x - p.x, d.y - p.y);
      if (far < distance) {
        distance = far;
        index = i;
      }
    });
    return index;
  });
  return { best, bestCost, nearest };
}

export function input(scale = 1) {
  return {
    plans: Array.from({ length: 9 * scale }, (_, i) => ({ name: 'plan' + i, fixed: (i * 13) % 17, rate: 1 + ((i * 5) % 7) / 10, limit: 10 + i })),
    demand: [5, 12, 30, 8],
    customers: Array.from({ length: 15 * scale }, (_, i) => ({ x: Math.sin(i) * 10, y: Math.cos(i * 3) * 10 })),
    depots: [{ x: 0, y: 0 }, { x: 5, y: -5 }, { x: -6, y: 4 }],
  };
}
