/** Functions of other kinds than the shared corpus, as users write them. */
export interface OwnFunction {
  readonly name: string
  readonly source: string
  /** Lines (of the text below, from 1) that must be sharded. */
  readonly sharded: readonly number[]
}

export const ownFunctions: readonly OwnFunction[] = [
  {
    name: 'fft-batch.js',
    sharded: [30, 35],
    source: `function fft(re, im) {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j], re[i]];
      [im[i], im[j]] = [im[j], im[i]];
    }
  }
  for (let len = 2; len <= n; len <<= 1) {
    const angle = (-2 * Math.PI) / len;
    for (let i = 0; i < n; i += len) {
      for (let k = 0; k < len / 2; k++) {
        const c = Math.cos(angle * k), s = Math.sin(angle * k);
        const a = i + k, b = i + k + len / 2;
        const tr = re[b] * c - im[b] * s;
        const ti = re[b] * s + im[b] * c;
        re[b] = re[a] - tr;
        im[b] = im[a] - ti;
        re[a] += tr;
        im[a] += ti;
      }
    }
  }
}
export default async function ({ signals }) {
  const spectra = [];
  for (const signal of signals) {
    const re = Float64Array.from(signal), im = new Float64Array(signal.length);
    fft(re, im);
    spectra.push({ re, im });
  }
  const power = spectra.map(({ re, im }) => re.map((x, i) => Math.hypot(x, im[i])));
  return { spectra, power };
}
export function input(scale = 1) {
  return { signals: Array.from({ length: 9 * scale }, (_, s) => Array.from({ length: 16 }, (_, i) => Math.sin(i * (s + 1)))) };
}`,
  },
  {
    name: 'bfs-levels.js',
    sharded: [8],
    source: `export default async function ({ edges, n, source }) {
  const level = new Int32Array(n).fill(-1);
  level[source] = 0;
  let frontier = [source];
  const sizes = [];
  for (let depth = 1; frontier.length > 0; depth++) {
    sizes.push(frontier.length);
    const found = frontier.flatMap((v) => edges[v].filter((w) => level[w] < 0));
    const next = [];
    for (const w of found) {
      if (level[w] < 0) {
        level[w] = depth;
        next.push(w);
      }
    }
    frontier = next;
  }
  return { level, sizes };
}
export function input(scale = 1) {
  const n = 60 * scale;
  return { n, source: 0, edges: Array.from({ length: n }, (_, i) => [(i * 7 + 1) % n, (i * 3 + 2) % n, (i + 1) % n]) };
}`,
  },
  {
    name: 'ray-tracer.ts',
    sharded: [25],
    source: `interface Vec { x: number; y: number; z: number }
interface Sphere { c: Vec; r: number; colour: number[] }
const sub = (a: Vec, b: Vec): Vec => ({ x: a.x - b.x, y: a.y - b.y, z: a.z - b.z });
const dot = (a: Vec, b: Vec): number => a.x * b.x + a.y * b.y + a.z * b.z;
function unit(a: Vec): Vec {
  const l = Math.sqrt(dot(a, a));
  return { x: a.x / l, y: a.y / l, z: a.z / l };
}
function trace(origin: Vec, ray: Vec, spheres: Sphere[]): number[] {
  let nearest = Infinity;
  let colour = [0, 0, 0];
  for (const s of spheres) {
    const oc = sub(origin, s.c);
    const b = dot(oc, ray);
    const d = b * b - dot(oc, oc) + s.r * s.r;
    if (d < 0) continue;
    const t = -b - Math.sqrt(d);
    if (t > 0 && t < nearest) { nearest = t; colour = s.colour.map((v) => v / (1 + t)); }
  }
  return colour;
}
export default function render({ width, height, spheres }: { width: number; height: number; spheres: Sphere[] }) {
  const pixels = new Uint8ClampedArray(width * height * 4);
  const origin = { x: 0, y: 0, z: -3 };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const ray = unit({ x: (x - width / 2) / width, y: (y - height / 2) / height, z: 1 });
      const [r, g, b] = trace(origin, ray, spheres);
      const o = (y * width + x) * 4;
      pixels[o] = r * 255;
      pixels[o + 1] = g * 255;
      pixels[o + 2] = b * 255;
      pixels[o + 3] = 255;
    }
  }
  return { width, height, pixels };
}
export function input(scale = 1) {
  return { width: 20 * scale, height: 12 * scale, spheres: [{ c: { x: 0, y: 0, z: 1 }, r: 1, colour: [1, 0.5, 0.2] }, { c: { x: 0.6, y: 0.3, z: 0 }, r: 0.4, colour: [0.2, 0.5, 1] }] };
}`,
  },
  {
    name: 'json-transform.js',
    sharded: [11, 16],
    source: `const FIELDS = ["name", "mail"];
function clean(record, depth = 0) {
  if (record === null || typeof record !== "object") return record;
  if (Array.isArray(record)) return record.map((r) => clean(r, depth + 1));
  const out = {};
  for (const [key, value] of Object.entries(record)) out[key.toLowerCase()] = clean(value, depth + 1);
  return out;
}
export default async function ({ texts }) {
  const good = [], bad = [];
  for (const text of texts) {
    let parsed;
    try { parsed = JSON.parse(text); } catch (error) { bad.push({ text, why: error.name }); continue; }
    good.push(clean(parsed));
  }
  const slim = good.map((r) => Object.fromEntries(FIELDS.map((f) => [f, r[f] ?? null])));
  return { good, bad, slim };
}
export function input(scale = 1) {
  return { texts: Array.from({ length: 30 * scale }, (_, i) => (i % 7 === 3 ? "{" + i : JSON.stringify({ Name: "n" + i, MAIL: [i, { X: i }], k: null }))) };
}`,
  },
  {
    name: 'word-count.js',
    sharded: [4, 13],
    source: `const WORD = /[a-z']+/g;
export default async function ({ text }) {
  const counts = new Map();
  for (const line of text.split("\\n")) {
    for (const word of line.toLowerCase().match(WORD) ?? []) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  const top = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 5);
  let longest = 0;
  let lines = 0;
  const lengths = [];
  text.split("\\n").forEach((line) => {
    longest = Math.max(longest, line.length);
    if (line !== "") lines++;
    lengths.push(line.length);
  });
  return { counts, top, longest, lengths, lines };
}
export function input(scale = 1) {
  return { text: Array.from({ length: 40 * scale }, (_, i) => "the quick w" + (i % 5) + " brown's fox " + "a".repeat(i % 6)).join("\\n") };
}`,
  },
  {
    name: 'matrix-multiply.js',
    sharded: [3, 12],
    source: `export default function ({ a, b, n }) {
  const c = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += a[i * n + k] * b[k * n + j];
      c[i * n + j] = sum;
    }
  }
  let trace = 0;
  const rows = [];
  for (let i = 0; i < n; i++) rows.push(c.slice(i * n, (i + 1) * n));
  for (let i = 0; i < n; i++) trace += c[i * n + i];
  return { c, rows, trace };
}
export function input(scale = 1) {
  const n = 8 * scale;
  return { n, a: Float64Array.from({ length: n * n }, (_, i) => Math.sin(i)), b: Float64Array.from({ length: n * n }, (_, i) => Math.cos(i)) };
}`,
  },
  {
    name: 'primes.js',
    sharded: [16],
    source: `function sieve(limit) {
  const composite = new Uint8Array(limit + 1);
  const primes = [];
  for (let i = 2; i <= limit; i++) {
    if (composite[i]) continue;
    primes.push(i);
    for (let j = i * i; j <= limit; j += i) composite[j] = 1;
  }
  return primes;
}
const SIZE = 64;
export default async function ({ limit }) {
  const small = sieve(Math.floor(Math.sqrt(limit)) + 1);
  const blocks = Math.ceil((limit + 1) / SIZE);
  const found = [];
  for (let b = 0; b < blocks; b++) {
    const low = b * SIZE, high = Math.min(limit + 1, low + SIZE);
    const composite = new Uint8Array(SIZE);
    for (const p of small) {
      for (let m = Math.max(p * p, Math.ceil(low / p) * p); m < high; m += p) composite[m - low] = 1;
    }
    for (let i = Math.max(2, low); i < high; i++) if (!composite[i - low]) found.push(i);
  }
  return { count: found.length, last: found.at(-1), found };
}
export function input(scale = 1) { return { limit: 900 * scale }; }`,
  },
  {
    name: 'n-queens.js',
    sharded: [13, 14],
    source: `function solve(n, row, columns, left, right) {
  if (row === n) return 1;
  let count = 0;
  let free = ((1 << n) - 1) & ~(columns | left | right);
  while (free) {
    const bit = free & -free;
    free ^= bit;
    count += solve(n, row + 1, columns | bit, (left | bit) << 1, (right | bit) >> 1);
  }
  return count;
}
export default async function ({ n }) {
  const firsts = Array.from({ length: n }, (_, i) => 1 << i);
  const counts = firsts.map((bit) => solve(n, 1, bit, bit << 1, bit >> 1));
  return { counts, total: counts.reduce((a, b) => a + b, 0) };
}
export function input(scale = 1) { return { n: 5 + scale }; }`,
  },
  {
    name: 'black-scholes.ts',
    sharded: [12],
    source: `type Option = { s: number; k: number; t: number; r: number; v: number; call: boolean };
class Normal {
  static readonly A = 0.2316419;
  cdf(x: number): number {
    const k = 1 / (1 + Normal.A * Math.abs(x));
    const p = 1 - Math.exp((-x * x) / 2) * 0.39894228 * k * (0.31938153 + k * (-0.356563782 + k * 1.781477937));
    return x < 0 ? 1 - p : p;
  }
}
export default async function price({ options }: { options: Option[] }) {
  const normal = new Normal();
  const prices = options.map(({ s, k, t, r, v, call }) => {
    const d1 = (Math.log(s / k) + (r + (v * v) / 2) * t) / (v * Math.sqrt(t));
    const d2 = d1 - v * Math.sqrt(t);
    if (call) return s * normal.cdf(d1) - k * Math.exp(-r * t) * normal.cdf(d2);
    return k * Math.exp(-r * t) * normal.cdf(-d2) - s * normal.cdf(-d1);
  });
  return prices;
}
export function input(scale = 1) {
  return { options: Array.from({ length: 40 * scale }, (_, i) => ({ s: 90 + (i % 20), k: 100, t: 0.1 + (i % 5), r: 0.01, v: 0.2, call: i % 2 === 0 })) };
}`,
  },
  {
    name: 'game-of-life.js',
    sharded: [9],
    source: `function neighbours(cells, w, h, x, y) {
  let n = 0;
  for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) if (dx || dy) n += cells[((y + dy + h) % h) * w + ((x + dx + w) % w)];
  return n;
}
export default async function ({ cells, w, h, rounds }) {
  for (let r = 0; r < rounds; r++) {
    const next = new Uint8Array(w * h);
    for (let y = 0; y < h; y++) {
      for (let x = 0; x < w; x++) {
        const n = neighbours(cells, w, h, x, y);
        next[y * w + x] = n === 3 || (n === 2 && cells[y * w + x]) ? 1 : 0;
      }
    }
    cells = next;
  }
  return cells;
}
export function input(scale = 1) {
  const w = 9 * scale, h = 7 * scale;
  return { w, h, rounds: 5, cells: Uint8Array.from({ length: w * h }, (_, i) => (i * 7 + (i >> 2)) % 3 === 0) };
}`,
  },
]
