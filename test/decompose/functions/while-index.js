// Old-fashioned loops: while with an index, var counters.
function weight(s) {
  var w = 0;
  for (var i = 0; i < s.length; i++) w += s.charCodeAt(i) * (i + 1); //: sequential,inner,guarded any
  return w % 997;
}

export default function ({ names }) {
  const weights = [];
  let i = 0;
  while (i < names.length) { //: parallel stretch
    weights.push(weight(names[i]));
    i++;
  }
  var heaviest = 0;
  for (var k = 0; k < names.length; k++) { //: reduce stretch
    heaviest = Math.max(heaviest, weights[k]);
  }
  const out = [];
  for (const j in names) { //: parallel stretch
    out.push(names[j].toUpperCase() + weights[j]);
  }
  return { weights, heaviest, out, i, k };
}

export function input(scale = 1) {
  return { names: Array.from({ length: 14 * scale }, (_, i) => 'name' + i * i) };
}
