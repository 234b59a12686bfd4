// Ray marcher with classes and static methods, tone mapping by histogram.
class Vec {
  constructor(x, y, z) { this.x = x; this.y = y; this.z = z; }
  static from([x, y, z]) { return new Vec(x, y, z); }
  add(o) { return new Vec(this.x + o.x, this.y + o.y, this.z + o.z); }
  scale(k) { return new Vec(this.x * k, this.y * k, this.z * k); }
  dot(o) { return this.x * o.x + this.y * o.y + this.z * o.z; }
  get length() { return Math.sqrt(this.dot(this)); }
}
const scene = { spheres: [{ at: [0, 0, 4], r: 1 }, { at: [1, 0.5, 3], r: 0.4 }], steps: 24 };
function sdf(p) {
  return Math.min(...scene.spheres.map((s) => p.add(Vec.from(s.at).scale(-1)).length - s.r)); //: inner any
}
function march(dir) {
  let p = new Vec(0, 0, 0), travelled = 0;
  for (let i = 0; i < scene.steps; i++) { //: inner,sequential any
    const d = sdf(p);
    if (d < 0.001) return travelled;
    travelled += d;
    p = p.add(dir.scale(d));
  }
  return Infinity;
}
export default async function render({ width, height }) {
  const depth = new Float64Array(width * height);
  for (let y = 0; y < height; y++) { //: parallel core
    for (let x = 0; x < width; x++) { //: inner,parallel any
      const dir = new Vec((x - width / 2) / width, (y - height / 2) / height, 1);
      depth[y * width + x] = march(dir.scale(1 / dir.length));
    }
  }
  let near = Infinity, far = 0;
  for (const d of depth) { //: guarded,reduce stretch
    if (d < near) near = d;
    if (d !== Infinity && d > far) far = d;
  }
  const levels = new Array(8).fill(0);
  for (let i = 0; i < depth.length; i++) { //: guarded,reduce stretch
    if (depth[i] === Infinity) continue;
    levels[Math.min(7, Math.floor(((depth[i] - near) / (far - near)) * 8))]++;
  }
  const cdf = [];
  let acc = 0;
  for (const n of levels) { //: sequential carried-dependency,fp-order must-not
    acc += n;
    cdf.push(acc);
  }
  const image = Uint8Array.from(depth, (d) => (d === Infinity ? 0 : 255 - (d * 20) % 255)); //: parallel,inner any
  return { near, far, cdf, image };
}
export function input(scale = 1) { return { width: 10, height: 8 * scale }; }
