// Fills a preallocated matrix of rows.
export default function ({ a, b }) {
  const n = a.length;
  const m = b[0].length;
  const k = b.length;
  const c = Array.from({ length: n }, () => new Array(m).fill(0)); //: parallel trivial
  for (let i = 0; i < n; i++) { //: guarded,parallel core
    for (let j = 0; j < m; j++) { //: inner,parallel,guarded any
      let sum = 0;
      for (let t = 0; t < k; t++) { //: inner,sequential any
        sum += a[i][t] * b[t][j];
      }
      c[i][j] = sum;
    }
  }
  return c;
}

export function input(scale = 1) {
  const make = (n, m, s) => Array.from({ length: n }, (_, i) => Array.from({ length: m }, (_, j) => Math.sin(i * m + j + s)));
  return { a: make(6 * scale, 5, 0), b: make(5, 7, 1) };
}
