// Game of life on a sparse set of cells.
function key(x, y) {
  return x + ',' + y;
}
function neighboursOf(cell) {
  const [x, y] = cell.split(',').map(Number); //: inner,parallel any
  const list = [];
  for (let dx = -1; dx <= 1; dx++) for (let dy = -1; dy <= 1; dy++) if (dx || dy) list.push(key(x + dx, y + dy)); //: inner,parallel any
  return list;
}

export default function ({ cells, rounds }) {
  let alive = new Set(cells);
  for (let r = 0; r < rounds; r++) { //: sequential carried-dependency must-not
    const counts = new Map();
    for (const cell of alive) { //: reduce core
      for (const n of neighboursOf(cell)) counts.set(n, (counts.get(n) ?? 0) + 1); //: inner,reduce any
    }
    const next = new Set();
    for (const [cell, n] of counts) { //: parallel core
      if (n === 3 || (n === 2 && alive.has(cell))) next.add(cell);
    }
    alive = next;
  }
  return [...alive].sort(); //: sequential sort must-not
}

export function input(scale = 1) {
  return { rounds: 3, cells: Array.from({ length: 10 * scale }, (_, i) => ((i * 3) % 7) + ',' + ((i * 5) % 6)) };
}
