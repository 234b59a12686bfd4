// Gradient descent: epochs in order, gradients per sample independent, sums in order.
function predict(w, x) {
  let y = w[0];
  for (let j = 0; j < x.length; j++) y += w[j + 1] * x[j]; //: inner,sequential any
  return y;
}

export default function ({ samples, epochs, rate }) {
  let w = new Array(samples[0].x.length + 1).fill(0);
  const losses = [];
  for (let e = 0; e < epochs; e++) { //: sequential carried-dependency must-not
    const errors = samples.map((s) => predict(w, s.x) - s.y); //: parallel core
    const gradient = w.map((_, j) => { //: parallel core
      let g = 0;
      for (let i = 0; i < samples.length; i++) g += errors[i] * (j === 0 ? 1 : samples[i].x[j - 1]); //: inner,sequential any
      return g / samples.length;
    });
    w = w.map((v, j) => v - rate * gradient[j]); //: parallel trivial
    losses.push(errors.reduce((s, v) => s + v * v, 0) / samples.length); //: sequential fp-order must-not
  }
  return { w, losses };
}

export function input(scale = 1) {
  return { epochs: 4, rate: 0.1, samples: Array.from({ length: 20 * scale }, (_, i) => ({ x: [Math.sin(i), i / 20], y: 2 * Math.sin(i) - i / 10 + 1 })) };
}
