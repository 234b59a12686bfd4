// Smoothing between buffers: made new by a function, swapped between rounds, handed to a function that is given one twice.
const zeros = (n) => new Float64Array(n).fill(0);
const pick = (xs, copy) => (copy ? xs.slice() : xs);

function smooth(source, target) {
  for (let i = 1; i < target.length - 1; i++) target[i] = (source[i - 1] + source[i + 1]) / 2; //: guarded core
}

export default async function ({ series, rounds }) {
  const left = zeros(series.length);
  const right = zeros(series.length);
  for (let i = 0; i < series.length; i++) left[i] = series[i] * 2; //: parallel core
  for (let i = 1; i < series.length; i++) right[i] = left[i - 1] + left[i]; //: parallel core
  let now = zeros(series.length);
  let next = zeros(series.length);
  for (let i = 0; i < now.length; i++) now[i] = series[i]; //: parallel,guarded core
  for (let r = 0; r < rounds; r++) { //: sequential carried-dependency must-not
    for (let i = 1; i < now.length - 1; i++) next[i] = (now[i - 1] + now[i + 1]) / 2; //: guarded core
    [now, next] = [next, now];
  }
  const copy = pick(now, true);
  for (let i = 1; i < now.length - 1; i++) copy[i] = now[i - 1] - now[i + 1]; //: parallel,guarded core
  const same = pick(now, false);
  for (let i = 1; i < now.length - 1; i++) same[i] = now[i - 1] - now[i + 1]; //: sequential alias must-not
  const bytes = new Uint8Array(right.buffer);
  for (let i = 1; i < right.length; i++) right[i] = bytes[i * 8] + 1; //: sequential alias must-not
  smooth(left, right);
  smooth(left, left);
  return { left, right, now, copy, same };
}

export function input(scale = 1) {
  return { rounds: 3, series: Array.from({ length: 21 * scale }, (_, i) => (i * 37) % 11) };
}
