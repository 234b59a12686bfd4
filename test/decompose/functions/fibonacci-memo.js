// A memo shared by all calls.
const memo = new Map();
function fib(n) {
  if (n < 2) return BigInt(n);
  if (memo.has(n)) return memo.get(n);
  const value = fib(n - 1) + fib(n - 2);
  memo.set(n, value);
  return value;
}

export default function ({ ns }) {
  const values = ns.map((n) => fib(n)); //: sequential mutated-capture must-not
  const digits = values.map((v) => String(v).length); //: parallel core
  return { values, digits, cached: memo.size };
}

export function input(scale = 1) {
  return { ns: Array.from({ length: 10 * scale }, (_, i) => (i * 13) % 40) };
}
