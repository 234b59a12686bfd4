// Pixels of four bytes each, blocks of a given size, windows, and loops that count down.
function blockSum(values, from, to) {
  let sum = 0.25;
  for (let i = from; i < to; i++) sum += values[i] / 3; //: inner,sequential fp-order any
  return sum;
}

export default async function ({ width, height, size, values }) {
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < rgba.length; i += 4) { //: parallel core
    rgba[i] = (i * 7) % 256;
    rgba[i + 1] = (i * 13) % 256;
    rgba[i + 2] = (i * 29) % 256;
    rgba[i + 3] = 255;
  }
  const blocks = [];
  for (let at = 0; at < values.length; at += size) { //: parallel core
    blocks.push(blockSum(values, at, Math.min(at + size, values.length)));
  }
  const padded = new Float64Array(Math.ceil(values.length / size) * size);
  for (let at = 0; at + size <= values.length; at += size) { //: parallel,guarded core
    for (let k = 0; k < size; k++) padded[at + k] = values[at + size - 1 - k]; //: inner any
  }
  const windows = [];
  for (let i = 0; i + size <= values.length; i++) windows.push(Math.max(...values.slice(i, i + size))); //: parallel core
  const backwards = [];
  for (let i = values.length - 1; i >= 0; i--) backwards.push(values[i] * 2); //: parallel core
  const suffix = new Float64Array(values.length + 1);
  for (let i = values.length - 1; i >= 0; i--) suffix[i] = suffix[i + 1] + values[i]; //: sequential carried-dependency must-not
  const halves = new Float64Array(values.length);
  for (let i = 0; i < values.length; i += 2) { //: sequential,guarded carried-dependency any
    halves[i] = values[i] / 2;
    if (i + 2 < values.length) halves[i + 2] = 1;
  }
  return { rgba, blocks, padded, windows, backwards, suffix, halves };
}

export function input(scale = 1) {
  return { width: 6, height: 5 * scale, size: 4, values: Array.from({ length: 26 * scale }, (_, i) => (i * 37) % 23) };
}
