// An accumulator object that every step changes.
class Welford {
  constructor() {
    this.n = 0;
    this.mean = 0;
    this.m2 = 0;
  }
  add(x) {
    this.n++;
    const d = x - this.mean;
    this.mean += d / this.n;
    this.m2 += d * (x - this.mean);
  }
  get variance() {
    return this.m2 / (this.n - 1);
  }
}

export default function ({ series }) {
  const stats = new Welford();
  for (const x of series) stats.add(x); //: sequential mutated-capture,carried-dependency,fp-order must-not
  const z = series.map((x) => (x - stats.mean) / Math.sqrt(stats.variance)); //: parallel core
  return { mean: stats.mean, z };
}

export function input(scale = 1) {
  return { series: Array.from({ length: 25 * scale }, (_, i) => Math.sin(i) * i) };
}
