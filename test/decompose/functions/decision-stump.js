// Best split of a decision stump, argmin over features and thresholds.
function gini(rows, f, t) {
  let l = 0, r = 0, lp = 0, rp = 0;
  for (const row of rows) { //: inner,sequential,reduce any
    if (row.x[f] < t) { l++; lp += row.y; } else { r++; rp += row.y; }
  }
  const g = (n, p) => (n === 0 ? 0 : n * (p / n) * (1 - p / n));
  return g(l, lp) + g(r, rp);
}
export default async function train({ rows, features, thresholds }) {
  let best = { feature: -1, threshold: 0, score: Infinity };
  for (let f = 0; f < features; f++) { //: guarded,reduce,fission stretch
    for (const t of thresholds) { //: guarded,reduce,inner,fission any
      const score = gini(rows, f, t);
      if (score < best.score) best = { feature: f, threshold: t, score };
    }
  }
  let worstIndex = 0;
  for (let i = 1; i < rows.length; i++) { //: guarded,reduce stretch
    if (rows[i].x[0] > rows[worstIndex].x[0]) worstIndex = i;
  }
  let lo = Infinity, hi = -Infinity;
  for (const row of rows) { //: guarded,reduce stretch
    if (row.x[1] < lo) lo = row.x[1];
    hi = row.x[1] > hi ? row.x[1] : hi;
  }
  const predicted = rows.map((r) => (r.x[best.feature] < best.threshold ? 1 : 0)); //: parallel core
  let right = 0;
  rows.forEach((r, i) => { //: reduce,parallel core
    if (r.y === predicted[i]) right += 1;
  });
  return { best, worstIndex, lo, hi, right };
}
export function input(scale = 1) {
  return { features: 3, thresholds: [0.1, 0.3, 0.5, 0.7], rows: Array.from({ length: 25 * scale }, (_, i) => ({ x: [Math.sin(i), Math.cos(i * 2), (i % 5) / 5], y: i % 3 === 0 ? 1 : 0 })) };
}
