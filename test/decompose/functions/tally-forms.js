// The same counts in the ways people write them.
export default async function ({ words, rolls }) {
  const a = new Map();
  for (const w of words) { //: reduce core
    if (a.has(w)) a.set(w, a.get(w) + 1);
    else a.set(w, 1);
  }
  const b = new Map();
  for (const w of words) b.set(w.length, b.has(w.length) ? b.get(w.length) + 1 : 1); //: reduce core
  const c = {};
  for (const w of words) { //: guarded core
    if (!c[w]) {
      c[w] = 0;
    }
    c[w]++;
  }
  const d = {};
  words.forEach((w) => { //: guarded core
    d[w[0]] = d[w[0]] ? d[w[0]] + 1 : 1;
  });
  const e = {};
  for (const r of rolls) if (r in e) e[r] += 1; else e[r] = 1; //: guarded core
  const f = {};
  for (const w of words) { //: sequential carried-dependency,mutated-capture must-not
    if (!f[w]) f[w] = Object.keys(f).length + 1;
  }
  const g = {};
  for (const w of words) { //: sequential fp-order,carried-dependency must-not
    if (!g[w]) g[w] = 0;
    g[w] += w.length / 3;
  }
  return { a, b, c, d, e, f, g };
}

export function input(scale = 1) {
  const words = Array.from({ length: 28 * scale }, (_, i) => ['ant', 'bee', 'cow', 'dodo', 'eel'][(i * i + 3 * i) % 5]);
  return { words, rolls: Array.from({ length: 30 * scale }, (_, i) => 1 + ((i * 7) % 6)) };
}
