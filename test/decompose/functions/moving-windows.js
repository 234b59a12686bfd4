// Moving average, exponential smoothing, anomaly flags, windows; rolling state.
export default async function ({ series, window }) {
  const n = series.length;
  const moving = new Float64Array(n);
  for (let i = 0; i < n; i++) { //: parallel,guarded core
    let s = 0, c = 0;
    for (let k = Math.max(0, i - window); k <= Math.min(n - 1, i + window); k++) { s += series[k]; c++; } //: inner any
    moving[i] = s / c;
  }
  let level = series[0];
  const smooth = series.map((v) => (level = 0.3 * v + 0.7 * level)); //: sequential mutated-capture,carried-dependency must-not
  const residuals = series.map((v, i) => v - moving[i]); //: parallel core
  const mean = residuals.reduce((a, b) => a + b, 0) / n; //: sequential,fission fp-order must-not
  const sd = Math.sqrt(residuals.reduce((a, r) => a + (r - mean) ** 2, 0) / n); //: sequential,fission fp-order must-not
  const flags = residuals.map((r) => Math.abs(r - mean) > 2 * sd); //: parallel core
  const windows = [];
  for (let i = 0; i + window <= n; i++) windows.push(series.slice(i, i + window)); //: parallel core
  const spreads = windows.map((w) => Math.max(...w) - Math.min(...w)); //: parallel core
  let streak = 0, longest = 0;
  for (const f of flags) { //: sequential carried-dependency must-not
    streak = f ? streak + 1 : 0;
    longest = Math.max(longest, streak);
  }
  const crossings = [];
  for (let i = 1; i < n; i++) if (residuals[i - 1] < 0 !== residuals[i] < 0) crossings.push(i); //: parallel core
  const cumulative = [];
  series.reduce((acc, v) => { cumulative.push(acc + v); return acc + v; }, 0); //: sequential fp-order,carried-dependency,mutated-capture must-not
  return { moving, smooth, flags, spreads, longest, crossings, cumulative };
}
export function input(scale = 1) {
  return { window: 3, series: Array.from({ length: 40 * scale }, (_, i) => Math.sin(i / 3) * 4 + ((i * 31) % 7) / 3) };
}
