// Page rank by power iteration over incoming links.
export default async function pagerank({ links, damping, iterations }) {
  const n = links.length;
  const incoming = Array.from({ length: n }, () => []); //: parallel trivial
  links.forEach((targets, from) => { //: sequential mutated-capture,carried-dependency must-not
    for (const to of targets) incoming[to].push(from); //: sequential,inner any
  });
  let rank = new Array(n).fill(1 / n);
  for (let it = 0; it < iterations; it++) { //: sequential carried-dependency must-not
    const next = new Array(n);
    for (let page = 0; page < n; page++) { //: parallel core
      let sum = 0;
      for (const from of incoming[page]) sum += rank[from] / links[from].length; //: inner,sequential any
      next[page] = (1 - damping) / n + damping * sum;
    }
    rank = next;
  }
  return rank.map((r, i) => ({ page: i, r })).sort((a, b) => b.r - a.r || a.page - b.page); //: parallel core
}

export function input(scale = 1) {
  const n = 20 * scale;
  return { damping: 0.85, iterations: 5, links: Array.from({ length: n }, (_, i) => [(i * 3 + 1) % n, (i * 7 + 2) % n]) };
}
