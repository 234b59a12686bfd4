const { floor, PI: pi, sin } = Math, hyp = Math.hypot, TABLE = { n: Number, s: String };
const limit = 3, half = (x) => floor(x / 2);
export default async function ({ xs, kinds }) {
  const { min } = Math;
  const a = xs.map((x) => floor(sin(x) * pi) + min(x, limit)); //: parallel core
  const b = xs.map((x) => hyp(x, half(x))); //: parallel core
  const c = kinds.map((k) => TABLE[k]("12")); //: parallel core
  const { random } = Math;
  const d = xs.map((x) => (x > 1e9 ? random() : x)); //: sequential random,unknown-call must-not
  return { a, b, c, d };
}
export function input(scale = 1) { return { xs: Array.from({ length: 9 * scale }, (_, i) => i * 1.7), kinds: ["n", "s", "n"] }; }
