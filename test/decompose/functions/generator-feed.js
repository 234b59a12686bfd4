// Batches produced by a generator.
function* batches(list, size) {
  for (let i = 0; i < list.length; i += size) yield list.slice(i, i + size); //: sequential generator,early-exit any
}

export default function ({ values, size }) {
  const sums = [];
  for (const batch of batches(values, size)) { //: parallel core
    let s = 0;
    for (const v of batch) s += v * v; //: inner,sequential,guarded any
    sums.push(s);
  }
  const gen = batches(values, size);
  const heads = values.slice(0, 3).map(() => gen.next().value[0]); //: sequential generator,mutated-capture,unknown-call must-not
  const whole = [...batches(values, size)].map((b) => b.length); //: parallel core
  return { sums, heads, whole };
}

export function input(scale = 1) {
  return { values: Array.from({ length: 40 * scale }, (_, i) => i * 0.5), size: 6 };
}
