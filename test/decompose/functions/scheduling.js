// Scheduling: priority queue simulation, intervals merge, conflicts by pairs, rota with modulo.
class Heap {
  constructor(less) { this.items = []; this.less = less; }
  push(x) {
    this.items.push(x);
    let i = this.items.length - 1;
    while (i > 0) { //: sequential,inner any
      const p = (i - 1) >> 1;
      if (!this.less(this.items[i], this.items[p])) break;
      [this.items[i], this.items[p]] = [this.items[p], this.items[i]];
      i = p;
    }
  }
  get size() { return this.items.length; }
}
export default function schedule({ jobs, people }) {
  const heap = new Heap((a, b) => a.due < b.due);
  for (const j of jobs) heap.push(j); //: sequential mutated-capture,carried-dependency,unknown-call must-not
  const sorted = [...jobs].sort((a, b) => a.start - b.start); //: sequential sort must-not
  const merged = [];
  for (const j of sorted) { //: sequential carried-dependency must-not
    const last = merged[merged.length - 1];
    if (last && j.start <= last.end) last.end = Math.max(last.end, j.end);
    else merged.push({ start: j.start, end: j.end });
  }
  const conflicts = [];
  for (const a of jobs) { //: parallel core
    for (const b of jobs) { //: inner,parallel any
      if (a.id < b.id && a.start < b.end && b.start < a.end) conflicts.push([a.id, b.id]);
    }
  }
  const rota = jobs.map((j, i) => ({ job: j.id, who: people[i % people.length] })); //: parallel core
  const load = Object.fromEntries(people.map((p) => [p, rota.filter((r) => r.who === p).length])); //: parallel core
  const free = [];
  for (let h = 0; h < 24; h++) { //: parallel core
    if (!jobs.some((j) => j.start <= h && h < j.end)) free.push(h); //: inner any
  }
  const earliest = jobs.reduce((a, j) => (j.due < a.due ? j : a), jobs[0]); //: guarded stretch
  const total = jobs.reduce((t, j) => t + (j.end - j.start), 0); //: guarded,sequential,reduce,fission fp-order any
  return { first: heap.items[0].id, size: heap.size, merged, conflicts, load, free, earliest: earliest.id, total };
}
export function input(scale = 1) {
  return { people: ["ann", "bob", "cyd"], jobs: Array.from({ length: 15 * scale }, (_, i) => ({ id: i, start: (i * 7) % 20, end: ((i * 7) % 20) + 1 + (i % 4), due: (i * 13) % 29 })) };
}
