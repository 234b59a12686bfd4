// Statistics: covariance matrix, correlation, bootstrap quantiles, outer aggregation by reduce with objects.
const mean = (xs) => xs.reduce((a, b) => a + b, 0) / xs.length; //: inner,sequential fp-order any
const column = (rows, j) => rows.map((r) => r[j]); //: inner,sequential,parallel any
export default async function stats({ rows, resamples }) {
  const k = rows[0].length;
  const means = Array.from({ length: k }, (_, j) => mean(column(rows, j))); //: parallel core
  const cov = [];
  for (let i = 0; i < k; i++) { //: parallel core
    const line = [];
    for (let j = 0; j < k; j++) { //: inner any
      let s = 0;
      for (const r of rows) s += (r[i] - means[i]) * (r[j] - means[j]); //: inner any
      line.push(s / (rows.length - 1));
    }
    cov.push(line);
  }
  const corr = cov.map((line, i) => line.map((c, j) => c / Math.sqrt(cov[i][i] * cov[j][j]))); //: parallel core
  let strongest = { i: 0, j: 1, r: 0 };
  corr.forEach((line, i) => { //: guarded,reduce,sequential carried-dependency stretch
    line.forEach((r, j) => { //: guarded,inner,sequential,reduce any
      if (i < j && Math.abs(r) > Math.abs(strongest.r)) strongest = { i, j, r };
    });
  });
  const boots = Array.from({ length: resamples }, (_, b) => { //: parallel core
    let s = 0;
    for (let t = 0; t < rows.length; t++) s += rows[(t * 7919 + b * 104729) % rows.length][0]; //: inner any
    return s / rows.length;
  });
  const sorted = Float64Array.from(boots).sort();
  const extent = rows.reduce(([lo, hi], r) => [Math.min(lo, r[0]), Math.max(hi, r[0])], [Infinity, -Infinity]); //: sequential,guarded,reduce carried-dependency any
  const positive = rows.every((r) => r.some((v) => v > 0)); //: speculative trivial
  return { means, corr, strongest, lo: sorted[Math.floor(resamples * 0.05)], extent, positive };
}
export function input(scale = 1) {
  return { resamples: 20 * scale, rows: Array.from({ length: 18 * scale }, (_, i) => [Math.sin(i), Math.cos(i * 1.3), (i % 7) / 3]) };
}
