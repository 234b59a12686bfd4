// Grey histogram, cumulative sums, equalised image.
export default function ({ pixels, levels }) {
  const histogram = new Array(levels).fill(0);
  for (let i = 0; i < pixels.length; i++) { //: guarded core
    histogram[pixels[i]]++;
  }
  const cumulative = [];
  let sum = 0;
  for (const count of histogram) { //: sequential carried-dependency,fp-order must-not
    sum += count;
    cumulative.push(sum);
  }
  const lookup = cumulative.map((c) => Math.round((c / pixels.length) * (levels - 1))); //: parallel core
  const out = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) out[i] = lookup[pixels[i]]; //: parallel core
  return { histogram, out };
}

export function input(scale = 1) {
  return { levels: 16, pixels: Uint8Array.from({ length: 300 * scale }, (_, i) => (i * i + 3 * i) % 16) };
}
