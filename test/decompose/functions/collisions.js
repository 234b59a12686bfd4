// Spatial hash + collision pairs, quadtree build (recursive, mutating), Verlet positions.
class Quad {
  constructor(x, y, size) { this.x = x; this.y = y; this.size = size; this.items = []; this.kids = null; }
  insert(p) {
    if (this.kids) return this.kids[(p.x > this.x + this.size / 2 ? 1 : 0) + (p.y > this.y + this.size / 2 ? 2 : 0)].insert(p);
    this.items.push(p);
    if (this.items.length > 4 && this.size > 1) {
      const h = this.size / 2;
      this.kids = [new Quad(this.x, this.y, h), new Quad(this.x + h, this.y, h), new Quad(this.x, this.y + h, h), new Quad(this.x + h, this.y + h, h)];
      const items = this.items;
      this.items = [];
      for (const i of items) this.insert(i); //: sequential,inner any
    }
  }
  count() { return this.items.length + (this.kids ? this.kids.reduce((n, k) => n + k.count(), 0) : 0); } //: inner,sequential,guarded any
}
export default function collide({ bodies, size, cell }) {
  const tree = new Quad(0, 0, size);
  for (const b of bodies) tree.insert(b); //: sequential mutated-capture,carried-dependency,alias,unsupported must-not
  const buckets = new Map();
  for (let i = 0; i < bodies.length; i++) { //: sequential,reduce,guarded,parallel carried-dependency,mutated-capture any
    const key = Math.floor(bodies[i].x / cell) + ":" + Math.floor(bodies[i].y / cell);
    const list = buckets.get(key);
    if (list) list.push(i);
    else buckets.set(key, [i]);
  }
  const pairs = [...buckets.values()].flatMap((list) => { //: parallel core
    const found = [];
    for (let a = 0; a < list.length; a++) { //: inner any
      for (let b = a + 1; b < list.length; b++) { //: inner any
        const p = bodies[list[a]], q = bodies[list[b]];
        if ((p.x - q.x) ** 2 + (p.y - q.y) ** 2 < (p.r + q.r) ** 2) found.push([p.id, q.id]);
      }
    }
    return found;
  });
  const moved = bodies.map(({ id, x, y, vx, vy, r }) => { //: parallel core
    let nx = x + vx, ny = y + vy;
    if (nx < r || nx > size - r) { vx = -vx; nx = x; }
    if (ny < r || ny > size - r) { vy = -vy; ny = y; }
    return { id, x: nx, y: ny, vx, vy, r };
  });
  const fastest = Math.max(...moved.map((b) => Math.hypot(b.vx, b.vy))); //: parallel core
  let hits = 0;
  for (const [a, b] of pairs) if (a !== b) hits++; //: reduce core
  return { count: tree.count(), pairs, moved, fastest, hits };
}
export function input(scale = 1) {
  return { size: 64, cell: 8, bodies: Array.from({ length: 24 * scale }, (_, id) => ({ id, x: (id * 17) % 64, y: (id * 29) % 64, vx: (id % 5) - 2, vy: (id % 3) - 1, r: 2 + (id % 3) })) };
}
