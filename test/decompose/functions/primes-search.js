// First primes above each bound, and the first that fails a test.
function isPrime(n) {
  if (n < 2) return false;
  for (let d = 2; d * d <= n; d++) { //: sequential early-exit any
    if (n % d === 0) return false;
  }
  return true;
}

export default function ({ bounds, limit }) {
  const next = bounds.map((b) => { //: parallel core
    let n = b + 1;
    while (!isPrime(n)) n++; //: sequential carried-dependency any
    return n;
  });
  let counterexample = null;
  for (let n = 2; n < limit; n++) { //: speculative stretch
    if (!isPrime(n * n + n + 41)) {
      counterexample = n;
      break;
    }
  }
  let count = 0;
  for (let n = 2; n < limit; n++) if (isPrime(n)) count++; //: reduce core
  const twins = [];
  for (let n = 3; n < limit; n += 2) { //: parallel core
    if (isPrime(n) && isPrime(n + 2)) twins.push([n, n + 2]);
  }
  return { next, counterexample, count, twins };
}

export function input(scale = 1) {
  return { bounds: Array.from({ length: 8 * scale }, (_, i) => i * 100), limit: 200 * scale };
}
