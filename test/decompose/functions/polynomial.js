// Values of polynomials on a grid of points, roots by bisection.
function evaluate(coefficients, x) {
  let y = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) y = y * x + coefficients[i]; //: sequential carried-dependency any
  return y;
}
function bisect(coefficients, low, high) {
  for (let i = 0; i < 50; i++) { //: sequential carried-dependency any
    const mid = (low + high) / 2;
    if (evaluate(coefficients, low) * evaluate(coefficients, mid) <= 0) high = mid;
    else low = mid;
  }
  return (low + high) / 2;
}

export default function ({ polynomials, xs }) {
  const table = [];
  for (const p of polynomials) { //: parallel core
    for (const x of xs) { //: parallel core
      table.push({ x, y: evaluate(p, x) });
    }
  }
  const roots = polynomials.flatMap((p) => { //: parallel core
    const found = [];
    for (let i = 1; i < xs.length; i++) { //: inner,parallel any
      if (evaluate(p, xs[i - 1]) * evaluate(p, xs[i]) < 0) found.push(bisect(p, xs[i - 1], xs[i]));
    }
    return found;
  });
  return { table, roots };
}

export function input(scale = 1) {
  return { polynomials: [[-1, 0, 1], [2, -3, 1], [0.5, 1, -2, 1]], xs: Array.from({ length: 9 * scale }, (_, i) => i / 2 - 2.1) };
}
