// Genetic algorithm: seeded per individual, fitness parallel, selection ordered, elitism.
function mulberry(a) {
  return function () {
    a |= 0; a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
const fitness = (genes) => {
  let s = 0;
  for (let i = 0; i < genes.length; i++) s += Math.sin(genes[i] * (i + 1)) * genes[i]; //: inner any
  return s;
};
export default function evolve({ size, length, generations, seed }) {
  let population = Array.from({ length: size }, (_, i) => { //: parallel core
    const random = mulberry(seed + i);
    return Array.from({ length }, () => random() * 4 - 2); //: inner,sequential any
  });
  const best = [];
  const random = mulberry(seed ^ 0xabcdef);
  for (let g = 0; g < generations; g++) { //: sequential carried-dependency,mutated-capture must-not
    const scores = population.map(fitness); //: parallel core
    let top = 0;
    for (let i = 1; i < scores.length; i++) if (scores[i] > scores[top]) top = i; //: guarded,reduce stretch
    best.push(scores[top]);
    const parents = [];
    while (parents.length < size) { //: sequential carried-dependency,mutated-capture must-not
      const a = Math.floor(random() * size), b = Math.floor(random() * size);
      parents.push(population[scores[a] > scores[b] ? a : b]);
    }
    const champion = population[top];
    population = parents.map((p, i) => { //: parallel core
      const own = mulberry(seed * 31 + g * size + i);
      return p.map((x) => (own() < 0.1 ? x + own() - 0.5 : x)); //: inner,sequential any
    });
    population[0] = champion;
  }
  return { best, final: population[0] };
}
export function input(scale = 1) { return { size: 14 * scale, length: 5, generations: 4, seed: 42 }; }
