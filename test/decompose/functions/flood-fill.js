// Connected components by flood fill: the queue carries everything.
export default function ({ grid }) {
  const h = grid.length;
  const w = grid[0].length;
  const label = grid.map((row) => row.map(() => 0)); //: parallel trivial
  let next = 0;
  for (let y = 0; y < h; y++) { //: sequential carried-dependency,mutated-capture must-not
    for (let x = 0; x < w; x++) { //: sequential carried-dependency,mutated-capture must-not
      if (!grid[y][x] || label[y][x]) continue;
      next++;
      const stack = [[y, x]];
      while (stack.length > 0) { //: sequential carried-dependency must-not
        const [cy, cx] = stack.pop();
        if (cy < 0 || cx < 0 || cy >= h || cx >= w || !grid[cy][cx] || label[cy][cx]) continue;
        label[cy][cx] = next;
        stack.push([cy + 1, cx], [cy - 1, cx], [cy, cx + 1], [cy, cx - 1]);
      }
    }
  }
  const sizes = new Map();
  for (const row of label) { //: reduce core
    for (const l of row) if (l > 0) sizes.set(l, (sizes.get(l) || 0) + 1); //: inner,reduce any
  }
  return { components: next, sizes };
}

export function input(scale = 1) {
  return { grid: Array.from({ length: 12 * scale }, (_, y) => Array.from({ length: 12 }, (_, x) => ((x * 7 + y * 5) % 4 ? 1 : 0))) };
}
