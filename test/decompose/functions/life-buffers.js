// Game of life on a flat grid, ping-pong buffers.
export default async function life({ width, height, cells, rounds }) {
  let now = Uint8Array.from(cells);
  let next = new Uint8Array(now.length);
  const population = [];
  for (let r = 0; r < rounds; r++) { //: sequential carried-dependency must-not
    for (let y = 0; y < height; y++) { //: parallel,guarded core
      for (let x = 0; x < width; x++) { //: inner,parallel any
        let n = 0;
        for (let dy = -1; dy <= 1; dy++) { //: inner any
          for (let dx = -1; dx <= 1; dx++) { //: inner any
            if (dx !== 0 || dy !== 0) n += now[((y + dy + height) % height) * width + ((x + dx + width) % width)];
          }
        }
        next[y * width + x] = n === 3 || (n === 2 && now[y * width + x]) ? 1 : 0;
      }
    }
    [now, next] = [next, now];
    let alive = 0;
    for (const c of now) alive += c; //: guarded,reduce stretch
    population.push(alive);
  }
  return { now, population };
}
export function input(scale = 1) {
  const width = 12, height = 10 * scale;
  return { width, height, rounds: 5, cells: Array.from({ length: width * height }, (_, i) => ((i * 7919) % 5 < 2 ? 1 : 0)) };
}
