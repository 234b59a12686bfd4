// n-gram counts, perplexity, most similar pair (argmax over pairs).
function ngrams(text, n) {
  const counts = new Map();
  for (let i = 0; i + n <= text.length; i++) { //: inner,sequential any
    const g = text.slice(i, i + n);
    counts.set(g, (counts.get(g) ?? 0) + 1);
  }
  return counts;
}
function cosine(a, b) {
  let dot = 0, na = 0, nb = 0;
  for (const [g, c] of a) { //: inner,sequential any
    dot += c * (b.get(g) ?? 0);
    na += c * c;
  }
  for (const c of b.values()) nb += c * c; //: inner,sequential any
  return dot / Math.sqrt(na * nb);
}
export default async function ({ docs }) {
  const profiles = docs.map((d) => ngrams(d.toLowerCase(), 2)); //: parallel core
  const total = new Map();
  for (const p of profiles) { //: reduce,sequential,guarded carried-dependency,mutated-capture any
    for (const [g, c] of p) total.set(g, (total.get(g) ?? 0) + c); //: inner,sequential,reduce,guarded any
  }
  let best = null;
  for (let i = 0; i < profiles.length; i++) { //: guarded,reduce,fission stretch
    for (let j = i + 1; j < profiles.length; j++) { //: inner,guarded,reduce any
      const s = cosine(profiles[i], profiles[j]);
      if (best === null || s > best.s) best = { i, j, s };
    }
  }
  const vocabulary = [...total.keys()].sort(); //: sequential sort must-not
  const encoded = profiles.map((p) => vocabulary.map((g) => p.get(g) ?? 0)); //: parallel core
  const any = docs.some((d) => d.includes("zz")); //: speculative trivial
  return { best, vocabulary, encoded, any };
}
export function input(scale = 1) {
  return { docs: Array.from({ length: 9 * scale }, (_, i) => "the cat sat on mat".slice(i % 6) + " number " + i * i) };
}
