// k nearest neighbours, brute force.
const distance = (a, b) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) { //: inner any
    const d = a[i] - b[i];
    sum += d * d;
  }
  return Math.sqrt(sum);
};

function classify(point, training, k) {
  const near = training
    .map((t) => ({ label: t.label, d: distance(point, t.features) })) //: inner any
    .sort((a, b) => a.d - b.d) //: sequential sort must-not
    .slice(0, k);
  const votes = {};
  for (const n of near) votes[n.label] = (votes[n.label] || 0) + 1; //: inner any
  return Object.entries(votes).reduce((best, v) => (v[1] > best[1] ? v : best))[0]; //: inner any
}

export default function ({ training, test, k }) {
  const predictions = [];
  for (let i = 0; i < test.length; i++) { //: parallel core
    predictions.push(classify(test[i].features, training, k));
  }
  let correct = 0;
  for (let i = 0; i < test.length; i++) { //: reduce core
    if (predictions[i] === test[i].label) correct++;
  }
  return { predictions, accuracy: correct / test.length };
}

export function input(scale = 1) {
  const make = (n, s) => Array.from({ length: n }, (_, i) => ({ label: 'c' + (i % 3), features: [Math.sin(i + s) + (i % 3), Math.cos(i * 2 + s)] }));
  return { training: make(40 * scale, 0), test: make(15 * scale, 7), k: 5 };
}
