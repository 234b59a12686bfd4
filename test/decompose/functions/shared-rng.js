// One generator for everything: the order of draws is the result.
class Rng {
  constructor(seed) {
    this.state = seed;
  }
  next() {
    this.state = (this.state * 1664525 + 1013904223) % 4294967296;
    return this.state / 4294967296;
  }
}

export default function ({ n, seed }) {
  const rng = new Rng(seed);
  const walk = [];
  let x = 0;
  for (let i = 0; i < n; i++) { //: sequential carried-dependency,mutated-capture must-not
    x += rng.next() - 0.5;
    walk.push(x);
  }
  const noise = Array.from({ length: n }, () => rng.next()); //: sequential mutated-capture must-not
  const smooth = walk.map((v, i) => (v + noise[i]) / 2); //: parallel core
  return { walk, noise, smooth };
}

export function input(scale = 1) {
  return { n: 40 * scale, seed: 7 };
}
