// Bootstrap confidence interval with a seeded generator per resample.
function mulberry(seed) {
  let a = seed >>> 0;
  return function () {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function mean(xs) {
  let s = 0;
  for (const x of xs) s += x; //: sequential fp-order any
  return s / xs.length;
}

export default async function ({ sample, resamples, seed }) {
  const means = [];
  for (let r = 0; r < resamples; r++) { //: parallel core
    const random = mulberry(seed + r);
    const picked = new Array(sample.length);
    for (let i = 0; i < sample.length; i++) picked[i] = sample[Math.floor(random() * sample.length)]; //: inner any
    means.push(mean(picked));
  }
  const sorted = means.slice().sort((a, b) => a - b); //: sequential sort must-not
  return { mean: mean(sample), low: sorted[Math.floor(resamples * 0.025)], high: sorted[Math.floor(resamples * 0.975)] };
}

export function input(scale = 1) {
  return { sample: Array.from({ length: 30 }, (_, i) => Math.sin(i) * 10 + i / 3), resamples: 50 * scale, seed: 42 };
}
