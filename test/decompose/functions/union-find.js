// Union-find over edges; components; degree histogram.
function find(parent, x) {
  while (parent[x] !== x) { //: sequential carried-dependency must-not
    parent[x] = parent[parent[x]];
    x = parent[x];
  }
  return x;
}
export default async function components({ n, edges }) {
  const parent = new Int32Array(n);
  for (let i = 0; i < n; i++) parent[i] = i; //: parallel core
  for (const [a, b] of edges) { //: sequential mutated-capture,carried-dependency must-not
    parent[find(parent, a)] = find(parent, b);
  }
  const roots = Array.from({ length: n }, (_, i) => find(parent, i)); //: sequential mutated-capture must-not
  const sizes = new Map();
  for (const r of roots) sizes.set(r, (sizes.get(r) ?? 0) + 1); //: reduce core
  const degree = new Uint32Array(n);
  for (const [a, b] of edges) { //: guarded,reduce stretch
    degree[a]++;
    degree[b]++;
  }
  let biggest = -1, biggestSize = 0;
  for (const [root, size] of sizes) { //: guarded,reduce stretch
    if (size > biggestSize) { biggestSize = size; biggest = root; }
  }
  const hist = [];
  for (const d of degree) hist[d] = (hist[d] ?? 0) + 1; //: guarded,reduce stretch
  return { sizes, degree, biggest, biggestSize, hist };
}
export function input(scale = 1) {
  const n = 40 * scale;
  return { n, edges: Array.from({ length: n }, (_, i) => [(i * 7) % n, (i * 11 + 3) % n]).filter((_, i) => i % 3) };
}
