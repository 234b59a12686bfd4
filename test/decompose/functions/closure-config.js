// Functions made by functions, and a pipeline of them.
function scaleBy(k) {
  return (x) => x * k;
}
const compose = (...fns) => (x) => fns.reduce((v, f) => f(v), x); //: inner,sequential any

function makeThreshold(options) {
  const { low, high } = options;
  return (x) => (x < low ? low : x > high ? high : x);
}

export default function ({ samples, gain, limits }) {
  const clamp = makeThreshold(limits);
  const clean = samples.map((s) => clamp(s * gain)); //: sequential mutated-capture,unknown-call any
  const doubled = clean.map((x) => x * 2); //: parallel core
  const pipeline = compose(scaleBy(2), scaleBy(0.5), Math.round);
  const final = samples.map((s) => pipeline(s)); //: sequential mutated-capture,unknown-call any
  return { clean, doubled, final };
}

export function input(scale = 1) {
  return { samples: Array.from({ length: 20 * scale }, (_, i) => Math.sin(i) * 3), gain: 1.5, limits: { low: -2, high: 2 } };
}
