// Matrix work: multiply by nested arrays, transpose, LU by column, power iteration.
function multiply(a, b) {
  return a.map((row) => b[0].map((_, j) => row.reduce((s, v, k) => s + v * b[k][j], 0))); //: inner,parallel any
}
export default async function linear({ a, b, rounds }) {
  const product = multiply(a, b);
  const n = a.length;
  const transposed = Array.from({ length: n }, () => new Array(n).fill(0)); //: parallel trivial
  for (let i = 0; i < n; i++) { //: guarded,parallel core
    for (let j = 0; j < n; j++) transposed[i][j] = product[j][i]; //: inner,guarded,parallel any
  }
  const lu = product.map((r) => r.slice()); //: parallel trivial
  for (let k = 0; k < n; k++) { //: sequential carried-dependency,mutated-capture must-not
    for (let i = k + 1; i < n; i++) { //: guarded,parallel,sequential any
      lu[i][k] /= lu[k][k];
      for (let j = k + 1; j < n; j++) lu[i][j] -= lu[i][k] * lu[k][j]; //: inner,guarded,parallel,sequential any
    }
  }
  let v = new Array(n).fill(1);
  for (let r = 0; r < rounds; r++) { //: sequential carried-dependency must-not
    const w = product.map((row) => row.reduce((s, x, j) => s + x * v[j], 0)); //: parallel core
    const norm = Math.sqrt(w.reduce((s, x) => s + x * x, 0)); //: sequential,fission fp-order must-not
    v = w.map((x) => x / norm); //: parallel core
  }
  let maxAbs = 0;
  for (let i = 0; i < n; i++) { //: reduce,guarded core
    for (let j = 0; j < n; j++) maxAbs = Math.max(maxAbs, Math.abs(product[i][j])); //: inner,reduce any
  }
  return { product, transposed, lu, v, maxAbs };
}
export function input(scale = 1) {
  const n = 6 * scale;
  const m = (f) => Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => f(i, j)));
  return { rounds: 3, a: m((i, j) => (i === j ? 4 : 1 / (i + j + 1))), b: m((i, j) => (i === j ? 3 : Math.cos(i * j) / 5)) };
}
