// Splits documents into sentences and tokens, then builds a vocabulary.
const STOP = new Set(['the', 'a', 'of', 'and', 'to']);

function tokens(text) {
  return text
    .toLowerCase()
    .split(/[^a-z0-9']+/)
    .filter((w) => w.length > 1 && !STOP.has(w)); //: inner any
}

export default function ({ docs }) {
  const bags = docs.map((doc) => { //: parallel core
    const bag = new Map();
    for (const token of tokens(doc.text)) bag.set(token, (bag.get(token) ?? 0) + 1); //: inner any
    return { id: doc.id, bag };
  });
  const df = new Map();
  for (const { bag } of bags) { //: reduce core
    for (const token of bag.keys()) df.set(token, (df.get(token) ?? 0) + 1); //: inner,reduce any
  }
  const n = docs.length;
  const vectors = bags.map(({ id, bag }) => { //: parallel core
    const v = {};
    for (const [token, count] of bag) v[token] = count * Math.log(n / df.get(token)); //: inner any
    return { id, v };
  });
  return { vocabulary: df.size, vectors };
}

export function input(scale = 1) {
  const words = 'the quick brown fox jumps over a lazy dog and runs to the river of gold'.split(' ');
  return { docs: Array.from({ length: 20 * scale }, (_, i) => ({ id: i, text: words.filter((_, j) => (i * j) % 3 !== 1).join(' ') + ' n' + i })) };
}
