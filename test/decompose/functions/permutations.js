// Travelling salesman by brute force over first legs.
function tours(rest, sofar, visit) {
  if (rest.length === 0) {
    visit(sofar);
    return;
  }
  for (let i = 0; i < rest.length; i++) { //: sequential,inner any
    tours([...rest.slice(0, i), ...rest.slice(i + 1)], [...sofar, rest[i]], visit);
  }
}
function length(tour, cities) {
  let total = 0;
  for (let i = 0; i < tour.length; i++) { //: inner,sequential any
    const a = cities[tour[i]];
    const b = cities[tour[(i + 1) % tour.length]];
    total += Math.hypot(a[0] - b[0], a[1] - b[1]);
  }
  return total;
}

export default function ({ cities }) {
  const others = cities.map((_, i) => i).slice(1); //: parallel trivial
  const bests = others.map((first) => { //: parallel core
    let best = { tour: [], length: Infinity };
    tours(others.filter((c) => c !== first), [0, first], (tour) => {
      const l = length(tour, cities);
      if (l < best.length) best = { tour, length: l };
    });
    return best;
  });
  return bests.reduce((a, b) => (b.length < a.length ? b : a)); //: guarded stretch
}

export function input(scale = 1) {
  return { cities: Array.from({ length: 5 + Math.min(2, scale) }, (_, i) => [Math.sin(i * 3) * 10, Math.cos(i * 5) * 10]) };
}
