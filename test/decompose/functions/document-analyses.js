// Async pipeline over documents with Promise.all of independent analyses.
async function sentiment(docs) {
  let score = 0;
  for (const d of docs) for (const w of d.split(" ")) score += w.length % 3 === 0 ? 1 : -1; //: inner,sequential,reduce,guarded any
  return score;
}
async function keywords(docs) {
  const counts = new Map();
  for (const d of docs) for (const w of d.split(" ")) counts.set(w, (counts.get(w) ?? 0) + 1); //: inner,reduce any
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 3);
}
async function fingerprint(docs) {
  let h = 0;
  for (const d of docs) for (const c of d) h = (h * 131 + c.codePointAt(0)) >>> 0; //: inner,sequential any
  return h;
}
export default async function analyse({ docs }) {
  const [score, top, print] = await Promise.all([sentiment(docs), keywords(docs), fingerprint(docs)]); //: tasks stretch
  const vectors = await Promise.all(docs.map(async (d) => { //: parallel core
    const v = new Array(26).fill(0);
    for (const c of d) { //: inner any
      const i = c.charCodeAt(0) - 97;
      if (i >= 0 && i < 26) v[i]++;
    }
    return v;
  }));
  const similar = [];
  for (let i = 0; i < vectors.length; i++) { //: parallel core
    for (let j = i + 1; j < vectors.length; j++) { //: inner,parallel any
      let dot = 0;
      for (let k = 0; k < 26; k++) dot += vectors[i][k] * vectors[j][k]; //: inner any
      if (dot > 30) similar.push([i, j, dot]);
    }
  }
  return { score, top, print, similar };
}
export function input(scale = 1) {
  return { docs: Array.from({ length: 12 * scale }, (_, i) => "alpha beta gamma delta".slice(i % 9) + " x" + i) };
}
