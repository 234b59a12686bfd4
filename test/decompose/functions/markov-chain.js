// Absorbing probabilities by repeated simulation; every walker has its own seed.
function walk(start, transitions, seed, stepsMax) {
  let state = start;
  let s = seed;
  for (let i = 0; i < stepsMax; i++) { //: sequential carried-dependency,early-exit any
    const row = transitions[state];
    if (row.length === 0) return { state, steps: i };
    s = (s * 48271) % 2147483647;
    state = row[s % row.length];
  }
  return { state, steps: stepsMax };
}

export default function ({ transitions, walkers, stepsMax }) {
  const ends = Array.from({ length: walkers }, (_, i) => walk(0, transitions, i * 7919 + 1, stepsMax)); //: parallel core
  const hits = new Map();
  ends.forEach(({ state }) => hits.set(state, (hits.get(state) ?? 0) + 1)); //: reduce core
  const steps = ends.reduce((total, e) => total + e.steps, 0); //: guarded,reduce stretch
  const longest = ends.reduce((a, b) => (b.steps > a.steps ? b : a)); //: guarded stretch
  return { hits, mean: steps / walkers, longest };
}

export function input(scale = 1) {
  return { walkers: 40 * scale, stepsMax: 60, transitions: [[1, 2], [0, 2, 3], [1, 0, 4], [], []] };
}
